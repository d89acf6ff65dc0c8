// HPKE base mode (RFC 9180), one message: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
//
// @hpke/core does the encapsulation, the key schedule and the sealing. Key pairs are made here: where a browser does not
// export an imported private key, that package guesses which of two points is the public key, and a share would not be
// made again byte for byte.

import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { p256 } from "@noble/curves/nist.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, concat, EMPTY, ofNumber, toNumber } from "../verifier/bytes.js";
import { base64url } from "./base64url.js";
import { isPoint } from "./key_set.js";

const ECDH = { name: "ECDH", namedCurve: "P-256" };
const KEM = concat(ascii("KEM"), ofNumber(0x0010, 2));
const SCALAR = 32;
const COORDINATE = 32;
const MOST_TRIES = 255;

export const ENC_SIZE = 65;
export const TAG_SIZE = 16;

/** A message as its recipient gets it. */
export interface SealedMessage {
  readonly enc: Uint8Array;
  readonly ciphertext: Uint8Array;
}

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** The private key of DeriveKeyPair(ikm) (RFC 9180, section 7.1.3), 32 bytes. */
export function derivePrivateKey(ikm: Uint8Array): Uint8Array {
  const labeled = (label: string): Uint8Array => concat(ascii("HPKE-v1"), KEM, ascii(label));
  const prk = extract(sha256, concat(labeled("dkp_prk"), ikm), EMPTY);
  for (let counter = 0; counter <= MOST_TRIES; counter += 1) {
    const info = concat(ofNumber(SCALAR, 2), labeled("candidate"), Uint8Array.of(counter));
    const candidate = expand(sha256, prk, info, SCALAR);
    if (isPrivateKey(candidate)) return candidate;
  }
  throw new Error("no key in 256 tries: never seen");
}

/** Seals to a public key; with `ikm` the ephemeral key follows from it, without it is drawn. */
export async function seal(
  recipient: Uint8Array, info: Uint8Array, message: Uint8Array, ikm?: Uint8Array,
): Promise<SealedMessage> {
  const recipientPublicKey = await publicKey(recipient);
  const ephemeral = ikm && { ekm: await keyPair(derivePrivateKey(ikm)) };
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: buffer(info), ...ephemeral }, buffer(message));
  return { enc: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
}

/** The message; undefined if it was not sealed to this key with this `info`. */
export async function open(
  privateKey: Uint8Array, info: Uint8Array, { enc, ciphertext }: SealedMessage,
): Promise<Uint8Array | undefined> {
  if (!isPrivateKey(privateKey) || !isPoint(enc)) return undefined;
  const recipientKey = await keyPair(privateKey);
  try {
    return new Uint8Array(await suite.open({ recipientKey, enc: buffer(enc), info: buffer(info) }, buffer(ciphertext)));
  } catch {
    return undefined;
  }
}

export function isPrivateKey(bytes: Uint8Array): boolean {
  const value = toNumber(bytes);
  return bytes.length === SCALAR && value > 0n && value < p256.Point.Fn.ORDER;
}

/** The public key of a private one, uncompressed. */
export function publicOf(privateKey: Uint8Array): Uint8Array {
  return p256.getPublicKey(privateKey, false);
}

async function keyPair(privateKey: Uint8Array): Promise<CryptoKeyPair> {
  const point = publicOf(privateKey);
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: base64url(point.subarray(1, 1 + COORDINATE)),
    y: base64url(point.subarray(1 + COORDINATE)),
    d: base64url(privateKey),
  };
  const imported = await crypto.subtle.importKey("jwk", jwk, ECDH, false, ["deriveBits"]);
  return { privateKey: imported, publicKey: await publicKey(point) };
}

function publicKey(point: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", buffer(point), ECDH, true, []);
}

/** WebCrypto takes no views of shared memory, which the type of a view could be. */
function buffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
