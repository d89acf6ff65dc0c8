// Where a contracting process stands while its acts are replayed.

import type { Act } from "./act.js";
import type { Acting } from "./authority.js";
import { ZERO, type Hex } from "./bytes.js";
import type { Value, Values } from "./refusal.js";
import type { Recipient } from "./standing.js";
import { LIMITS } from "./statute_table.js";

export type ProcessState = "none" | "observed" | "anchored" | "active" | "cancelled";
export type RoundKind = "none" | "participation" | "bids" | "negotiation" | "supplement";
export type RoundState = "open" | "closed" | "opened";
export type AwardState = "announced" | "withdrawn" | "concluded" | "terminated" | "completed";
export type Outcome =
  | "none" | "opened" | "unreadable" | "cover" | "superseded" | "withdrawn" | "missing" | "late" | "returned";

/** What the contract lets pass and a reader must still judge, with the ground that was given (zero: none). */
export interface Flag {
  readonly name: string;
  readonly sequence: number;
  readonly ground: Hex;
  readonly values: Values;
}

/** A sealed bid; `gone` and `recorded` are "none" as long as it was neither. */
export interface Bid {
  readonly number: number;
  readonly author: Hex;
  readonly commitment: Hex;
  readonly arrival: bigint;
  gone: "none" | "superseded" | "withdrawn";
  recorded: Outcome;
  /** Of an opened one its bidRoot. */
  content: Hex;
}

/** Bits of bids in words of 256. */
export class Bitmap {
  constructor(readonly words: readonly bigint[]) {}

  /** Of a number that it has a word for. */
  has(number: number): boolean {
    return (((this.words[Math.floor(number / 256)] as bigint) >> BigInt(number % 256)) & 1n) === 1n;
  }

  /** Whether it has as many words as so many bids need, and no bit too high. */
  fits(count: number): boolean {
    if (this.words.length !== Math.ceil(count / 256)) return false;
    return count % 256 === 0 || (this.words.at(-1) as bigint) >> BigInt(count % 256) === 0n;
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0n);
  }
}

export class Round {
  state: RoundState = "open";
  /** The deadline as two officers set it last. */
  agreed: bigint;
  readonly bids: Bid[] = [];
  /** How many bids on paper. */
  externals = 0;
  /** The last timely bid's number + 1. */
  timely = 0;
  /** How many bids the close counted. */
  counted = 0;
  /** The first bid without an outcome. */
  opened = 0;
  present = new Bitmap([]);
  admitted = new Bitmap([]);
  /** The first bid that was opened with a bidRoot. */
  readonly byRoot = new Map<Hex, Bid>();
  private readonly byCommitment = new Map<string, Bid>();
  private readonly exclusions = new Set<string>();

  constructor(
    readonly number: number,
    readonly kind: RoundKind,
    public deadline: bigint,
    readonly receivers: readonly Hex[],
    readonly keySet: Hex,
    readonly custodians: readonly Recipient[],
  ) {
    this.agreed = deadline;
  }

  add(bid: Bid): void {
    this.bids.push(bid);
    this.byCommitment.set(`${bid.commitment} ${bid.author}`, bid);
  }

  committed(commitment: Hex, author: Hex): Bid | undefined {
    return this.byCommitment.get(`${commitment} ${author}`);
  }

  /** How a bid of an opened round ended as far as the acts have it; "none" of a bid that is not there. */
  outcome(number: number): Outcome {
    if (number >= LIMITS.firstExternalBid) {
      return number - LIMITS.firstExternalBid < this.externals ? "opened" : "none";
    }
    const bid = this.bids[number];
    if (bid === undefined) return "none";
    const decided = bid.gone === "none" ? bid.recorded : bid.gone;
    if (decided !== "none") return decided;
    return number < this.counted ? "missing" : "late";
  }

  /** All bids below `end` have their outcome; so have 256 that follow, if none of them has an envelope. */
  openUpTo(end: number): void {
    let reached = end;
    while (reached < this.counted && reached % 256 === 0 && this.present.words[reached / 256] === 0n) reached += 256;
    this.opened = Math.min(reached, this.counted);
    if (this.opened === this.counted) this.state = "opened";
  }

  /** From just this: a lot, or zero for all. */
  isExcludedFrom(number: number, lot: Hex): boolean {
    return this.exclusions.has(`${number} ${lot}`);
  }

  isExcluded(number: number, lot: Hex): boolean {
    return this.isExcludedFrom(number, lot) || this.isExcludedFrom(number, ZERO);
  }

  /** Each with the lot that it is excluded from, or zero for all. */
  get excluded(): (readonly [number, Hex])[] {
    return [...this.exclusions].map((each) => {
      const [number, lot] = each.split(" ") as [string, Hex];
      return [Number(number), lot];
    });
  }

  exclude(number: number, lot: Hex, excluded: boolean): void {
    if (excluded) this.exclusions.add(`${number} ${lot}`);
    else this.exclusions.delete(`${number} ${lot}`);
  }
}

/** What a remand can be of: a lot, or the whole. Awards are named by their act. */
export class Scope {
  readonly announced = new Set<number>();
  concluded = 0;
  suspensions = 0;
  /** Bids of earlier rounds can no longer be awarded. */
  fromRound = 0;
}

export class Lot extends Scope {
  state: "open" | "closed" = "open";
  /** Announced, concluded or completed. */
  awards = 0;

  constructor(readonly maxAwards: bigint) {
    super();
  }
}

/** `standstillEnd` is what a conclusion is measured against, zero without letters. */
export interface Award {
  readonly lot: Hex;
  readonly round: number;
  readonly bid: number;
  readonly time: bigint;
  state: AwardState;
  isVoid: boolean;
  standstillEnd: bigint;
}

export class Procedure extends Scope {
  state: ProcessState = "none";
  ocid = "";
  /** The digest of its award criteria, zero of none. */
  criteria = ZERO;
  minimumStandstill = 0n;
  openLots = 0;
  readonly rounds: Round[] = [];
  readonly lots = new Map<Hex, Lot>();
  readonly awards = new Map<number, Award>();
  /** Those in force, by their act, each with its lot or zero. */
  readonly inForce = new Map<number, Hex>();
  readonly flags: Flag[] = [];

  constructor(
    readonly id: Hex,
    readonly organisation: Hex,
    readonly acting: Acting,
    readonly chainId: bigint,
    readonly ledger: Hex,
  ) {
    super();
  }

  flag({ sequence, ground }: Act, name: string, values: Readonly<Record<string, Value>>): void {
    this.flags.push({ name, sequence, ground, values });
  }

  /** The round of an act that the table lets happen in a round. */
  roundOf({ round }: Act): Round {
    return this.rounds[round - 1] as Round;
  }

  /** How a bid ended; of one that did not yet "open" or "closed", as its round is. */
  ended(round: Round, bid: Bid): Exclude<Outcome, "none"> | "open" | "closed" {
    if (bid.gone !== "none") return bid.gone;
    if (bid.recorded !== "none") return bid.recorded;
    if (round.state !== "open") {
      if (bid.number >= round.counted) return "late";
      if (bid.number < round.opened) return "missing";
    }
    if (this.state === "cancelled") return "returned";
    return round.state === "open" ? "open" : "closed";
  }

  /** The lot of an act that the table lets happen to a lot. */
  lotOf({ lot }: { readonly lot: Hex }): Lot {
    return this.lots.get(lot) as Lot;
  }
}
