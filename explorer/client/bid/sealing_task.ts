// Makes an envelope of a bid, piece by piece: what is in memory at once does not grow with the files.

import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, type Hex } from "../verifier/bytes.js";
import { BlobParts } from "../sealing/blob_parts.js";
import type { Context } from "../sealing/context.js";
import { makeField } from "../sealing/field.js";
import { commitment, readHeader } from "../sealing/header.js";
import { prepare, seal } from "../sealing/seal.js";
import type { KeySet } from "../sealing/key_set.js";
import { piecesOf } from "../sealing/source.js";
import type { NamedValue } from "./bid_fields.js";

export interface SealingTask {
  readonly context: Context;
  readonly keySet: KeySet;
  readonly fields: readonly NamedValue[];
  readonly documents: readonly { readonly file: Blob; readonly members: Readonly<Record<string, unknown>> }[];
}

export interface SealedBid {
  readonly envelope: Blob;
  /** SHA-256 of the whole envelope: its address. */
  readonly digest: Hex;
  readonly commitment: Hex;
  readonly seed: Uint8Array;
}

/** `progress` hears from 0 to 1. Throws a Refusal of sealing. */
export async function sealBid(
  { context, keySet, fields, documents }: SealingTask, progress: (share: number) => void,
): Promise<SealedBid> {
  const made = fields.map(([name, value]) => makeField(name, value));
  const prepared = await prepare(made, documents.map(({ file, members }) => ({ source: file, members })));
  const sealing = await seal(context, keySet, prepared);
  const content = await keptOf(sealing.content, (read) => progress((0.7 * read) / sealing.contentSize));
  const header = sealing.header();
  const envelope = new Blob([header as Uint8Array<ArrayBuffer>, content]);
  const digest = await digestOf(envelope, (read) => progress(0.7 + (0.3 * read) / envelope.size));
  return { envelope, digest, commitment: commitment(readHeader(header)), seed: sealing.seed };
}

/** SHA-256, read once. */
export async function digestOf(file: Blob, progress: (read: number) => void): Promise<Hex> {
  const hash = sha256.create();
  let read = 0;
  for await (const piece of piecesOf(file.stream())) {
    hash.update(piece);
    read += piece.length;
    progress(read);
  }
  return toHex(hash.digest());
}

async function keptOf(content: ReadableStream<Uint8Array>, progress: (read: number) => void): Promise<Blob> {
  const parts = new BlobParts();
  let read = 0;
  for await (const piece of piecesOf(content)) {
    parts.add(piece);
    read += piece.length;
    progress(read);
  }
  return parts.whole();
}
