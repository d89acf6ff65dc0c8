// A field of a bid: a disclosure of RFC 9901, whose text is kept and hashed as it is.

import { fromUtf8, utf8 } from "../verifier/bytes.js";
import { sha256 } from "../verifier/digests.js";
import { NoJson, parseJson, type Json } from "../verifier/json.js";
import { base64url, fromBase64url } from "./base64url.js";
import { Refusal } from "./refusal.js";

const SALT_SIZE = 32;
const NAME = /^[\x20-\x7e]{1,256}$/;
/** RFC 9901 keeps these names for digests. */
const RESERVED: readonly unknown[] = ["_sd", "..."];

export interface Field {
  readonly text: string;
  readonly name: string;
  readonly value: Json;
}

/** Writes a field; its salt is drawn anew if none is given. The value is what JSON can say. Throws BidMalformed. */
export function makeField(name: string, value: unknown, salt = crypto.getRandomValues(new Uint8Array(SALT_SIZE))): Field {
  return readField(base64url(utf8(JSON.stringify([base64url(salt), name, value]))));
}

/** Throws BidMalformed. */
export function readField(text: string): Field {
  const raw = fromBase64url(text);
  const json = raw && fromUtf8(raw);
  if (json === undefined) bidMalformed("a field that is no base64url of a text in UTF-8");
  const parts = parsed(json);
  if (!Array.isArray(parts) || parts.length !== 3) bidMalformed("a field that is no list of salt, name and value");
  const [salt, name, value] = parts as [Json, Json, Json];
  if (typeof salt !== "string" || fromBase64url(salt)?.length !== SALT_SIZE) {
    bidMalformed("a salt that is no base64url of 32 bytes");
  }
  if (typeof name !== "string" || !NAME.test(name)) bidMalformed("a name that is not 1 to 256 characters of printable ASCII");
  if (RESERVED.includes(name)) bidMalformed(`the name ${name}, which is reserved`);
  return { text, name, value };
}

export function fieldDigest(text: string): Uint8Array {
  return sha256(utf8(text));
}

export function bidMalformed(reason: string): never {
  throw new Refusal("BidMalformed", { reason });
}

function parsed(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof NoJson)) throw error;
    return bidMalformed(`a field that is no JSON: ${error.message}`);
  }
}
