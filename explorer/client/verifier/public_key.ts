// Public keys of certificates, and the signatures they make: RSA (RFC 8017) and ECDSA (FIPS 186-5).

import { p256, p384, p521 } from "@noble/curves/nist.js";
import { concat, equal, ofNumber, toHex, toNumber, type Hex } from "./bytes.js";
import { encode, integer, itemsOf, oid, TAG } from "./der.js";
import { HASHES, type DigestName } from "./digests.js";
import { Refusal } from "./refusal.js";

const RSA = oid("1.2.840.113549.1.1.1");
const EC = oid("1.2.840.10045.2.1");
const CURVES = new Map([
  [oid("1.2.840.10045.3.1.7"), p256],
  [oid("1.3.132.0.34"), p384],
  [oid("1.3.132.0.35"), p521],
]);
// Longer keys and exponents cost whoever checks a signature seconds.
const LEAST_BITS = 2048;
const MOST_BITS = 8192;
const MOST_EXPONENT = 2n ** 32n - 1n;

export const DIGEST_OIDS = {
  sha256: oid("2.16.840.1.101.3.4.2.1"),
  sha384: oid("2.16.840.1.101.3.4.2.2"),
  sha512: oid("2.16.840.1.101.3.4.2.3"),
} as const;

const RSA_WITH = {
  sha256: oid("1.2.840.113549.1.1.11"), sha384: oid("1.2.840.113549.1.1.12"), sha512: oid("1.2.840.113549.1.1.13"),
} as const;
const ECDSA_WITH = {
  sha256: oid("1.2.840.10045.4.3.2"), sha384: oid("1.2.840.10045.4.3.3"), sha512: oid("1.2.840.10045.4.3.4"),
} as const;
const PSS = oid("1.2.840.113549.1.1.10");
const MGF1 = oid("1.2.840.113549.1.1.8");
const NULL = encode(TAG.null);
const NAMES = Object.keys(DIGEST_OIDS) as DigestName[];

export type PublicKey =
  | { readonly kind: "rsa"; readonly modulus: bigint; readonly exponent: bigint; readonly bits: number }
  | { readonly kind: "ec"; readonly curve: typeof p256; readonly point: Uint8Array };

type Scheme = "plain" | "pss";

export function identifier(content: Hex, ...parameters: readonly Uint8Array[]): Uint8Array {
  return encode(TAG.sequence, encode(TAG.oid, bytes(content)), ...parameters);
}

function bytes(hex: Hex): Uint8Array {
  return ofNumber(BigInt("0x" + hex), hex.length / 2);
}

/**
 * A SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7); undefined for a key of another kind, which vouches for nothing.
 * Throws TimestampInvalid for a key of these kinds that is none, or too short or too long; MalformedDer.
 */
export function readPublicKey(encoded: Uint8Array): PublicKey | undefined {
  const [algorithm, bits] = itemsOf(itemsOf(encoded, TAG.sequence)[0].content, TAG.sequence, TAG.bits);
  const key = bits.content.subarray(1);
  if (bits.content[0] !== 0) throw invalid("a key of a part of a byte");
  if (equal(algorithm.encoded, identifier(RSA, NULL))) return readRsa(key);
  for (const [name, curve] of CURVES) {
    if (!equal(algorithm.encoded, identifier(EC, encode(TAG.oid, bytes(name))))) continue;
    try {
      curve.Point.fromBytes(key).assertValidity();
    } catch {
      throw invalid("a key that is no point of its curve");
    }
    return { kind: "ec", curve: curve as typeof p256, point: key };
  }
  return undefined;
}

function readRsa(key: Uint8Array): PublicKey {
  const parts = itemsOf(itemsOf(key, TAG.sequence)[0].content, TAG.integer, TAG.integer);
  // As long as a key can be, and the zero in front.
  if (parts.some(({ content }) => content.length > MOST_BITS / 8 + 1)) throw invalid("an RSA key that is too long");
  const [modulus, exponent] = parts.map(integer) as [bigint, bigint];
  const size = modulus.toString(2).length;
  if (size < LEAST_BITS || size > MOST_BITS || modulus % 2n === 0n) throw invalid(`an RSA key of ${size} bits, or an even one`);
  if (exponent < 3n || exponent > MOST_EXPONENT || exponent % 2n === 0n) {
    throw invalid("an RSA key with an exponent that is even, below three, or of more than 32 bits");
  }
  return { kind: "rsa", modulus, exponent, bits: size };
}

