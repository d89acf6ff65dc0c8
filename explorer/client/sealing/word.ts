// Words of 32 bytes, of which header, contribution and `info` are made (docs/siegel-1.md).

import { ascii, concat, equal, fromHex, ofNumber, toHex, toNumber, type Hex } from "../verifier/bytes.js";

export const WORD = 32;
const ACCOUNT = 20;

/** ASCII text at the start of a word. */
export function tag(text: string): Uint8Array {
  return concat(ascii(text), new Uint8Array(WORD - text.length));
}

export function number(value: bigint | number): Uint8Array {
  return ofNumber(value, WORD);
}

/** An account, or an id that fills the word. */
export function filled(hex: Hex): Uint8Array {
  return fromHex(hex.padStart(2 * WORD, "0"));
}

/** Refuses what stands at a byte. */
export type Refuse = (position: number, reason: string) => never;

/** Words one after the other, by their number. What is no word of its kind is refused. */
export class Words {
  constructor(
    readonly bytes: Uint8Array,
    readonly refuse: Refuse,
  ) {}

  at(index: number): Uint8Array {
    return this.bytes.subarray(WORD * index, WORD * (index + 1));
  }

  tag(index: number, text: string): void {
    if (!equal(this.at(index), tag(text))) this.refuse(WORD * index, `there is no tag ${text}`);
  }

  /** A number below a limit; every word is one below 2^256. */
  number(index: number, limit = 2n ** 256n): bigint {
    const value = toNumber(this.at(index));
    if (value >= limit) this.refuse(WORD * index, `this is a number of ${limit} or more`);
    return value;
  }

  hex(index: number): Hex {
    return toHex(this.at(index));
  }

  account(index: number): Hex {
    const word = this.at(index);
    if (word.subarray(0, WORD - ACCOUNT).some((byte) => byte !== 0)) this.refuse(WORD * index, "this is no account");
    return toHex(word.subarray(WORD - ACCOUNT));
  }
}
