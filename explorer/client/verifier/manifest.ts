// The manifest of a bundle: what is in it, and of what it speaks (docs/bundle-1.md, manifest.json).

import { equal, fromHex, EMPTY, fromUtf8, isHex, toHex, utf8, type Hex } from "./bytes.js";
import { Refusal } from "./refusal.js";

const FORMAT = "siegel-bundle/1";
const MOST_ENTRIES = 65_533;
const LARGEST_BLOCK = 10 ** 12 - 1;

export const LARGEST_MANIFEST = 16 * 2 ** 20;
export const LARGEST_FILE = 2 ** 32 - 2;

/** What an entry is called, with its id and number in it, and the most bytes it can have. */
const KINDS = {
  acts: [/^acts\/(?:list|process|roles)-[0-9a-f]{64}$/, 64 * 2 ** 20],
  bid: [/^bids\/[0-9a-f]{64}$/, 17 * 2 ** 20],
  header: [/^blocks\/[0-9]{12}\/header$/, 64 * 2 ** 10],
  inclusion: [/^blocks\/[0-9]{12}\/inclusion$/, 16 + 64 * 32],
  proofs: [/^blocks\/[0-9]{12}\/proofs$/, 64 * 2 ** 20],
  checkpoint: [/^checkpoints\/[0-9]{12}$/, 64 * 2 ** 10],
  timestamp: [/^checkpoints\/[0-9]{12}\.[0-9a-f]{64}$/, 64 * 2 ** 10],
  criteria: [/^criteria\/[0-9a-f]{64}$/, 2 ** 20],
  disclosures: [/^disclosures\/[0-9a-f]{64}$/, 8 * 2 ** 20],
  document: [/^documents\/[0-9a-f]{64}$/, LARGEST_FILE],
  evaluation: [/^evaluations\/[0-9a-f]{64}$/, 2 ** 20],
  ranking: [/^rankings\/[0-9]{12}\.[0-9a-f]{64}$/, 16 * 2 ** 20],
  release: [/^releases\/[0-9a-f]{64}$/, 8 * 2 ** 20],
} as const satisfies Record<string, readonly [RegExp, number]>;

export type Kind = keyof typeof KINDS;

/** Those whose name is their digest; of criteria the ledger names it without a salt. */
const NAMED: readonly Kind[] = ["criteria", "document", "evaluation", "release"];

export interface Entry {
  readonly name: string;
  readonly kind: Kind;
  readonly size: number;
  /** SHA-256 of salt and bytes. */
  readonly digest: Hex;
  readonly salt: Uint8Array;
  /** The 32 bytes that the name ends with, where it does. */
  readonly id: Hex;
  /** The block, the size of a tree, or the round that the name begins with, where it does. */
  readonly number: number;
}

export interface Subject {
  readonly kind: "process" | "organisation";
  readonly id: Hex;
}

export interface Manifest {
  readonly block: number;
  readonly chainId: bigint;
  readonly genesisHash: Hex;
  readonly ledger: Hex;
  readonly registry: Hex;
  readonly subject: Subject;
  readonly entries: readonly Entry[];
}

export function invalid(reason: string): Refusal {
  return new Refusal("ManifestInvalid", { reason });
}

/** Reads a manifest in its one encoding. Throws ManifestInvalid. */
export function readManifest(raw: Uint8Array): Manifest {
  const fields = object(parsed(raw), ["block", "chainId", "entries", "format", "genesisHash", "ledger", "registry", "subject"]);
  const subject = object(fields.subject, ["id", "kind"]);
  if (fields.format !== FORMAT) throw invalid("another format");
  if (subject.kind !== "process" && subject.kind !== "organisation") throw invalid("another subject");
  if (!Array.isArray(fields.entries)) throw invalid("a list of entries was expected");
  const manifest: Manifest = {
    block: whole(fields.block, LARGEST_BLOCK),
    chainId: chainNumber(fields.chainId),
    genesisHash: hex(fields.genesisHash, 32),
    ledger: hex(fields.ledger, 20),
    registry: hex(fields.registry, 20),
    subject: { kind: subject.kind, id: hex(subject.id, 32) },
    entries: fields.entries.map(readEntry),
  };
  if (!equal(utf8(written(manifest)), raw)) throw invalid("it is not written canonically");
  manifest.entries.forEach((entry, place) => {
    if (place > 0 && (manifest.entries[place - 1] as Entry).name >= entry.name) {
      throw invalid("its entries are not in ascending order, each once");
    }
  });
  if (manifest.entries.length > MOST_ENTRIES) throw invalid(`more than ${MOST_ENTRIES} entries`);
  return manifest;
}

function written(manifest: Manifest): string {
  const { block, chainId, genesisHash, ledger, registry, subject } = manifest;
  const entries = manifest.entries.map(({ name, size, digest, salt, kind }) =>
    NAMED.includes(kind) ? { name, salt: toHex(salt), size } : { name, sha256: digest, size });
  const { id, kind } = subject;
  const fields = { block, chainId: String(chainId), entries, format: FORMAT, genesisHash, ledger, registry };
  return JSON.stringify({ ...fields, subject: { id, kind } });
}

function readEntry(given: unknown): Entry {
  const name = (given as { name?: unknown } | null)?.name;
  const found = typeof name === "string" && Object.entries(KINDS).find(([, [pattern]]) => pattern.test(name));
  if (!found) throw invalid("no entry can have such a name");
  const [kind, [, most]] = found as [Kind, (typeof KINDS)[Kind]];
  const salted = NAMED.includes(kind);
  const fields = object(given, salted ? ["name", "salt", "size"] : ["name", "sha256", "size"]);
  const size = whole(fields.size, most);
  if (size === 0) throw invalid(`${name} is empty`);
  if (kind === "criteria" && fields.salt !== "") throw invalid(`${name} has a salt`);
  const id = (name as string).slice(-64);
  return {
    name: name as string,
    kind,
    size,
    digest: salted ? id : hex(fields.sha256, 32),
    salt: salted && fields.salt !== "" ? fromHex(hex(fields.salt, 32)) : EMPTY,
    id,
    number: Number((name as string).split("/")[1]?.slice(0, 12)),
  };
}

/** What the bytes say as JSON. Throws ManifestInvalid; whether they are its one encoding is seen when it is written anew. */
export function parsed(raw: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(raw) ?? "");
  } catch {
    throw invalid("it is no JSON");
  }
}

/** A chain id from its decimal text. */
export function chainNumber(given: unknown): bigint {
  if (typeof given !== "string" || !/^(?:0|[1-9][0-9]{0,19})$/.test(given)) {
    throw invalid("a chain id that is no decimal number");
  }
  return BigInt(given);
}

export function object(given: unknown, names: readonly string[]): Record<string, unknown> {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  if (!isObject || Object.keys(given).sort().join() !== names.join()) {
    throw invalid(`an object with ${names.join(", ")} was expected`);
  }
  return given as Record<string, unknown>;
}

export function whole(given: unknown, most: number): number {
  if (!Number.isInteger(given) || (given as number) < 0 || (given as number) > most) {
    throw invalid(`a whole number up to ${most} was expected`);
  }
  return given as number;
}

export function hex(given: unknown, size: number): Hex {
  if (!isHex(given, size)) throw invalid(`${size} bytes in lower-case hex were expected`);
  return given;
}
