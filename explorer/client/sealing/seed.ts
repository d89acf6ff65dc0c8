// The one seed of a bid, and all that is secret and follows from it (docs/siegel-1.md, one seed).

import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, concat } from "../verifier/bytes.js";
import { contextWords, type Sealed } from "./context.js";
import { CUSTODIANS, groupsOf, OFFICERS, type GroupNumber, type Sizes } from "./key_set.js";
import { shareAt } from "./shamir.js";

export const SEED_SIZE = 32;

export class Secrets {
  private readonly prk: Uint8Array;

  constructor(
    readonly seed: Uint8Array,
    sealed: Sealed,
    private readonly sizes: Sizes,
  ) {
    this.prk = extract(sha256, seed, sha256(contextWords(sealed)));
  }

  /** The X25519 scalar to which the content is encrypted. */
  get age(): Uint8Array {
    return this.derived("age");
  }

  /** The input to DeriveKeyPair for the ephemeral key of one share. */
  ephemeral(group: GroupNumber, index: number): Uint8Array {
    return this.derived("ephemeral", SEED_SIZE, group, index);
  }

  /** The shares of each group in the order of their indices, from 1. */
  shares(): ReadonlyMap<GroupNumber, readonly Uint8Array[]> {
    return new Map(groupsOf(this.sizes).map(([group, { threshold, count }]) => {
      const coefficients = this.derived("coefficients", SEED_SIZE * (threshold - 1), group);
      const half = this.half(group);
      return [group, Array.from({ length: count }, (_, at) => shareAt(at + 1, half, coefficients))];
    }));
  }

  private half(group: GroupNumber): Uint8Array {
    if (this.sizes.custodians === null) return this.seed;
    const half = this.derived("half");
    return group === OFFICERS ? half : joined(this.seed, half);
  }

  private derived(what: string, size = SEED_SIZE, ...bytes: readonly number[]): Uint8Array {
    return expand(sha256, this.prk, concat(ascii(what), Uint8Array.from(bytes)), size);
  }
}

/** The seed of what the groups share. */
export function seedOf(halves: ReadonlyMap<GroupNumber, Uint8Array>): Uint8Array {
  const [officers, custodians] = [halves.get(OFFICERS) as Uint8Array, halves.get(CUSTODIANS)];
  return custodians === undefined ? officers : joined(officers, custodians);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, at) => byte ^ (other[at] as number));
}
