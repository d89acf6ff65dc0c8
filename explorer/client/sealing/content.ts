// The content that is encrypted: the bid's head, its documents, zeros up to the padded size.

import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, toHex } from "../verifier/bytes.js";
import { headOf, paddedSize, sizeOf, type Bid, type DocumentField } from "./bid.js";
import { Refusal } from "./refusal.js";
import { piecesOf, type Pieces, type Source } from "./source.js";

const ZEROS = new Uint8Array(65536);

/** `sources` are those of the bid's documents, in order. Throws DocumentAltered if one is not what was hashed before. */
export async function* contentOf(bid: Bid, sources: readonly Source[]): Pieces {
  yield ascii(headOf(bid));
  for (const [at, document] of bid.documents.entries()) yield* unaltered(document, sources[at] as Source);
  const size = sizeOf(bid);
  for (let left = paddedSize(size) - size; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
}

async function* unaltered({ name, digest }: DocumentField, source: Source): Pieces {
  const hash = sha256.create();
  for await (const piece of piecesOf(source.stream())) {
    hash.update(piece);
    yield piece;
  }
  requireDigest(name, digest, hash.digest());
}

export function requireDigest(document: string, expected: string, digest: Uint8Array): void {
  const got = toHex(digest);
  if (got !== expected) throw new Refusal("DocumentAltered", { document, expected, got });
}
