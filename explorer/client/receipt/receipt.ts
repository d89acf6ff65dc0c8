// A bidder's receipt in the browser: writing one, reading one to write it anew (docs/siegel-1.md, the receipt). Whether it
// proves anything, the verifier says. Large parts are Blobs, which a browser need not hold in memory.

import { sha256 } from "@noble/hashes/sha2.js";
import { Encrypter } from "age-encryption";
import { centralHeader, endRecord, localHeader } from "../verifier/archive.js";
import { concat, joined, toHex, type Hex } from "../verifier/bytes.js";
import { crc32 } from "../verifier/crc32.js";
import { LARGEST_FILE } from "../verifier/manifest.js";
import type { Promised } from "../verifier/promise.js";
import { readEntries } from "../verifier/receipt_contents.js";
import { readPromise, writePromise } from "../verifier/receipt_entries.js";
import { readHanded, RECEIPT, writeHanded, type Enclosed, type EntryName } from "../verifier/receipt_file.js";
import { Refusal } from "../verifier/refusal.js";
import { MOST_WORK, normalized, openSecret, type Secret } from "../verifier/secret.js";

export { openSecret, Refusal, type Promised, type Secret };

const PIECE = 2 ** 20;

/** What a tenderer keeps of a bid; hex without 0x. `supersedes` is zero of none, `keySetDetail` is `abi.encode(keySet)`. */
export interface ReceiptParts {
  readonly chainId: bigint;
  readonly ledger: Hex;
  readonly organisationId: Hex;
  readonly ocid: string;
  readonly processId: Hex;
  readonly round: number;
  readonly author: Hex;
  readonly commitment: Hex;
  readonly supersedes: Hex;
  readonly envelope: Blob;
  readonly keySetDetail: Uint8Array;
  /** What `sealSecret` gave. */
  readonly secret: Uint8Array;
  readonly promise?: Promised | undefined;
  /** The signed raw one. */
  readonly transaction?: Uint8Array | undefined;
  /** An evidence bundle of the process. */
  readonly proof?: Blob | undefined;
}

/** The age file with seed and account's key, 32 bytes each. The work factor is log2 of scrypt's N; 18 takes seconds. */
export async function sealSecret(
  seed: Uint8Array, accountKey: Uint8Array, passphrase: string, workFactor = MOST_WORK,
): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(normalized(passphrase));
  encrypter.setScryptWorkFactor(workFactor);
  return await encrypter.encrypt(concat(seed, accountKey));
}

/** The file, of which envelope and proof are parts as they were given. Throws ManifestInvalid, EntryMissing. */
export async function writeReceipt(parts: ReceiptParts): Promise<Blob> {
  const { envelope, keySetDetail, secret, promise, transaction, proof } = parts;
  const given: Readonly<Record<EntryName, Blob | Uint8Array | undefined>> = {
    envelope, "key-set": keySetDetail, promise: promise && writePromise(promise), proof, secret, transaction,
  };
  const entries: (Enclosed & { readonly crc: number; readonly data: Blob })[] = [];
  for (const [name, bytes] of Object.entries(given)) {
    if (bytes === undefined) continue;
    const data = bytes instanceof Blob ? bytes : new Blob([bytes as BlobPart]);
    entries.push({ name: name as EntryName, size: data.size, salt: new Uint8Array(), data, ...(await digestsOf(data)) });
  }
  const raw = writeHanded({ ...parts, entries });
  readHanded(raw); // what no reader would take is not written
  const first = { name: RECEIPT.first, size: raw.length, crc: crc32(raw), data: new Blob([raw as BlobPart]) };
  const file: BlobPart[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, size, crc, data } of [first, ...entries]) {
    const head = localHeader(name, crc, size);
    file.push(head as BlobPart, data);
    directory.push(centralHeader(name, crc, size, offset));
    offset += head.length + size;
  }
  const whole = joined(directory);
  const found = new Blob([...file, whole as BlobPart, endRecord(directory.length, whole.length, offset) as BlobPart]);
  if (found.size > LARGEST_FILE) throw new Refusal("ManifestInvalid", { reason: "larger than a receipt can be" });
  return found;
}

/** Throws ReceiptMalformed, ManifestInvalid, EntryMissing, EntryAltered, EntryInvalid; what it proves is not asked. */
export async function readReceipt(file: Blob): Promise<ReceiptParts> {
  const { handed, small, large } = await readEntries(file, () => {});
  const promise = small.get("promise");
  const { chainId, ledger, organisationId, ocid, processId, round, author, commitment, supersedes } = handed;
  return {
    chainId, ledger, organisationId, ocid, processId, round, author, commitment, supersedes,
    envelope: large.get("envelope") as Blob,
    keySetDetail: small.get("key-set") as Uint8Array,
    secret: small.get("secret") as Uint8Array,
    promise: promise && readPromise(promise),
    transaction: small.get("transaction"),
    proof: large.get("proof"),
  };
}

async function digestsOf(data: Blob): Promise<{ readonly digest: Hex; readonly crc: number }> {
  const digest = sha256.create();
  let crc = 0;
  for (let at = 0; at < data.size; at += PIECE) {
    const piece = new Uint8Array(await data.slice(at, at + PIECE).arrayBuffer());
    digest.update(piece);
    crc = crc32(piece, crc);
  }
  return { digest: toHex(digest.digest()), crc };
}