function invalid(reason: string): Refusal {
  return new Refusal("TimestampInvalid", { reason });
}

/** The one AlgorithmIdentifier for a signature of such a key over such a digest (RFC 4055, RFC 5758). */
export function signatureAlgorithm(key: PublicKey, digest: DigestName): Uint8Array {
  return key.kind === "rsa" ? identifier(RSA_WITH[digest], NULL) : identifier(ECDSA_WITH[digest]);
}

/** RSASSA-PSS with one digest for all, and a salt as long as it (RFC 4055, section 3.1). */
function pssAlgorithm(digest: DigestName): Uint8Array {
  const hash = identifier(DIGEST_OIDS[digest], NULL);
  const salt = encode(TAG.integer, Uint8Array.of(HASHES[digest].outputLen));
  const parameters = encode(
    TAG.sequence, encode(0xa0, hash), encode(0xa1, identifier(MGF1, hash)), encode(0xa2, salt),
  );
  return identifier(PSS, parameters);
}

/** Whether the key made the signature over the message, by the algorithm that is named (encoded, as it stands there). */
export function verifies(key: PublicKey, algorithm: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  for (const digest of NAMES) {
    if (equal(algorithm, signatureAlgorithm(key, digest))) return signed(key, digest, message, signature, "plain");
    if (key.kind === "rsa" && equal(algorithm, pssAlgorithm(digest))) return signed(key, digest, message, signature, "pss");
  }
  return false;
}

export function signed(
  key: PublicKey, digest: DigestName, message: Uint8Array, signature: Uint8Array, scheme: Scheme = "plain",
): boolean {
  const hash = HASHES[digest](message);
  if (key.kind === "ec") {
    try {
      return key.curve.verify(signature, hash, key.point, { prehash: false, lowS: false, format: "der" });
    } catch {
      return false;
    }
  }
  const size = Math.ceil(key.bits / 8);
  const given = toNumber(signature);
  if (signature.length !== size || given >= key.modulus) return false;
  const opened = ofNumber(power(given, key.exponent, key.modulus), size);
  return scheme === "plain" ? equal(opened, padded(digest, hash, size)) : isPss(opened, digest, hash, key.bits - 1);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let found = 1n;
  for (let square = base % modulus, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) found = (found * square) % modulus;
    square = (square * square) % modulus;
  }
  return found;
}

/** EMSA-PKCS1-v1_5 (RFC 8017, section 9.2), to be compared whole. */
function padded(digest: DigestName, hash: Uint8Array, size: number): Uint8Array {
  const info = encode(TAG.sequence, identifier(DIGEST_OIDS[digest], NULL), encode(TAG.octets, hash));
  const filling = new Uint8Array(size - info.length - 3).fill(0xff);
  return concat(Uint8Array.of(0, 1), filling, Uint8Array.of(0), info);
}

/** EMSA-PSS-VERIFY (RFC 8017, section 9.1.2). */
function isPss(opened: Uint8Array, digest: DigestName, hash: Uint8Array, bits: number): boolean {
  const size = Math.ceil(bits / 8);
  const message = opened.subarray(opened.length - size);
  if (opened.length > size && opened[0] !== 0) return false;
  const edge = size - hash.length - 1;
  if (edge < hash.length + 1 || message[size - 1] !== 0xbc) return false;
  const sealed = message.subarray(edge, size - 1);
  const mask = mask1(sealed, edge, digest);
  const block = message.slice(0, edge).map((byte, at) => byte ^ (mask[at] as number));
  const spare = 8 * size - bits;
  if ((message[0] as number) >> (8 - spare) !== 0) return false;
  block[0] = (block[0] as number) & (0xff >> spare);
  const salt = block.subarray(edge - hash.length);
  const filling = block.subarray(0, edge - hash.length - 1);
  if (filling.some((byte) => byte !== 0) || block[filling.length] !== 1) return false;
  return equal(HASHES[digest](concat(new Uint8Array(8), hash, salt)), sealed);
}

function mask1(seed: Uint8Array, size: number, digest: DigestName): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let count = 0; count * HASHES[digest].outputLen < size; count += 1) {
    parts.push(HASHES[digest](concat(seed, ofNumber(count, 4))));
  }
  return concat(...parts);
}

export function digestNamed(encodedOid: Uint8Array): DigestName | undefined {
  return NAMES.find((name) => DIGEST_OIDS[name] === toHex(encodedOid));
}
