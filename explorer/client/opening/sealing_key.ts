// A sealing key as its holder has it: PKCS #8 under a passphrase (RFC 5958; PBES2 of RFC 8018: PBKDF2 with HMAC-SHA-256,
// AES-256-CBC), in PEM. That is what `siegel` writes.

import { fromBase64, toHex, utf8 } from "../verifier/bytes.js";
import { integer, items, itemsOf, oid, TAG, within, type Item } from "../verifier/der.js";
import { Refusal } from "../verifier/refusal.js";
import { isPrivateKey } from "../sealing/hpke.js";
import { OpeningRefusal } from "./refusal.js";

const PEM = /-----BEGIN ENCRYPTED PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END ENCRYPTED PRIVATE KEY-----/;
const PBES2 = oid("1.2.840.113549.1.5.13");
const PBKDF2 = oid("1.2.840.113549.1.5.12");
const HMAC_SHA256 = oid("1.2.840.113549.2.9");
const AES_256_CBC = oid("2.16.840.1.101.3.4.1.42");
const EC = oid("1.2.840.10045.2.1");
const P256 = oid("1.2.840.10045.3.1.7");
const MOST_ITERATIONS = 10_000_000n;

/** The private key of P-256 (32 bytes). Throws SealingKeyUnreadable, WrongPassphrase. */
export async function openSealingKey(pem: string, passphrase: string): Promise<Uint8Array> {
  const data = fromBase64((PEM.exec(pem)?.[1] ?? "").replaceAll(/\s/g, ""));
  if (data === undefined || data.length === 0) return unreadable("PEM, ENCRYPTED PRIVATE KEY");
  const { salt, iterations, iv, encrypted } = readSealed(data);
  const password = await crypto.subtle.importKey("raw", utf8(passphrase) as Uint8Array<ArrayBuffer>, "PBKDF2", false, ["deriveKey"]);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt: salt.slice(), iterations };
  const key = await crypto.subtle.deriveKey(derivation, password, { name: "AES-CBC", length: 256 }, false, ["decrypt"]);
  try {
    const opened = await crypto.subtle.decrypt({ name: "AES-CBC", iv: iv.slice() }, key, encrypted.slice());
    return readKey(new Uint8Array(opened));
  } catch (error) {
    if (error instanceof OpeningRefusal) throw error;
    // Padding or structure are wrong: another key decrypted it.
    throw new OpeningRefusal("WrongPassphrase", { file: "sealing" });
  }
}

interface Sealed {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly iv: Uint8Array;
  readonly encrypted: Uint8Array;
}

function readSealed(data: Uint8Array): Sealed {
  try {
    const [algorithm, encrypted] = sequence(itemsOf(data, TAG.sequence)[0], 2);
    const [scheme, parameters] = sequence(algorithm, 2);
    if (!isOid(scheme, PBES2)) return unreadable("PBES2");
    const [derivation, cipher] = sequence(parameters, 2);
    const [kdf, kdfParameters] = sequence(derivation, 2);
    const given = items((kdfParameters as Item).content);
    const [salt, iterations] = given as [Item, Item];
    const prf = given.at(-1) as Item;
    const [prfName] = items(prf.content);
    if (!isOid(kdf, PBKDF2) || prf.tag !== TAG.sequence || !isOid(prfName, HMAC_SHA256)) return unreadable("PBKDF2, HMAC-SHA-256");
    const [cipherName, iv] = sequence(cipher, 2);
    if (!isOid(cipherName, AES_256_CBC)) return unreadable("AES-256-CBC");
    const rounds = integer(iterations);
    if (rounds < 1n || rounds > MOST_ITERATIONS) return unreadable("PBKDF2");
    return { salt: salt.content, iterations: Number(rounds), iv: (iv as Item).content, encrypted: (encrypted as Item).content };
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof TypeError)) throw error;
    return unreadable("DER");
  }
}

function readKey(data: Uint8Array): Uint8Array {
  const [, algorithm, key] = within(data) as [Item, Item, Item];
  const [kind, curve] = sequence(algorithm, 2);
  if (!isOid(kind, EC) || !isOid(curve, P256)) return unreadable("P-256");
  const secret = (within(key.content)[1] as Item).content.slice();
  if (!isPrivateKey(secret)) return unreadable("P-256");
  return secret;
}

function sequence(item: Item | undefined, count: number): readonly (Item | undefined)[] {
  const found = item?.tag === TAG.sequence ? items(item.content) : [];
  return found.length >= count ? found : unreadable("DER");
}

function isOid(item: Item | undefined, wanted: string): boolean {
  return item?.tag === TAG.oid && toHex(item.content) === wanted;
}

function unreadable(reason: string): never {
  throw new OpeningRefusal("SealingKeyUnreadable", { reason });
}
