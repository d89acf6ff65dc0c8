// The first entry of a receipt: for which bid it is, and what is in it (docs/siegel-1.md, the receipt).

import type { FileKind } from "./archive.js";
import { EMPTY, equal, utf8, type Hex } from "./bytes.js";
import { abiDigest } from "./digests.js";
import { chainNumber, hex, invalid, LARGEST_FILE, object, parsed, whole } from "./manifest.js";
import type { Promisable } from "./promise.js";
import { Refusal } from "./refusal.js";

const FORMAT = "siegel-receipt/1";
const LARGEST_RECEIPT = 2 ** 13;
const LARGEST_ROUND = 2 ** 32 - 1;
const REQUIRED = ["envelope", "key-set", "secret"] as const;
const FIELDS = [
  "author", "chainId", "commitment", "entries", "format", "ledger", "ocid", "organisationId", "processId", "round",
  "supersedes",
];

/** Four words, and a signature. */
const PROMISE_SIZE = 4 * 32 + 65;

/** The most bytes of each entry. */
const LARGEST = {
  envelope: LARGEST_FILE, "key-set": 2 ** 15, promise: PROMISE_SIZE, proof: LARGEST_FILE, secret: 2 ** 10,
  transaction: 2 ** 16,
} as const;

export type EntryName = keyof typeof LARGEST;

/** `digest` is the SHA-256 of the bytes. */
export interface Enclosed {
  readonly name: EntryName;
  readonly size: number;
  readonly digest: Hex;
  readonly salt: Uint8Array;
}

/** The bid that a receipt is of; `supersedes` is zero of none. */
export interface Handed extends Promisable {
  readonly organisationId: Hex;
  readonly ocid: string;
  readonly supersedes: Hex;
  readonly entries: readonly Enclosed[];
}

/** Throws ManifestInvalid; EntryMissing without an entry that must be there. */
export function readHanded(raw: Uint8Array): Handed {
  const fields = object(parsed(raw), FIELDS);
  if (fields.format !== FORMAT) throw invalid("another format");
  const { ocid, entries } = fields;
  if (typeof ocid !== "string" || !/^[ -~]{1,128}$/.test(ocid)) {
    throw invalid("an ocid of 1 to 128 printable characters was expected");
  }
  if (!Array.isArray(entries)) throw invalid("a list of entries was expected");
  const handed: Handed = {
    chainId: chainNumber(fields.chainId),
    ledger: hex(fields.ledger, 20),
    organisationId: hex(fields.organisationId, 32),
    ocid,
    processId: hex(fields.processId, 32),
    round: whole(fields.round, LARGEST_ROUND),
    author: hex(fields.author, 20),
    commitment: hex(fields.commitment, 32),
    supersedes: hex(fields.supersedes, 32),
    entries: entries.map(readEnclosed),
  };
  if (abiDigest(handed.organisationId, { text: ocid }) !== handed.processId) {
    throw invalid("the process id is not that of organisation and ocid");
  }
  if (!equal(writeHanded(handed), raw)) throw invalid("it is not written canonically");
  const names = handed.entries.map(({ name }) => name);
  if (names.some((name, place) => place > 0 && (names[place - 1] as string) >= name)) {
    throw invalid("its entries are not in ascending order, each once");
  }
  for (const name of REQUIRED) if (!names.includes(name)) throw new Refusal("EntryMissing", { entry: name });
  return handed;
}

/** The one encoding. */
export function writeHanded(handed: Handed): Uint8Array {
  const { author, chainId, commitment, ledger, ocid, organisationId, processId, round, supersedes } = handed;
  const entries = handed.entries.map(({ name, size, digest }) => ({ name, sha256: digest, size }));
  return utf8(JSON.stringify({
    author, chainId: String(chainId), commitment, entries, format: FORMAT, ledger, ocid, organisationId, processId, round,
    supersedes,
  }));
}

function readEnclosed(given: unknown): Enclosed {
  const fields = object(given, ["name", "sha256", "size"]);
  const { name } = fields;
  if (typeof name !== "string" || !Object.hasOwn(LARGEST, name)) throw invalid("no entry can have such a name");
  const size = whole(fields.size, LARGEST[name as EntryName]);
  if (size === 0 || (name === "promise" && size !== PROMISE_SIZE)) throw invalid(`${name} has ${size} bytes`);
  return { name: name as EntryName, size, digest: hex(fields.sha256, 32), salt: EMPTY };
}

export const RECEIPT: FileKind<Handed> = {
  title: "receipt", first: "receipt.json", largest: LARGEST_RECEIPT, read: readHanded, malformed: "ReceiptMalformed",
};
