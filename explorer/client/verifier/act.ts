// An act as a bundle has it: fourteen fields in 217 bytes and its details (docs/bundle-1.md, acts).

import { concat, ofNumber, toHex, toNumber, type Hex } from "./bytes.js";
import { keccakHex } from "./digests.js";
import { Refusal } from "./refusal.js";

/** Counts are numbers: above 2^53 they are rounded, and equal nothing that there can be so many of. Times are exact. */
export interface Act {
  readonly act: number;
  readonly sequence: number;
  readonly roles: number;
  readonly time: bigint;
  readonly first: Hex;
  readonly second: Hex;
  readonly lot: Hex;
  readonly round: number;
  readonly bid: number;
  readonly ref: number;
  readonly arrival: bigint;
  readonly ground: Hex;
  readonly release: Hex;
  readonly subject: Hex;
  readonly detail: Uint8Array;
  readonly digest: Hex;
}

const SIZES = [1, 8, 8, 8, 20, 20, 32, 4, 4, 8, 8, 32, 32, 32];
const RECORD = SIZES.reduce((sum, size) => sum + size, 0);
const LENGTH = 4;

/** An item of an organisation's list: a process id, or an organisation-wide act. */
export type Listed = Hex | Act;

/** The act that begins there, and where it ends. Throws EntryInvalid. */
export function readAct(entry: string, data: Uint8Array, at: number): [Act, number] {
  const start = at + RECORD + LENGTH;
  const length = start <= data.length ? Number(toNumber(data.subarray(at + RECORD, start))) : 0;
  if (start + length > data.length) throw invalid(entry, `an act cut off at byte ${at}`);
  const fields: Uint8Array[] = [];
  let place = at;
  for (const size of SIZES) fields.push(data.subarray(place, (place += size)));
  const detail = data.slice(start, start + length);
  return [named(fields, detail), start + length];
}

export function readActs(entry: string, data: Uint8Array): Act[] {
  const acts: Act[] = [];
  for (let at = 0; at < data.length; ) {
    const [act, end] = readAct(entry, data, at);
    acts.push(act);
    at = end;
  }
  return acts;
}

export function readList(entry: string, data: Uint8Array): Listed[] {
  const items: Listed[] = [];
  for (let at = 0; at < data.length; ) {
    if (data[at] === 1) {
      const [act, end] = readAct(entry, data, at + 1);
      items.push(act);
      at = end;
    } else if (data[at] === 0 && at + 33 <= data.length) {
      items.push(toHex(data.subarray(at + 1, at + 33)));
      at += 33;
    } else {
      throw invalid(entry, `neither an id nor an act at byte ${at}`);
    }
  }
  return items;
}

function named(fields: readonly Uint8Array[], detail: Uint8Array): Act {
  const hex = (place: number) => toHex(fields[place] as Uint8Array);
  const exact = (place: number) => toNumber(fields[place] as Uint8Array);
  const count = (place: number) => Number(exact(place));
  return {
    act: count(0), sequence: count(1), roles: count(2), time: exact(3), first: hex(4), second: hex(5), lot: hex(6),
    round: count(7), bid: count(8), ref: count(9), arrival: exact(10), ground: hex(11), release: hex(12),
    subject: hex(13), detail, digest: digestOf(fields, detail),
  };
}

/** keccak-256 of what the contract logs: abi.encode(record, detail). */
function digestOf(fields: readonly Uint8Array[], detail: Uint8Array): Hex {
  const words = fields.map((field) => concat(new Uint8Array(32 - field.length), field));
  const padding = new Uint8Array((32 - (detail.length % 32)) % 32);
  return keccakHex(...words, ofNumber(480, 32), ofNumber(detail.length, 32), detail, padding);
}

function invalid(entry: string, reason: string): Refusal {
  return new Refusal("EntryInvalid", { entry, reason });
}
