// From opened shares to the seed, also where some of them are false.

import { EMPTY, equal, toHex } from "../verifier/bytes.js";
import type { Header } from "./header.js";
import { groupName, groupsOf, requireSizes, type GroupNumber, type KeySet } from "./key_set.js";
import { Refusal, SealsDiffer } from "./refusal.js";
import { differing } from "./reseal.js";
import { SHARE_SIZE, type Place, type Share } from "./sealed_share.js";
import { Secrets, seedOf } from "./seed.js";
import { valueAt, type Point } from "./shamir.js";

/** As many ways to choose shares of a group, and to pair two groups' choices, are tried: enough for 3 false ones of 32. */
export const MOST_TRIES = 6000;

export interface Combined {
  readonly seed: Uint8Array;
  /** The given shares that are not those of the seed. */
  readonly wrong: readonly Place[];
}

/** What so many of a group's shares say its half is, and how many of all that were given agree. */
interface Choice {
  readonly points: readonly Point[];
  readonly half: Uint8Array;
  readonly agreeing: number;
}

/** The seed that passes the re-seal check. Throws KeySetDiffers, SharesTooFew, SealsDiffer. */
export async function combine(header: Header, keySet: KeySet, shares: readonly Share[]): Promise<Combined> {
  requireSizes(keySet, header.sizes);
  const groups = groupsOf(header.sizes).map(([group, { threshold, count: all }]) => {
    const given = pointsOf(shares, group, all);
    const count = new Set(given.map(({ x }) => x)).size;
    if (count < threshold) throw new Refusal("SharesTooFew", { group: groupName(group), threshold, given: count });
    return [group, choicesOf(given, threshold)] as const;
  });
  let best: SealsDiffer | undefined;
  for (const tried of pairs(groups)) {
    const secrets = new Secrets(seedOf(tried.halves), header.sealed, header.sizes);
    // All but the right seed fails here, without a single point being multiplied; the first is judged in any case.
    if (best !== undefined && !gives(secrets, tried.chosen)) continue;
    const differ = await differing(header, keySet, secrets.seed);
    if (differ.length === 0) return { seed: secrets.seed, wrong: wrongOf(secrets, shares) };
    if (best === undefined || differ.length < (best.values.shares as readonly unknown[]).length) {
      best = new SealsDiffer(secrets.seed, differ.map(({ group, index }) => [group, index]));
    }
  }
  throw best as SealsDiffer;
}

/** Each once. What cannot be a share of this group is not taken, and named as wrong when the seed is found. */
function pointsOf(shares: readonly Share[], group: GroupNumber, count: number): Point[] {
  const found = new Map<string, Point>();
  for (const { group: of, index, bytes } of shares) {
    const isPossible = of === group && index >= 1 && index <= count && bytes.length === SHARE_SIZE;
    if (isPossible) found.set(`${index} ${toHex(bytes)}`, { x: index, y: bytes });
  }
  return [...found.values()].sort((one, other) => one.x - other.x);
}

/** Leaves out none, one, two … of the given ones and takes the first of the rest; those on which most agree come first. */
function choicesOf(given: readonly Point[], threshold: number): Choice[] {
  const found = new Map<string, Choice>();
  let tries = 0;
  for (let left = 0; left <= given.length - threshold; left += 1) {
    for (const out of subsets(given.length, left)) {
      if (tries === MOST_TRIES) break;
      tries += 1;
      const points = firstOf(given.filter((_, at) => !out.includes(at)), threshold);
      const key = points.map((point) => given.indexOf(point)).join();
      if (points.length < threshold || found.has(key)) continue;
      const agreeing = given.filter((point) => points.includes(point) || equal(valueAt(point.x, points), point.y)).length;
      found.set(key, { points, half: valueAt(0, points), agreeing });
    }
  }
  return [...found.values()].sort((one, other) => other.agreeing - one.agreeing);
}

/** The first so many with different x. */
function firstOf(points: readonly Point[], count: number): Point[] {
  return points.filter(({ x }, at) => points[at - 1]?.x !== x).slice(0, count);
}

function* subsets(size: number, count: number, from = 0): Generator<readonly number[]> {
  if (count === 0) yield [];
  else {
    for (let first = from; first <= size - count; first += 1) {
      for (const rest of subsets(size, count - 1, first + 1)) yield [first, ...rest];
    }
  }
}

interface Tried {
  readonly halves: ReadonlyMap<GroupNumber, Uint8Array>;
  readonly chosen: readonly (readonly [GroupNumber, Choice])[];
}

/** One choice of each group, those first that stand first in their groups. */
function* pairs(groups: readonly (readonly [GroupNumber, readonly Choice[]])[]): Generator<Tried> {
  const [officers = [], custodians] = groups.map(([group, choices]) => choices.map((choice) => [group, choice] as const));
  const tried = (...chosen: (readonly [GroupNumber, Choice])[]): Tried =>
    ({ chosen, halves: new Map(chosen.map(([group, { half }]) => [group, half])) });
  if (custodians === undefined) {
    for (const choice of officers) yield tried(choice);
    return;
  }
  let tries = 0;
  for (let sum = 0; sum < officers.length + custodians.length - 1; sum += 1) {
    for (let at = Math.max(0, sum - custodians.length + 1); at <= Math.min(sum, officers.length - 1); at += 1) {
      if (tries === MOST_TRIES) return;
      tries += 1;
      yield tried(officers[at] as readonly [GroupNumber, Choice], custodians[sum - at] as readonly [GroupNumber, Choice]);
    }
  }
}

/** Whether the seed gives the shares that it was made from. */
function gives(secrets: Secrets, chosen: Tried["chosen"]): boolean {
  const shares = secrets.shares();
  return chosen.every(([group, { points }]) => points.every(({ x, y }) => equal(shares.get(group)?.[x - 1] as Uint8Array, y)));
}

function wrongOf(secrets: Secrets, shares: readonly Share[]): Place[] {
  const right = secrets.shares();
  return shares
    .filter(({ group, index, bytes }) => !equal(right.get(group)?.[index - 1] ?? EMPTY, bytes))
    .map(({ group, index }) => ({ group, index }))
    .sort((one, other) => one.group - other.group || one.index - other.index);
}
