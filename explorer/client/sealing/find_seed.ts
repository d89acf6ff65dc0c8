// Seeds that given shares can come to, and which of them is the bid's (as ledger/sealing/opening.py, in the same order: what
// two officers record of a bid must not depend on which program they use).

import { equal } from "../verifier/bytes.js";
import { requireKeySet, type Header } from "./header.js";
import { groupName, groupsOf, type GroupNumber, type KeySet } from "./key_set.js";
import { Refusal, SealsDiffer } from "./refusal.js";
import { differing, placesOf } from "./reseal.js";
import type { Place, Share } from "./sealed_share.js";
import { Secrets, seedOf } from "./seed.js";
import { valueAt, type Point } from "./shamir.js";

const MOST_ATTEMPTS = 20_000;

interface Group {
  readonly number: GroupNumber;
  readonly threshold: number;
  readonly given: readonly Point[];
}

/** The seed that passes the re-seal check, and whose share is not the one that was sealed to them. */
interface FoundSeed {
  readonly seed: Uint8Array;
  readonly wrong: readonly Place[];
}

/**
 * One share at most of each place of the key set. Throws KeySetDiffers, SharesTooFew, SealsDiffer (with what differs for the first
 * shares of each group).
 */
export async function findSeed(header: Header, keySet: KeySet, shares: readonly Share[]): Promise<FoundSeed> {
  requireKeySet(header, keySet);
  let first: Uint8Array | undefined;
  for (const seed of candidates(keySet, shares)) {
    first ??= seed;
    if (!givesAny(header, seed, shares)) continue;
    const { done } = await differing(header, keySet, seed).next();
    if (done) return { seed, wrong: wrongOf(header, seed, shares) };
  }
  throw new SealsDiffer(first as Uint8Array, await placesOf(differing(header, keySet, first as Uint8Array)));
}

/**
 * The first seed that gives some sealed shares, byte for byte: only whoever sealed with it can have made these. Throws KeySetDiffers,
 * SharesTooFew.
 */
export async function partialSeed(header: Header, keySet: KeySet, shares: readonly Share[]): Promise<SealsDiffer | undefined> {
  requireKeySet(header, keySet);
  for (const seed of candidates(keySet, shares)) {
    if (!givesAny(header, seed, shares)) continue;
    const differ = await placesOf(differing(header, keySet, seed));
    if (differ.length < header.shares.length) return new SealsDiffer(seed, differ);
  }
  return undefined;
}

/** Each choice of shares once, and of those with few left out first. */
function* candidates(keySet: KeySet, shares: readonly Share[]): Generator<Uint8Array> {
  const groups = groupsOf(keySet).map(([number, { threshold }]): Group => {
    const given = shares.filter(({ group }) => group === number).map(({ index, bytes }) => ({ x: index, y: bytes }));
    given.sort((one, other) => one.x - other.x);
    if (given.length < threshold) throw new Refusal("SharesTooFew", { group: groupName(number), threshold, given: given.length });
    return { number, threshold, given };
  });
  let tried = 0;
  // As few as possible are left out in all; the order of equals is kept.
  const ways = product(groups.map(({ given, threshold }) => Array.from({ length: given.length - threshold + 1 }, (_, left) => left)));
  const sum = (way: readonly number[]): number => way.reduce((total, each) => total + each, 0);
  for (const way of [...ways].sort((one, other) => sum(one) - sum(other))) {
    for (const chosen of product(groups.map((group, at) => without(group, way[at] as number)))) {
      if (tried === MOST_ATTEMPTS) return;
      tried += 1;
      yield seedOf(new Map(groups.map(({ number }, at) => [number, valueAt(0, chosen[at] as readonly Point[])])));
    }
  }
}

/** The first shares of those that are left if so many are left out, in each way that fewer do not give, within what is tried. */
function without({ given, threshold }: Group, leftOut: number): (readonly Point[])[] {
  const found: (readonly Point[])[] = [];
  const last = threshold - 1 + leftOut; // all that is left out stands before it, or leaving out fewer gives the same
  for (const chosen of combinations(given.slice(0, last), threshold - 1)) {
    if (found.length === MOST_ATTEMPTS) break;
    found.push([...chosen, given[last] as Point]);
  }
  return found;
}

function* combinations<Each>(of: readonly Each[], count: number, from = 0): Generator<Each[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (let at = from; at <= of.length - count; at += 1) {
    for (const rest of combinations(of, count - 1, at + 1)) yield [of[at] as Each, ...rest];
  }
}

function* product<Each>(lists: readonly (readonly Each[])[]): Generator<Each[]> {
  const [first, ...others] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const each of first) for (const rest of product(others)) yield [each, ...rest];
}

/**
 * Whether the seed gives a share that was brought: the bid's own does, and no other but by intent. It costs no multiplication of a
 * point, so rubbish, of however many, is passed over quickly.
 */
function givesAny(header: Header, seed: Uint8Array, shares: readonly Share[]): boolean {
  const made = new Secrets(seed, header.sealed, header.sizes).shares();
  return shares.some(({ group, index, bytes }) => equal(made.get(group)?.[index - 1] as Uint8Array, bytes));
}

function wrongOf(header: Header, seed: Uint8Array, shares: readonly Share[]): Place[] {
  const right = new Secrets(seed, header.sealed, header.sizes).shares();
  return shares
    .filter(({ group, index, bytes }) => !equal(right.get(group)?.[index - 1] as Uint8Array, bytes))
    .map(({ group, index }) => ({ group, index }))
    .sort((one, other) => one.group - other.group || one.index - other.index);
}
