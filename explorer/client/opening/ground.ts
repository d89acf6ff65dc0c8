// The ground on which two officers admit late bids: a document, with the salt under whose digest both of them name it.

import { concat, toHex, type Hex } from "../verifier/bytes.js";
import { sha256 } from "../verifier/digests.js";
import { OpeningRefusal } from "./refusal.js";

const SALT = 32;
/** What begins like this is a PDF. */
const PDF = "%PDF-";

export interface Ground {
  /** SHA-256 of `salted`: what the close names. */
  readonly digest: Hex;
  /** The salt, then the document. */
  readonly salted: Uint8Array<ArrayBuffer>;
}

/** A ground that nobody has named yet: with a new salt, so that nobody can try likely texts against the digest on the ledger. */
export function newGround(document: Uint8Array): Ground {
  const salted = concat(crypto.getRandomValues(new Uint8Array(SALT)), document) as Uint8Array<ArrayBuffer>;
  return { digest: toHex(sha256(salted)), salted };
}

/** What the server gave for this digest. Throws GroundDiffers where it is something else. */
export function groundOf(digest: Hex, salted: Uint8Array<ArrayBuffer>): Ground {
  if (toHex(sha256(salted)) !== digest) throw new OpeningRefusal("GroundDiffers", { digest });
  return { digest, salted };
}

/** The document without its salt. */
export function documentOf({ salted }: Ground): Uint8Array<ArrayBuffer> {
  return salted.subarray(SALT);
}

/** The ending under which a document is saved: it is a file of somebody else's, and what is no PDF is only bytes. */
export function endingOf(document: Uint8Array): string {
  return new TextDecoder().decode(document.subarray(0, PDF.length)) === PDF ? ".pdf" : ".bin";
}
