// Arguments of calls as the contract's own encoder writes them (Solidity ABI specification): heads, then tails.

import { concat, joined, ofNumber } from "../verifier/bytes.js";

const WORD = 32;

/** What stands behind the heads; its head is the offset. */
export class Dynamic {
  constructor(readonly body: Uint8Array) {}
}

/** A word of 32 bytes, or what stands behind. */
export type Part = Uint8Array | Dynamic;

/** Parts side by side, as `abi.encode` of them. */
export function encoded(parts: readonly Part[]): Uint8Array {
  const tails: Uint8Array[] = [];
  let offset = WORD * parts.length;
  const heads = parts.map((part) => {
    if (part instanceof Uint8Array) return part;
    const head = ofNumber(offset, WORD);
    tails.push(part.body);
    offset += part.body.length;
    return head;
  });
  return joined([...heads, ...tails]);
}

/** A structure with a dynamic member. */
export function structure(...parts: readonly Part[]): Dynamic {
  return new Dynamic(encoded(parts));
}

export function list(parts: readonly Part[]): Dynamic {
  return new Dynamic(concat(ofNumber(parts.length, WORD), encoded(parts)));
}

export function bytes(data: Uint8Array): Dynamic {
  const padding = new Uint8Array((WORD - (data.length % WORD)) % WORD);
  return new Dynamic(concat(ofNumber(data.length, WORD), data, padding));
}
