// Reads a content piece by piece. What is handed on before the end was reached is not yet checked.

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, EMPTY, type Hex } from "../verifier/bytes.js";
import { bidRootOf, LONGEST_HEAD, MOST_FIELDS, paddedSize, readHead, sizeOf, type Bid, type DocumentField } from "./bid.js";
import { requireDigest } from "./content.js";
import { bidMalformed } from "./field.js";
import { Refusal } from "./refusal.js";

const LF = 10;

/** Takes the pieces of a document, in order; a promise is waited for. */
export type Receiver = (document: DocumentField, piece: Uint8Array) => void | Promise<void>;

/**
 * Reads a content whose bid must be the one with this root. Throws BidMalformed, BidRootDiffers, DocumentAltered, when all pieces
 * came: what fails in them is thrown instead (docs/adr/0148). How far somebody reads ahead must not decide which of both is named.
 */
export async function readContent(pieces: AsyncIterable<Uint8Array>, bidRoot: Hex, receive: Receiver): Promise<Bid> {
  const reader = new Reader(pieces);
  try {
    const bid = readHead(await readLines(reader));
    const got = bidRootOf(bid);
    if (got !== bidRoot) throw new Refusal("BidRootDiffers", { expected: bidRoot, got });
    for (const document of bid.documents) await readDocument(reader, document, receive);
    const size = sizeOf(bid);
    await readPadding(reader, paddedSize(size) - size);
    return bid;
  } catch (error) {
    if (error instanceof Refusal) await reader.toItsEnd();
    throw error;
  } finally {
    await reader.stop();
  }
}

async function readDocument(reader: Reader, document: DocumentField, receive: Receiver): Promise<void> {
  const hash = sha256.create();
  for await (const piece of reader.next(document.size, `${document.name} is cut off`)) {
    hash.update(piece);
    await receive(document, piece);
  }
  requireDigest(document.name, document.digest, hash.digest());
}

async function readPadding(reader: Reader, size: number): Promise<void> {
  for await (const piece of reader.next(size, "the padding is cut off")) {
    if (piece.some((byte) => byte !== 0)) bidMalformed("the padding is not zero");
  }
  if ((await reader.piece()) !== undefined) bidMalformed("there are bytes behind the padding");
}

/** The lines up to the empty one, which is the first LF after an LF. */
async function readLines(reader: Reader): Promise<string[]> {
  const taken: Uint8Array[] = [];
  let size = 0;
  let lines = 0;
  let before = 0;
  for (;;) {
    const piece = await reader.piece();
    if (piece === undefined) return bidMalformed("there is no empty line");
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] as number;
      if (byte === LF && before === LF) {
        reader.back(piece.subarray(at + 1));
        taken.push(piece.subarray(0, at));
        return new TextDecoder("latin1").decode(concat(...taken)).split("\n").slice(0, -1);
      }
      if (byte === LF) lines += 1;
      before = byte;
      // The LF of the empty line is still to come.
      if (size + at + 2 > LONGEST_HEAD) bidMalformed("the texts have more than 16 MiB");
      if (lines > MOST_FIELDS + 1) bidMalformed(`more than ${MOST_FIELDS} fields`);
    }
    taken.push(piece);
    size += piece.length;
  }
}

class Reader {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = EMPTY;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.pieces = pieces[Symbol.asyncIterator]();
  }

  /** Some bytes; none are left if it gives undefined. */
  async piece(): Promise<Uint8Array | undefined> {
    while (this.rest.length === 0) {
      const { done, value } = await this.pieces.next();
      if (done) return undefined;
      this.rest = value;
    }
    const piece = this.rest;
    this.rest = EMPTY;
    return piece;
  }

  /** Puts back what of a piece was not used. */
  back(rest: Uint8Array): void {
    this.rest = rest;
  }

  /** Exactly so many bytes. Throws BidMalformed with this reason if there are fewer. */
  async *next(size: number, reason: string): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = size; left > 0; ) {
      const piece = (await this.piece()) ?? bidMalformed(reason);
      const part = piece.subarray(0, left);
      this.back(piece.subarray(part.length));
      left -= part.length;
      yield part;
    }
  }

  /** What is left is not looked at. */
  async toItsEnd(): Promise<void> {
    while ((await this.pieces.next()).done !== true);
  }

  async stop(): Promise<void> {
    await this.pieces.return?.();
  }
}
