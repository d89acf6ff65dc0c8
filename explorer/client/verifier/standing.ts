// What an organisation was after each of the registry's acts on it. A position says after how many acts.

import type { Hex } from "./bytes.js";
import { ROLES } from "./statute_table.js";

/** Whoever gets a sealed share, and the public key that it is sealed to. */
export interface Recipient {
  readonly holder: Hex;
  readonly key: Uint8Array;
}

/** Positions are those in the buyer's series; null while it has not happened. */
export interface KeySet {
  readonly custodians: readonly Recipient[];
  readonly awaited: Set<Hex>;
  ready: number | null;
  retired: number | null;
}

/** Governors from an act of their series on, whose time is `since`; they wait `delay` seconds. */
export interface Governors {
  readonly accounts: ReadonlySet<Hex>;
  readonly threshold: bigint;
  readonly delay: bigint;
  readonly since: bigint;
}

export interface Person {
  readonly roles: number;
  /** The last second, zero: without end. */
  readonly until: bigint;
}

interface After {
  kinds: number;
  suspended: boolean;
  governors: Governors | null;
}

export class Standing {
  private readonly times: bigint[] = [];
  private readonly after: After[] = [{ kinds: 0, suspended: false, governors: null }];
  private readonly people = new Map<Hex, (Person & { readonly from: number })[]>();
  readonly keySets = new Map<Hex, KeySet>();
  /** How long the governors' series was when they last acted on this one. */
  governed = 0;
  /** Officers without an end, after the last act. */
  lasting = 0;

  /** How many acts there were. */
  get length(): number {
    return this.times.length;
  }

  /** What it is after the last act; to be changed by that act alone. */
  get now(): After {
    return this.after.at(-1) as After;
  }

  begin(time: bigint): void {
    this.times.push(time);
    this.after.push({ ...this.now });
  }

  at(position: number): After | undefined {
    return this.after[position];
  }

  set(account: Hex, person: Person): void {
    const before = this.held(account, this.length);
    this.lasting += Number(isLasting(person)) - Number(before !== undefined && isLasting(before));
    const entries = this.people.get(account) ?? [];
    entries.push({ ...person, from: this.length });
    this.people.set(account, entries);
  }

  /** What an account is after so many acts, in a block of `time`; nothing under suspension, or after its last second. */
  rolesOf(account: Hex, position: number, time: bigint): number {
    const held = this.held(account, position);
    if (held === undefined || this.after[position]?.suspended) return 0;
    return held.until > 0n && held.until < time ? 0 : held.roles;
  }

  /** Whether there can have been just so many acts before something elsewhere in a block of `time`. */
  fits(position: number, time: bigint): boolean {
    return position >= this.countBefore(time) && position <= this.countBefore(time + 1n);
  }

  /** After how many acts that can have been: more than one number if acts of this series are in that very block. */
  positions(time: bigint): readonly number[] {
    const first = this.countBefore(time);
    return Array.from({ length: this.countBefore(time + 1n) - first + 1 }, (_, more) => first + more);
  }

  /** What it can have been then. */
  possible(time: bigint): readonly After[] {
    return this.positions(time).map((position) => this.after[position] as After);
  }

  private held(account: Hex, position: number): Person | undefined {
    const entries = this.people.get(account) ?? [];
    return entries[countWhile(entries, ({ from }) => from <= position) - 1];
  }

  private countBefore(time: bigint): number {
    return countWhile(this.times, (each) => each < time);
  }
}

function isLasting({ roles, until }: Person): boolean {
  return (roles & ROLES.officer) !== 0 && until === 0n;
}

/** How many of the first are so, where none is behind the first that is not: in few steps, for it is asked at each act. */
function countWhile<Kind>(all: readonly Kind[], is: (one: Kind) => boolean): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(all[middle] as Kind)) low = middle + 1;
    else high = middle;
  }
  return low;
}
