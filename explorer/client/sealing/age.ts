// The content's encryption: age v1 to one X25519 recipient (age-encryption.org/v1).

import { bech32 } from "@scure/base";
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import { concat, EMPTY } from "../verifier/bytes.js";
import { Refusal } from "./refusal.js";
import { piecesOf, streamOf, type Pieces } from "./source.js";

// Each line ends with 32 bytes in base64 and an LF.
const LINE = 43 + 1;
const HEADER_SIZE = "age-encryption.org/v1\n".length + "-> X25519 ".length + LINE + LINE + "--- ".length + LINE;
const NONCE_SIZE = 16;
const CHUNK = 65536;
/** A header with one X25519 stanza has 204 bytes; some writers add a stanza of noise. */
const LONGEST_HEADER = 65536;
/**
 * Its form, without what a stanza means. Libraries are not of one mind about the end of a stanza, nor about one of a passphrase
 * beside others; a bid must not open with one of them and stay closed with another.
 */
const HEADER = new RegExp(
  "^age-encryption\\.org/v1\\n"
  + "(?:-> (?!scrypt[ \\n])[!-~]+(?: [!-~]+)*\\n(?:[A-Za-z0-9+/]{64}\\n)*[A-Za-z0-9+/]{0,63}\\n)+"
  + "--- [A-Za-z0-9+/]{43}\\n",
);
const OVERHEAD = 16;

function identityOf(scalar: Uint8Array): string {
  return bech32.encodeFromBytes("AGE-SECRET-KEY-", scalar).toUpperCase();
}

export async function encrypted(content: ReadableStream<Uint8Array>, scalar: Uint8Array): Promise<ReadableStream<Uint8Array>> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identityOf(scalar)));
  return await encrypter.encrypt(content);
}

/** The size of the age file for a content of this size, with the one stanza that is written here. */
export function encryptedSize(size: number): number {
  return HEADER_SIZE + NONCE_SIZE + size + OVERHEAD * Math.max(1, Math.ceil(size / CHUNK));
}

/** The content piece by piece. Throws ContentUnreadable; what goes wrong in reading the file goes on its way. */
export async function* decrypted(file: ReadableStream<Uint8Array>, scalar: Uint8Array): Pieces {
  const faults: unknown[] = [];

  /** A disk that cannot be read is not the sealer's doing. */
  async function* noted(): Pieces {
    try {
      yield* piecesOf(file);
    } catch (error) {
      faults.push(error);
      throw error;
    }
  }

  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identityOf(scalar));
    yield* piecesOf(await decrypter.decrypt(streamOf(withHeader(noted()))));
  } catch (error) {
    if (faults.length > 0) throw faults[0];
    throw new Refusal("ContentUnreadable", { reason: (error as Error).message });
  }
}

/** The decrypter holds a header as a whole, and would a terabyte without an end of line; it is looked at before. */
async function* withHeader(file: Pieces): Pieces {
  let start: Uint8Array = EMPTY;
  for await (const piece of file) {
    if (start.length === LONGEST_HEADER) {
      yield piece;
      continue;
    }
    const before = start.length;
    start = concat(start, piece.subarray(0, LONGEST_HEADER - before));
    if (start.length < LONGEST_HEADER) continue;
    requireHeader(start);
    yield concat(start, piece.subarray(LONGEST_HEADER - before));
  }
  if (start.length === LONGEST_HEADER) return;
  requireHeader(start);
  yield start;
}

function requireHeader(start: Uint8Array): void {
  if (!HEADER.test(new TextDecoder("latin1").decode(start))) throw new Error("there is no header of age in the first 64 KiB");
}
