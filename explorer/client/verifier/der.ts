// Distinguished Encoding Rules of ASN.1 (ITU-T X.690), as far as time stamps need them.

import { concat, minimal, toHex, toNumber, type Hex } from "./bytes.js";
import { Refusal } from "./refusal.js";

export const TAG = {
  boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, null: 0x05, oid: 0x06, utcTime: 0x17, time: 0x18,
  sequence: 0x30, set: 0x31, context0: 0xa0, context1: 0xa1, context3: 0xa3,
} as const;

/** One value, and how it stands there. */
export interface Item {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly encoded: Uint8Array;
}

function malformed(reason: string, offset = 0): Refusal {
  return new Refusal("MalformedDer", { offset, reason });
}

/** The values that stand one after the other. Throws MalformedDer where one is cut off or not canonical. */
export function items(data: Uint8Array): Item[] {
  const found: Item[] = [];
  for (let at = 0; at < data.length; ) {
    const tag = data[at] as number;
    if ((tag & 0x1f) === 0x1f) throw malformed("a tag of more than one byte", at);
    if (at + 1 >= data.length) throw malformed("cut off before a length", at);
    const first = data[at + 1] as number;
    const start = at + 2 + (first < 0x80 ? 0 : first - 0x80);
    const size = data.subarray(at + 2, start);
    const length = first < 0x80 ? BigInt(first) : toNumber(size);
    if (first >= 0x80 && (length < 0x80n || size[0] === 0)) throw malformed("a length longer than needed, or none", at);
    if (BigInt(start) + length > BigInt(data.length)) throw malformed("cut off", at);
    const end = start + Number(length);
    found.push({ tag, content: data.subarray(start, end), encoded: data.subarray(at, end) });
    at = end;
  }
  return found;
}

/** The values that stand there, of exactly these tags. */
export function itemsOf<Tags extends readonly number[]>(data: Uint8Array, ...tags: Tags): { [Place in keyof Tags]: Item } {
  const found = items(data);
  if (found.length !== tags.length || found.some(({ tag }, place) => tag !== tags[place])) {
    throw malformed(`values of tags ${tags.join(", ")} were expected, not ${found.map(({ tag }) => tag).join(", ")}`);
  }
  return found as unknown as { [Place in keyof Tags]: Item };
}

/** The values inside the one value of this tag. */
export function within(data: Uint8Array, tag: number = TAG.sequence): Item[] {
  return items(itemsOf(data, tag)[0].content);
}

/** A number from zero in its one form. */
export function integer({ tag, content }: Item): bigint {
  const [first = 0xff, second = 0xff] = content;
  if (tag !== TAG.integer || first > 0x7f) throw malformed("a whole number from 0 was expected");
  if (content.length > 1 && first === 0 && second < 0x80) throw malformed("a number with a leading zero");
  return toNumber(content);
}

export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  if (content.length < 0x80) return concat(Uint8Array.of(tag, content.length), content);
  const size = minimal(content.length);
  return concat(Uint8Array.of(tag, 0x80 + size.length), size, content);
}

/** The content of an object identifier such as 1.2.840.113549, as hex. */
export function oid(dotted: string): Hex {
  const [first, second, ...rest] = dotted.split(".").map(Number) as [number, number, ...number[]];
  const bytes = [40 * first + second, ...rest].flatMap((arc) => {
    const octets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) octets.unshift(0x80 | (left & 0x7f));
    return octets;
  });
  return toHex(Uint8Array.from(bytes));
}
