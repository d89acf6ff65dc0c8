// The re-seal check: the seed gives every sealed share of the header again, byte for byte, or it is not the bid's.

import { equal } from "../verifier/bytes.js";
import { requireKeySet, type Header } from "./header.js";
import type { KeySet } from "./key_set.js";
import { SealsDiffer } from "./refusal.js";
import { packSealed, sealShares, type Place } from "./sealed_share.js";
import { Secrets } from "./seed.js";

/** The recipients whose share differs. Throws KeySetDiffers. */
export async function differing(header: Header, keySet: KeySet, seed: Uint8Array): Promise<Place[]> {
  requireKeySet(header, keySet);
  const again = await sealShares(new Secrets(seed, header.sealed, header.sizes), header.sealed, keySet);
  return again.filter(({ packed }, at) => !equal(packed, packSealed(header.shares[at] as Header["shares"][number])));
}

/** Throws SealsDiffer, KeySetDiffers. */
export async function requireSeed(header: Header, keySet: KeySet, seed: Uint8Array): Promise<void> {
  const found = await differing(header, keySet, seed);
  if (found.length > 0) throw new SealsDiffer(seed, found.map(({ group, index }) => [group, index]));
}
