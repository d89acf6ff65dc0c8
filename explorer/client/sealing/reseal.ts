// The re-seal check: the seed gives every sealed share of the header again, byte for byte, or it is not the bid's.

import { equal } from "../verifier/bytes.js";
import { requireKeySet, type Header } from "./header.js";
import type { KeySet } from "./key_set.js";
import { SealsDiffer } from "./refusal.js";
import { packSealed, sealShares, type Place } from "./sealed_share.js";
import { Secrets } from "./seed.js";

/** The recipients whose sealed share the seed does not give, one after the other: mostly the first says enough. */
export async function* differing(header: Header, keySet: KeySet, seed: Uint8Array): AsyncGenerator<Place, void> {
  let at = 0;
  for await (const { group, index, packed } of sealShares(new Secrets(seed, header.sealed, header.sizes), header.sealed, keySet)) {
    if (!equal(packed, packSealed(header.shares[at] as Header["shares"][number]))) yield { group, index };
    at += 1;
  }
}

/** All of them, as a refusal names them. */
export async function placesOf(places: AsyncIterable<Place>): Promise<(readonly [number, number])[]> {
  const found: (readonly [number, number])[] = [];
  for await (const { group, index } of places) found.push([group, index]);
  return found;
}

/** Throws SealsDiffer, KeySetDiffers. */
export async function requireSeed(header: Header, keySet: KeySet, seed: Uint8Array): Promise<void> {
  requireKeySet(header, keySet);
  const found = await placesOf(differing(header, keySet, seed));
  if (found.length > 0) throw new SealsDiffer(seed, found);
}
