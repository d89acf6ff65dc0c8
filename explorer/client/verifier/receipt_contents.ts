// What a receipt holds, read once; the envelope is hashed and stays where it is.

import { checkContent, readEnvelope, type Envelope } from "../sealing/envelope.js";
import type { KeySet } from "../sealing/key_set.js";
import { Refusal as SealingRefusal } from "../sealing/refusal.js";
import { Archive, sourceOf } from "./archive.js";
import { joined, type Hex } from "./bytes.js";
import type { Policy } from "./policy.js";
import type { Promised } from "./promise.js";
import { Proven } from "./proven.js";
import { keySetId, readKeySet, readPromise } from "./receipt_entries.js";
import { RECEIPT, type EntryName, type Handed } from "./receipt_file.js";
import { readCommit, type Commit } from "./receipt_transaction.js";
import { Refusal, shown, thrown, type Values } from "./refusal.js";
import type { Report } from "./report.js";
import { requireForm } from "./secret.js";
import type { RefusalName } from "./sentences.js";
import { verifyUnder } from "./verify.js";

/** `altered` says what is wrong behind the envelope's header; `report` and `proven` come of the proof, if there is one. */
export interface Held {
  readonly handed: Handed;
  readonly identity: Hex;
  readonly envelope: Envelope;
  readonly altered: Refusal | null;
  readonly keySet: KeySet;
  readonly keySetId: Hex;
  readonly secret: Uint8Array;
  readonly promise: Promised | null;
  readonly transaction: Commit | null;
  readonly report: Report | null;
  readonly proven: Proven;
}

const LARGE: readonly EntryName[] = ["envelope", "proof"];

/** Throws ReceiptMalformed, ManifestInvalid, EntryMissing, EntryAltered; then, entry by entry, what is none of its kind. */
export async function readHeld(file: Blob, policy: Policy, progress: (read: number) => void): Promise<Held> {
  const { handed, identity, small, large } = await readEntries(file, progress);
  const envelope = await ofSealing(() => readEnvelope(large.get("envelope") as Blob));
  const detail = small.get("key-set") as Uint8Array;
  const keySet = readKeySet(detail);
  const promised = small.get("promise");
  const promise = promised === undefined ? null : readPromise(promised);
  const secret = small.get("secret") as Uint8Array;
  requireForm(secret);
  const raw = small.get("transaction");
  const transaction = raw === undefined ? null : readCommit(raw);
  const proven = new Proven();
  const proof = large.get("proof");
  const report = proof === undefined ? null : await verifyUnder(policy, sourceOf(proof), proven, () => {});
  return {
    handed, identity, envelope, altered: await alteredIn(envelope), keySet,
    keySetId: keySetId(handed.organisationId, detail), secret, promise, transaction, report, proven,
  };
}

/** The small entries as they are, the large ones as parts of the file. */
export async function readEntries(file: Blob, progress: (read: number) => void): Promise<{
  readonly handed: Handed;
  readonly identity: Hex;
  readonly small: ReadonlyMap<EntryName, Uint8Array>;
  readonly large: ReadonlyMap<EntryName, Blob>;
}> {
  const [handed, identity, archive] = await Archive.open(sourceOf(file), RECEIPT);
  const small = new Map<EntryName, Uint8Array>();
  const large = new Map<EntryName, Blob>();
  let read = 0;
  for (const entry of handed.entries) {
    const pieces: Uint8Array[] = [];
    const isLarge = LARGE.includes(entry.name);
    const start = await archive.entry(entry, (piece) => {
      if (!isLarge) pieces.push(piece);
      progress((read += piece.length));
    });
    if (isLarge) large.set(entry.name, file.slice(start, start + entry.size));
    else small.set(entry.name, joined(pieces));
  }
  await archive.end();
  return { handed, identity, small, large };
}

/** What sealing refuses is a refusal of the receipt, in which bytes are shown as in all of them. */
export async function ofSealing<Found>(ask: () => Promise<Found>): Promise<Found> {
  try {
    return await ask();
  } catch (error) {
    const { error: name, values } = thrown(error, SealingRefusal);
    const told = Object.entries(values).map(([value, given]) => [value, isDigest(given) ? shown(given) : given] as const);
    throw new Refusal(name as RefusalName, Object.fromEntries(told) as Values);
  }
}

function isDigest(value: unknown): value is Hex {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

async function alteredIn(envelope: Envelope): Promise<Refusal | null> {
  try {
    await ofSealing(() => checkContent(envelope));
    return null;
  } catch (error) {
    return thrown(error, Refusal);
  }
}
