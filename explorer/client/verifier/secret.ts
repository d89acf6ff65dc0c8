// The secret of a receipt: age with a passphrase (scrypt) around seed and account's key (docs/siegel-1.md, the receipt).

import { Decrypter } from "age-encryption";
import { fromBase64, toLatin } from "./bytes.js";
import { invalid } from "./receipt_entries.js";
import { Refusal } from "./refusal.js";

/** log2 of scrypt's N at most: 256 MiB. Whoever makes a receipt could choose one that keeps a reader busy for days. */
export const MOST_WORK = 18;

/** Nonce, seed, key, and what age adds. */
const PAYLOAD = 16 + 64 + 16;
const HEADER = new RegExp(
  "^age-encryption\\.org/v1\\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\\n([A-Za-z0-9+/]{43})\\n--- ([A-Za-z0-9+/]{43})\\n",
);

export interface Secret {
  /** 32 bytes each. */
  readonly seed: Uint8Array;
  readonly accountKey: Uint8Array;
}

/** The passphrase in the one form in which it counts: keyboards write an umlaut in two ways. */
export function normalized(passphrase: string): string {
  return passphrase.normalize("NFC");
}

/** Throws EntryInvalid unless it is an age file of 64 bytes with one passphrase and a bearable work factor. */
export function requireForm(sealed: Uint8Array): void {
  const found = HEADER.exec(toLatin(sealed));
  if (found === null || sealed.length - found[0].length !== PAYLOAD) {
    throw invalid("secret", "no age file of 64 bytes with one passphrase");
  }
  const [, salt, work, wrapped, mac] = found as unknown as [string, string, string, string, string];
  if (Number(work) > MOST_WORK) throw invalid("secret", `a work factor of ${work}, at most ${MOST_WORK} is allowed`);
  const isCanonical = fromBase64(`${salt}==`) && fromBase64(`${wrapped}=`) && fromBase64(`${mac}=`);
  if (!isCanonical) throw invalid("secret", "base64 that is not canonical");
}

/** Throws EntryInvalid, WrongPassphrase. */
export async function openSecret(sealed: Uint8Array, passphrase: string): Promise<Secret> {
  requireForm(sealed);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(normalized(passphrase));
  try {
    const opened = await decrypter.decrypt(sealed);
    return { seed: opened.slice(0, 32), accountKey: opened.slice(32) };
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("no identity matched")) throw new Refusal("WrongPassphrase", { path: "secret" });
    throw invalid("secret", message);
  }
}
