// Verifier keys of logs and witnesses (C2SP signed-note): name+key id+base64(algorithm || Ed25519 key).

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { ascii, concat, equal, fromBase64, fromHex, toHex, type Hex } from "./bytes.js";
import { sha256 } from "./digests.js";

/** A log's key signs the note (signed-note), a witness's key the note with the time (tlog-cosignature). */
export const LOG = 1;
export const WITNESS = 4;

// Printable ASCII but for space and plus.
export const NAME = "[!-*,-~]{1,255}";
const KEY = new RegExp(`^(${NAME})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]+=*)$`);

export interface VerifierKey {
  readonly name: string;
  /** What a signature line begins with. */
  readonly id: Hex;
  readonly key: Hex;
}

/** A verifier key of this algorithm; undefined for anything else. */
export function readVerifierKey(text: string, algorithm: number): VerifierKey | undefined {
  const [, name, id, encoded] = KEY.exec(text) ?? [];
  const material = encoded === undefined ? undefined : fromBase64(encoded);
  if (name === undefined || material?.length !== 33 || material[0] !== algorithm) return undefined;
  const found = toHex(sha256(ascii(name + "\n"), material).subarray(0, 4));
  return found === id ? { name, id, key: toHex(material.subarray(1)) } : undefined;
}

/** Whether the key made the signature (RFC 8032): without the cofactor, as most libraries check it, so that no signature
 * is good for one verifier and bad for another. */
export function signed({ key }: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const { Point } = ed25519;
  const s = littleEndian(signature.subarray(32));
  if (s >= Point.Fn.ORDER) return false;
  try {
    const account = Point.fromHex(key, true);
    const r = signature.subarray(0, 32);
    const h = Point.Fn.create(littleEndian(sha512(concat(r, fromHex(key), message))));
    const point = Point.BASE.multiplyUnsafe(s).subtract(account.multiplyUnsafe(h));
    return equal(point.toBytes(), r);
  } catch {
    return false;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt("0x" + toHex(Uint8Array.from(bytes).reverse()));
}
