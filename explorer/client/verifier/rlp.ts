// Recursive Length Prefix, of which each value has exactly one encoding (Ethereum Yellow Paper, appendix B).

import { compare, concat, equal, joined, minimal, toNumber } from "./bytes.js";
import { Refusal } from "./refusal.js";

export type Item = Uint8Array | Item[];

const DEEPEST = 32;

function malformed(reason: string, offset = 0): Refusal {
  return new Refusal("MalformedRlp", { reason, offset });
}

/** The one item that the bytes encode. Throws MalformedRlp for anything that is not its one encoding. */
export function decode(data: Uint8Array): Item {
  const [item, end] = readItem(data, 0, data.length, 0);
  if (end !== data.length) throw malformed("bytes after the end", end);
  return item;
}

export function decodeList(data: Uint8Array): Item[] {
  return list(decode(data));
}

export function list(item: Item): Item[] {
  if (item instanceof Uint8Array) throw malformed("a list was expected");
  return item;
}

/** A list of exactly so many items. */
export function listOf(item: Item, count: number): Item[] {
  const found = list(item);
  if (found.length !== count) throw malformed(`${count} items were expected, not ${found.length}`);
  return found;
}

export function string(item: Item): Uint8Array {
  if (!(item instanceof Uint8Array)) throw malformed("bytes were expected, not a list");
  return item;
}

export function fixed(item: Item, size: number): Uint8Array {
  const found = string(item);
  if (found.length !== size) throw malformed(`${size} bytes were expected, not ${found.length}`);
  return found;
}

/** A number of at most `most` bytes, without leading zeros. */
export function integer(item: Item, most = 32): bigint {
  const found = string(item);
  if (found.length > most) throw malformed(`a number of at most ${most} bytes was expected, not ${found.length}`);
  if (found[0] === 0) throw malformed("a number with a leading zero");
  return toNumber(found);
}

export function encode(item: Item): Uint8Array {
  if (item instanceof Uint8Array) {
    return item.length === 1 && (item[0] as number) < 0x80 ? item : concat(prefix(item.length, 0x80), item);
  }
  const payload = joined(item.map(encode));
  return concat(prefix(payload.length, 0xc0), payload);
}

export function isEmpty(item: Item): boolean {
  return item instanceof Uint8Array && item.length === 0;
}

export function same(one: Item, other: Uint8Array): boolean {
  return one instanceof Uint8Array && equal(one, other);
}

/** Throws unless the byte strings ascend, each once. */
export function requireAscending(ids: readonly Uint8Array[]): void {
  for (let at = 1; at < ids.length; at += 1) {
    if (compare(ids[at - 1] as Uint8Array, ids[at] as Uint8Array) >= 0) {
      throw malformed("not in ascending order, each once");
    }
  }
}

function prefix(length: number, base: number): Uint8Array {
  if (length < 56) return Uint8Array.of(base + length);
  const size = minimal(length);
  return concat(Uint8Array.of(base + 55 + size.length), size);
}

function readItem(data: Uint8Array, at: number, end: number, depth: number): [Item, number] {
  if (at >= end) throw malformed("cut off before an item", at);
  const first = data[at] as number;
  if (first < 0x80) return [data.subarray(at, at + 1), at + 1];
  const isList = first >= 0xc0;
  const [start, stop] = span(data, at, end, first - (isList ? 0xc0 : 0x80));
  if (!isList) {
    if (stop - start === 1 && (data[start] as number) < 0x80) throw malformed("a prefix that is not needed", at);
    return [data.subarray(start, stop), stop];
  }
  if (depth === DEEPEST) throw malformed("lists nested too deep", at);
  const items: Item[] = [];
  for (let place = start; place < stop; ) {
    const [item, next] = readItem(data, place, stop, depth + 1);
    items.push(item);
    place = next;
  }
  return [items, stop];
}

function span(data: Uint8Array, at: number, end: number, code: number): [number, number] {
  let start = at + 1;
  let length = BigInt(code);
  if (code > 55) {
    start += code - 55;
    if (start > end) throw malformed("cut off in a length", at);
    length = toNumber(data.subarray(at + 1, start));
    if (data[at + 1] === 0 || length < 56n) throw malformed("a length written longer than needed", at);
  }
  if (BigInt(start) + length > BigInt(end)) throw malformed("an item longer than what holds it", at);
  return [start, start + Number(length)];
}
