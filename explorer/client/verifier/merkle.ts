// That a transparency log's tree holds a leaf (RFC 9162, section 2.1.3.2).

import { concat, equal, toHex, toNumber } from "./bytes.js";
import { sha256 } from "./digests.js";
import { Refusal, shown } from "./refusal.js";

const LARGEST = 2n ** 63n;

/** Where a leaf stands in the tree of `size`, and the hashes from the leaf upwards. */
export interface Inclusion {
  readonly size: bigint;
  readonly index: bigint;
  readonly hashes: readonly Uint8Array[];
}

export const EMPTY_ROOT = sha256();

export function isTreeSize(size: bigint): boolean {
  return size < LARGEST;
}

/** Reads an `inclusion` entry of a bundle. Throws InclusionMalformed. */
export function readInclusion(entry: Uint8Array): Inclusion {
  if (entry.length < 16 || entry.length % 32 !== 16) {
    throw new Refusal("InclusionMalformed", { reason: `${entry.length} bytes are not two numbers and hashes` });
  }
  const size = toNumber(entry.subarray(0, 8));
  const index = toNumber(entry.subarray(8, 16));
  if (index >= size || !isTreeSize(size)) {
    throw new Refusal("InclusionMalformed", { reason: `there is no leaf ${index} in a tree of ${size}` });
  }
  const hashes = Array.from({ length: (entry.length - 16) / 32 }, (_, place) =>
    entry.subarray(16 + 32 * place, 48 + 32 * place));
  return { size, index, hashes };
}

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(Uint8Array.of(0), leaf);
}

/** Throws MerkleProofMalformed, NotIncluded. */
export function verifyInclusion(leafHash: Uint8Array, { size, index, hashes }: Inclusion, root: Uint8Array): void {
  let place = index;
  let last = size - 1n;
  let found = leafHash;
  for (const hash of hashes) {
    if (last === 0n) throw malformed("hashes that are not needed");
    if (place % 2n === 1n || place === last) {
      found = node(hash, found);
      // At the right edge of the tree levels without a sibling are passed over.
      while (place !== 0n && place % 2n === 0n) {
        place /= 2n;
        last /= 2n;
      }
    } else {
      found = node(found, hash);
    }
    place /= 2n;
    last /= 2n;
  }
  if (last !== 0n) throw malformed("hashes are missing");
  if (!equal(found, root)) {
    throw new Refusal("NotIncluded", { expected: shown(toHex(root)), got: shown(toHex(found)), index, size });
  }
}

function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right));
}

function malformed(reason: string): Refusal {
  return new Refusal("MerkleProofMalformed", { reason });
}
