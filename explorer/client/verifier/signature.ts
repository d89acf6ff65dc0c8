// The account behind a recoverable signature of secp256k1.

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concat, NOBODY, toHex, toNumber, type Hex } from "./bytes.js";
import { keccak } from "./digests.js";

/** Of s and its negation only the lower is a signature (EIP-2). */
export function isLowerHalf(s: Uint8Array): boolean {
  return toNumber(s) <= secp256k1.Point.Fn.ORDER / 2n;
}

/** The account that signed the digest with r || s; `point` says which of two points r is. Undefined if no key did. */
export function signerOf(rs: Uint8Array, point: number, digest: Uint8Array): Hex | undefined {
  try {
    const signature = concat(Uint8Array.of(point), rs);
    const key = secp256k1.recoverPublicKey(signature, digest, { prehash: false });
    const whole = secp256k1.Point.fromBytes(key).toBytes(false);
    return toHex(keccak(whole.subarray(1)).subarray(12));
  } catch {
    return undefined;
  }
}

/** The same as contracts and nodes read a signature: nobody of one that is none, or not the lower of two equal ones. */
export function lowSignerOf(rs: Uint8Array, point: number, digest: Uint8Array): Hex {
  return (isLowerHalf(rs.subarray(32)) ? signerOf(rs, point, digest) : undefined) ?? NOBODY;
}

/** The account of a private key; nobody of what is none. */
export function accountOf(key: Uint8Array): Hex {
  if (!secp256k1.utils.isValidSecretKey(key)) return NOBODY;
  return toHex(keccak(secp256k1.getPublicKey(key, false).subarray(1)).subarray(12));
}
