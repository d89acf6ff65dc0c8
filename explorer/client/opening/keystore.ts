// An account's key in a keystore of version 3: scrypt, AES-128-CTR and a MAC by Keccak (Web3 Secret Storage).

import { scryptAsync } from "@noble/hashes/scrypt.js";
import { concat, equal, fromHex, toHex, utf8 } from "../verifier/bytes.js";
import { keccak } from "../verifier/digests.js";
import { accountOf } from "../verifier/signature.js";
import { OpeningRefusal } from "./refusal.js";

/** Bytes that scrypt may hold: whoever gives somebody a file could else make the browser fail. */
const MOST_MEMORY = 2 ** 30;
const MOST_PARALLEL = 16;
const KEY = 32;
const IV = 16;

/** The private key (32 bytes). Throws KeystoreUnreadable, WrongPassphrase. */
export async function openKeystore(content: string, passphrase: string): Promise<Uint8Array> {
  const { version, crypto: box } = parsed(content);
  if (version !== 3) unreadable("version 3");
  const { kdf, kdfparams, cipher, cipherparams, ciphertext, mac } = object(box);
  if (kdf !== "scrypt" || cipher !== "aes-128-ctr") unreadable("scrypt, aes-128-ctr");
  const { n, r, p, dklen, salt } = object(kdfparams);
  const [N, blocks, parallel] = [whole(n), whole(r), whole(p)];
  if (dklen !== KEY || (N & (N - 1)) !== 0 || 128 * N * blocks > MOST_MEMORY || parallel > MOST_PARALLEL) unreadable("kdfparams");
  const derived = await scryptAsync(utf8(passphrase), hex(salt), { N, r: blocks, p: parallel, dkLen: KEY, maxmem: 2 * MOST_MEMORY });
  const encrypted = hex(ciphertext);
  if (!equal(keccak(derived.subarray(16), encrypted), hex(mac))) throw new OpeningRefusal("WrongPassphrase", { file: "keystore" });
  // Some writers drop leading zeros of the counter.
  const iv = hex(object(cipherparams).iv);
  if (encrypted.length !== KEY || iv.length > IV) unreadable("ciphertext");
  const counter = concat(new Uint8Array(IV - iv.length), iv);
  const key = await crypto.subtle.importKey("raw", derived.slice(0, 16), "AES-CTR", false, ["decrypt"]);
  const algorithm = { name: "AES-CTR", counter: counter as Uint8Array<ArrayBuffer>, length: 128 };
  const opened = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, encrypted as Uint8Array<ArrayBuffer>));
  if (/^0*$/.test(accountOf(opened))) unreadable("secp256k1");
  return opened;
}

function parsed(content: string): Readonly<Record<string, unknown>> {
  try {
    const found = object(JSON.parse(content));
    return { ...found, crypto: found.crypto ?? found.Crypto };
  } catch (error) {
    if (error instanceof OpeningRefusal) throw error;
    return unreadable("JSON");
  }
}

function object(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return unreadable("JSON");
  return given as Record<string, unknown>;
}

function whole(given: unknown): number {
  return Number.isSafeInteger(given) && (given as number) > 0 ? given as number : unreadable("kdfparams");
}

function hex(given: unknown): Uint8Array {
  const digits = typeof given === "string" ? given.replace(/^0x/, "").toLowerCase() : "";
  const bytes = fromHex(digits);
  return digits !== "" && toHex(bytes) === digits ? bytes : unreadable("hex");
}

function unreadable(reason: string): never {
  throw new OpeningRefusal("KeystoreUnreadable", { reason });
}
