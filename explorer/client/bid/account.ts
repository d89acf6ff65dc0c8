// The bid's own account: a key of secp256k1 that is made for one bid, and what it signs.

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concat } from "../verifier/bytes.js";
import { textDigest } from "../sealing/signed_text.js";

export function newKey(): Uint8Array {
  return secp256k1.utils.randomSecretKey();
}

/** r || s, and which of two points r is; s in the lower half (EIP-2), the same for the same digest (RFC 6979). */
export function signature(digest: Uint8Array, key: Uint8Array): { readonly rs: Uint8Array; readonly point: number } {
  const found = secp256k1.sign(digest, key, { prehash: false, format: "recovered" });
  return { rs: found.subarray(1), point: found[0] as number };
}

/** EIP-191: r || s || v, v 27 or 28, 65 bytes. */
export function textSignature(digest: Uint8Array, key: Uint8Array): Uint8Array {
  const { rs, point } = signature(textDigest(digest), key);
  return concat(rs, Uint8Array.of(27 + point));
}
