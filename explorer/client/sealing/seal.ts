// Seals a bid. Documents are read twice, first for their digests, then for the content, and never held as a whole.

import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, type Hex } from "../verifier/bytes.js";
import { encrypted, encryptedSize } from "./age.js";
import { bidRootOf, documentName, makeBid, paddedSize, sizeOf, type Bid } from "./bid.js";
import { contentOf } from "./content.js";
import type { Context } from "./context.js";
import { bidMalformed, makeField, type Field } from "./field.js";
import { CONTENT_LIMIT, headerSize, writeHeader } from "./header.js";
import { requireUsable, sizesOf, type KeySet } from "./key_set.js";
import { sealShares } from "./sealed_share.js";
import { Secrets, SEED_SIZE } from "./seed.js";
import { piecesOf, streamOf, type Pieces, type Source } from "./source.js";

/** A document that is to be sealed. `members` are those of its field but for size and digest; `title` is one of them. */
export interface Document {
  readonly source: Source;
  readonly members: Readonly<Record<string, unknown>>;
  /** For tests. */
  readonly salt?: Uint8Array<ArrayBuffer>;
}

/** A bid with all digests, ready to be sealed as often as needed. */
export interface Prepared {
  readonly bid: Bid;
  readonly bidRoot: Hex;
  readonly sources: readonly Source[];
}

/** An envelope that is being made. The header stands in front of the content and is known when that was read to its end. */
export interface Sealing {
  readonly seed: Uint8Array;
  readonly headerSize: number;
  readonly contentSize: number;
  readonly content: ReadableStream<Uint8Array>;
  header(): Uint8Array;
}

/** Hashes the documents and makes their fields. Throws BidMalformed. */
export async function prepare(fields: readonly Field[], documents: readonly Document[]): Promise<Prepared> {
  const ofDocuments: Field[] = [];
  for (const [at, { source, members, salt }] of documents.entries()) {
    const hash = sha256.create();
    let size = 0;
    for await (const piece of piecesOf(source.stream())) {
      hash.update(piece);
      size += piece.length;
    }
    const value = { ...members, size, digest: toHex(hash.digest()) };
    ofDocuments.push(makeField(documentName(at + 1), value, salt));
  }
  const bid = makeBid([...fields, ...ofDocuments]);
  // A document's field without a document would be found out by whoever opens, too late.
  if (bid.documents.length !== documents.length) bidMalformed("there is a field of a document that is not there");
  return { bid, bidRoot: bidRootOf(bid), sources: documents.map(({ source }) => source) };
}

/** Seals for a context to a key set. Throws KeySetDiffers, BidMalformed; reading the content throws DocumentAltered. */
export async function seal(
  context: Context, keySet: KeySet, { bid, bidRoot, sources }: Prepared,
  seed: Uint8Array = crypto.getRandomValues(new Uint8Array(SEED_SIZE)),
): Promise<Sealing> {
  requireUsable(keySet);
  const sealed = { ...context, bidRoot };
  const sizes = sizesOf(keySet);
  const contentSize = encryptedSize(paddedSize(sizeOf(bid)));
  if (contentSize >= CONTENT_LIMIT) bidMalformed("it has a terabyte or more");
  const secrets = new Secrets(seed, sealed, sizes);
  const shares: Uint8Array[] = [];
  for await (const { packed } of sealShares(secrets, sealed, keySet)) shares.push(packed);
  const file = await encrypted(streamOf(contentOf(bid, sources)), secrets.age);
  let contentDigest: Hex | undefined;

  async function* counted(): Pieces {
    const hash = sha256.create();
    let size = 0;
    for await (const piece of piecesOf(file)) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
    if (size !== contentSize) throw new Error(`the age file has ${size} bytes, not ${contentSize}`);
    contentDigest = toHex(hash.digest());
  }

  return {
    seed,
    headerSize: headerSize(sizes),
    contentSize,
    content: streamOf(counted()),
    header() {
      if (contentDigest === undefined) throw new Error("the content was not read to its end");
      return writeHeader({ sealed, contentSize, contentDigest, sizes }, shares);
    },
  };
}
