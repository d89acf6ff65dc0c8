// Digests by the names that the format gives them, of bytes and as hex.

import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 as sha256Bytes, sha384, sha512 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { ascii, concat, fromHex, ofNumber, toHex, utf8, type Hex } from "./bytes.js";

export type DigestName = "sha256" | "sha384" | "sha512";

export const HASHES = { sha1, sha256: sha256Bytes, sha384, sha512 };

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return sha256Bytes(concat(...parts));
}

export function keccak(...parts: readonly Uint8Array[]): Uint8Array {
  return keccak_256(concat(...parts));
}

export function keccakHex(...parts: readonly Uint8Array[]): Hex {
  return toHex(keccak(...parts));
}

/** A text in `abi.encode`, as opposed to a word. */
export interface Text {
  readonly text: string;
}

/** keccak256(abi.encode(...)) of words (hex of at most 32 bytes, filled up in front; numbers) and texts. */
export function abiDigest(...parts: readonly (Hex | bigint | number | Text)[]): Hex {
  const heads: Uint8Array[] = [];
  const tails: Uint8Array[] = [];
  let tail = 32 * parts.length;
  for (const part of parts) {
    if (typeof part === "object") {
      const text = utf8(part.text);
      const padded = concat(ofNumber(text.length, 32), text, new Uint8Array((32 - (text.length % 32)) % 32));
      heads.push(ofNumber(tail, 32));
      tails.push(padded);
      tail += padded.length;
    } else {
      heads.push(typeof part === "string" ? fromHex(part.padStart(64, "0")) : ofNumber(part, 32));
    }
  }
  return keccakHex(...heads, ...tails);
}

/** The digest of a label, as the contracts have them for types. */
export function labelDigest(label: string): Hex {
  return keccakHex(ascii(label));
}
