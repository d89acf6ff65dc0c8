// 32 bytes that an account signs as text (EIP-191, version 0x45).

import { ascii, concat, NOBODY, type Hex } from "../verifier/bytes.js";
import { keccak } from "../verifier/digests.js";
import { lowSignerOf } from "../verifier/signature.js";

const SIGNED = concat(Uint8Array.of(0x19), ascii("Ethereum Signed Message:\n32"));

/** What is signed of them. */
export function textDigest(digest: Uint8Array): Uint8Array {
  return keccak(SIGNED, digest);
}

/** The account that signed them, nobody if none did: r || s || v, s in the lower half, v 27 or 28. */
export function textSignerOf(digest: Uint8Array, signature: Uint8Array): Hex {
  const v = signature[64];
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return NOBODY;
  return lowSignerOf(signature.subarray(0, 64), v - 27, textDigest(digest));
}
