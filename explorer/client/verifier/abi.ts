// Details of acts: the one encoding that the contract's own encoder writes (Solidity ABI specification).

import { fromUtf8, toHex, toNumber, type Hex } from "./bytes.js";
import { Refusal } from "./refusal.js";
import type { Argument } from "./statute_table.js";

/** Numbers are bigint, words and accounts hex, a structure an object. */
export type Value = bigint | Hex | Uint8Array | readonly Value[] | { readonly [name: string]: Value };

/** Reads a value that stands at an offset: the value, and where its encoding ends. */
type Read = (data: Uint8Array, at: number) => readonly [Value, number];

/** `size` is what it takes up among its siblings; null for a dynamic one, which takes up a word that says where it is. */
interface Type {
  readonly read: Read;
  readonly size: number | null;
}

const WORD = 32;

function malformed(offset: number, reason: string): Refusal {
  return new Refusal("MalformedAbi", { offset, reason });
}

/** What reads these arguments. It throws MalformedAbi. */
export function readerOf(
  args: readonly Argument[], terms: ReadonlyMap<string, number>,
): (data: Uint8Array) => { readonly [name: string]: Value } {
  const whole = structure(args, terms);
  return (data) => {
    const [value, end] = whole.read(data, 0);
    if (end !== data.length) throw malformed(end, "bytes after the end");
    return value as { readonly [name: string]: Value };
  };
}

function typeOf(name: string, argument: Argument, terms: ReadonlyMap<string, number>): Type {
  if (name.endsWith("[]")) return array(typeOf(name.slice(0, -2), argument, terms));
  if (name === "tuple") return structure(argument.components as readonly Argument[], terms);
  if (name.startsWith("uint")) {
    const term = argument.enum === undefined ? undefined : terms.get(argument.enum);
    const most = term === undefined ? (1n << BigInt(name.slice(4))) - 1n : BigInt(term - 1);
    return { size: WORD, read: (data, at) => [number(data, at, most), at + WORD] };
  }
  switch (name) {
    case "bytes32":
      return { size: WORD, read: (data, at) => [toHex(word(data, at)), at + WORD] };
    case "address":
      return { size: WORD, read: (data, at) => [account(data, at), at + WORD] };
    case "bytes":
      return { size: null, read: bytes };
    default:
      return { size: null, read: text };
  }
}

function structure(args: readonly Argument[], terms: ReadonlyMap<string, number>): Type {
  const parts = args.map((argument) => typeOf(argument.type, argument, terms));
  const head = parts.reduce((sum, { size }) => sum + (size ?? WORD), 0);
  const read: Read = (data, at) => {
    const [values, end] = sideBySide(parts, data, at, at + head);
    return [Object.fromEntries(args.map(({ name }, place) => [name, values[place] as Value])), end];
  };
  return { read, size: parts.some(({ size }) => size === null) ? null : head };
}

function array(part: Type): Type {
  const read: Read = (data, at) => {
    const count = number(data, at);
    const start = at + WORD;
    // Before anything is made of it: who forges writes any number.
    if (count * BigInt(part.size ?? WORD) > BigInt(data.length - start)) throw malformed(at, "more values than bytes");
    const parts = Array<Type>(Number(count)).fill(part);
    return sideBySide(parts, data, start, start + Number(count) * (part.size ?? WORD));
  };
  return { read, size: null };
}

/** Values from `start`; those of dynamic types follow from `tail`, each where the one before it ends. */
function sideBySide(parts: readonly Type[], data: Uint8Array, start: number, tail: number): [Value[], number] {
  const values: Value[] = [];
  let at = start;
  let end = tail;
  for (const { read, size } of parts) {
    if (size === null) {
      if (number(data, at) !== BigInt(end - start)) throw malformed(at, "an offset that leads elsewhere");
      const [value, after] = read(data, end);
      values.push(value);
      end = after;
      at += WORD;
    } else {
      values.push(read(data, at)[0]);
      at += size;
    }
  }
  return [values, end];
}

function word(data: Uint8Array, at: number): Uint8Array {
  if (at + WORD > data.length) throw malformed(at, "cut off");
  return data.subarray(at, at + WORD);
}

function number(data: Uint8Array, at: number, most = 1n << 256n): bigint {
  const found = toNumber(word(data, at));
  if (found > most) throw malformed(at, `a number above ${most}`);
  return found;
}

function account(data: Uint8Array, at: number): Hex {
  const found = word(data, at);
  if (found.subarray(0, 12).some((byte) => byte !== 0)) throw malformed(at, "an account of more than 20 bytes");
  return toHex(found.subarray(12));
}

function bytes(data: Uint8Array, at: number): [Uint8Array, number] {
  const size = number(data, at);
  const start = at + WORD;
  if (size > BigInt(data.length - start)) throw malformed(at, "bytes that are cut off");
  const end = start + Math.ceil(Number(size) / WORD) * WORD;
  if (end > data.length) throw malformed(at, "bytes that are cut off");
  if (data.subarray(start + Number(size), end).some((byte) => byte !== 0)) {
    throw malformed(start + Number(size), "filled up with other than zeros");
  }
  return [data.subarray(start, start + Number(size)), end];
}

function text(data: Uint8Array, at: number): [string, number] {
  const [found, end] = bytes(data, at);
  const read = fromUtf8(found);
  if (read === undefined) throw malformed(at, "text that is not UTF-8");
  return [read, end];
}
