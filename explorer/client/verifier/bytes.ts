// Bytes, their hex, and numbers in them. Ids and digests are kept as lower-case hex, which compares like the bytes.

// As many as a call can have as arguments everywhere.
const PIECE = 2 ** 12;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hex without 0x, of exactly the length of what it stands for. */
export type Hex = string;

export const ZERO: Hex = "0".repeat(64);
export const NOBODY: Hex = "0".repeat(40);
export const EMPTY = new Uint8Array();

export function toHex(bytes: Uint8Array): Hex {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** The bytes of hex digits, which must be an even number of them. */
export function fromHex(text: Hex): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

export function isHex(value: unknown, size: number): value is Hex {
  return typeof value === "string" && value.length === 2 * size && /^[0-9a-f]*$/.test(value);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return joined(parts);
}

/** As `concat`, of any number of parts: a call can have some tens of thousands of arguments, and no more. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Below, at or above zero as `one` stands before, is the same as, or stands behind `other`, as bytes. */
export function compare(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) {
    if (one[at] !== other[at]) return (one[at] as number) - (other[at] as number);
  }
  return one.length - other.length;
}

export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && compare(one, other) === 0;
}

/** The big-endian number that bytes are; of none it is zero. */
export function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt("0x" + toHex(bytes));
}

/** A number in `size` bytes, big-endian. */
export function ofNumber(value: bigint | number, size: number): Uint8Array {
  return fromHex(BigInt(value).toString(16).padStart(2 * size, "0"));
}

/** The fewest bytes that hold a number above zero, big-endian. */
export function minimal(value: number): Uint8Array {
  const digits = value.toString(16);
  return fromHex(digits.length % 2 ? "0" + digits : digits);
}

/** ASCII characters as bytes. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text from UTF-8; undefined for what is none. A byte order mark stays what it is: a character. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Base64 with padding in its one form (RFC 4648, section 3.5); undefined for anything else. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(toLatin(bytes));
}

/** Each byte as the character of its number. */
export function toLatin(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) pieces.push(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return pieces.join("");
}
