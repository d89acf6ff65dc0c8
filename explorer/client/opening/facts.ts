// A round as the acts of its process have it: what officers rest on (ITenderLedger.sol; as ledger/opening/facts.py).

import { readAct, type Act } from "../verifier/act.js";
import { concat, fromHex, ofNumber, toNumber, ZERO, type Hex } from "../verifier/bytes.js";
import { abiDigest, keccakHex } from "../verifier/digests.js";
import { Bitmap, type Outcome } from "../verifier/procedure.js";
import type { Promised } from "../verifier/promise.js";
import { Refusal } from "../verifier/refusal.js";
import type { RoundTerms } from "../verifier/statute_rounds.js";
import { act as numberOf, LIMITS, processDetail, termsOf } from "../verifier/statute_table.js";
import { MainBids } from "./main_bids.js";
import { OpeningRefusal } from "./refusal.js";

export type State = "open" | "closed" | "opened";

/** A committed bid. `arrival` is what counts, `blockTime` the block that recorded it, in seconds since 1970. */
export interface Bid {
  readonly number: number;
  readonly author: Hex;
  readonly commitment: Hex;
  readonly arrival: number;
  readonly blockTime: number;
  readonly promised: boolean;
  /** Superseded, withdrawn, or "none". */
  gone: Outcome;
  /** What officers recorded of it, or "none". */
  recorded: Outcome;
}

export interface Closing {
  readonly time: number;
  readonly counted: number;
  readonly present: Bitmap;
  readonly admitted: Bitmap;
}

export const OUTCOMES = termsOf("Outcome") as readonly Outcome[];
const KINDS = termsOf("RoundKind");
const WORD = 32;
/** Of the fields of a record, in bytes, as a bundle has them. */
const SIZES = [1, 8, 8, 8, 20, 20, 32, 4, 4, 8, 8, 32, 32, 32];

export class RoundFacts {
  ocid = "";
  /** As `RoundKind` of the ledger has it. */
  kind = 0n;
  /** Of a round of answers: the bids that these can belong to. */
  mainBids: MainBids | undefined;
  keySet: Hex = ZERO;
  deadline = 0;
  readonly bids: Bid[] = [];
  /** By commitment and author, which are one bid's alone. */
  readonly committed = new Map<string, Bid>();
  /** Bids on paper: arrival and time of their block. */
  readonly externals: (readonly [number, number])[] = [];
  closing: Closing | null = null;
  /** The first bid without an outcome. */
  opened = 0;
  openLots = 0;
  isCancelled = false;

  constructor(readonly number: number) {}

  get isSupplement(): boolean {
    return KINDS[Number(this.kind)] === "supplement";
  }

  get state(): State {
    if (this.closing === null) return "open";
    return this.opened >= this.closing.counted ? "opened" : "closed";
  }

  /** The last timely bid's number + 1. */
  get timely(): number {
    return Math.max(0, ...this.bids.filter((bid) => !this.isLate(bid)).map(({ number }) => number + 1));
  }

  /** By the final deadline: a bid that arrives in its second is in time. */
  isLate(bid: Bid): boolean {
    return bid.arrival > this.deadline;
  }

  isPresent(bid: Bid): boolean {
    return this.closing !== null && bid.number < this.closing.counted && this.closing.present.has(bid.number);
  }

  isAdmitted(bid: Bid): boolean {
    return this.closing !== null && bid.number < this.closing.counted && this.closing.admitted.has(bid.number);
  }

  /** The outcome that follows from the acts of a closed round, in the order of precedence; "none": the officers open it. */
  follows(bid: Bid): Outcome {
    if (bid.gone !== "none") return bid.gone;
    if (bid.number >= (this.closing?.counted ?? 0)) return "late";
    if (!this.isPresent(bid)) return "missing";
    if (this.isLate(bid) && !this.isAdmitted(bid)) return "late";
    return this.openLots > 0 && !this.isCancelled ? "none" : "returned";
  }

  /** How it ended as far as the acts say it; "none": not yet. */
  ended(bid: Bid): Outcome {
    return bid.recorded === "none" ? this.follows(bid) : bid.recorded;
  }
}

/** An act from its event's data, whose digest is the act's. Throws AnswerUnusable. */
export function readLogged(data: Uint8Array): Act {
  const head = SIZES.map((size, at) => data.subarray(WORD * (at + 1) - size, WORD * (at + 1)));
  const length = Number(toNumber(data.subarray(WORD * 15, WORD * 16)));
  const start = WORD * 16;
  try {
    const [read] = readAct("acts", concat(...head, ofNumber(length, 4), data.subarray(start, start + length)), 0);
    if (read.digest === keccakHex(data)) return read;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  throw new OpeningRefusal("AnswerUnusable", { what: "acts" });
}

/** What the digests of all acts of a process fold into. */
export function headOf(acts: readonly Act[], chainId: bigint, ledger: Hex, processId: Hex): Hex {
  const begin = abiDigest({ text: "siegel/1 process" }, chainId, ledger, processId);
  return acts.reduce((head, { digest }) => keccakHex(fromHex(head), fromHex(digest)), begin);
}

/** Folds all acts of one process, in their order. Throws AnswerUnusable where there is no such round. */
export function readRound(acts: readonly Act[], round: number): RoundFacts {
  const facts = folded(acts, round);
  if (facts.isSupplement) facts.mainBids = new MainBids(roundsOf(acts).map((each) => folded(acts, each)));
  return facts;
}

function folded(acts: readonly Act[], round: number): RoundFacts {
  const facts = new RoundFacts(round);
  for (const act of acts) take(facts, act);
  if (facts.deadline === 0) throw new OpeningRefusal("AnswerUnusable", { what: "acts" });
  return facts;
}

function roundsOf(acts: readonly Act[]): readonly number[] {
  return [...new Set(acts.filter(({ act }) => act === TENDER || act === ROUND).map(({ round }) => round))];
}

const [
  NOTICE, TENDER, AMENDED, ROUND, RESUMED, COMMITTED, WITHDRAWN, EXTERNAL, CLOSED, OPENED, REVISED, LOT_CLOSED, CANCELLED, REINSTATED,
] = [
  "NoticePublished", "TenderPublished", "TenderAmended", "RoundOpened", "RoundResumed", "BidCommitted", "BidWithdrawn",
  "ExternalBidRegistered", "RoundClosed", "BidsOpened", "OutcomeRevised", "LotClosed", "TenderCancelled", "Reinstated",
].map(numberOf);

function take(facts: RoundFacts, act: Act): void {
  switch (act.act) {
    case NOTICE:
      if (facts.ocid === "") facts.ocid = String(processDetail(act).ocid);
      return;
    case TENDER: {
      const terms = processDetail(act).terms as unknown as { ocid: string; lots: readonly unknown[]; round: RoundTerms };
      facts.ocid = terms.ocid;
      facts.openLots = terms.lots.length;
      begin(facts, act, terms.round);
      return;
    }
    case ROUND:
      begin(facts, act, processDetail(act).terms as unknown as RoundTerms);
      return;
    case LOT_CLOSED:
      facts.openLots -= 1;
      return;
    case CANCELLED:
      facts.isCancelled = true;
      return;
    case REINSTATED:
      if (act.lot === ZERO) facts.isCancelled = false;
      else facts.openLots += 1;
      return;
    default:
      if (act.round === facts.number) takeOfRound(facts, act);
  }
}

function begin(facts: RoundFacts, { round }: Act, { kind, deadline, keySet }: RoundTerms): void {
  if (round !== facts.number) return;
  facts.kind = kind;
  facts.deadline = Number(deadline);
  facts.keySet = keySet;
}

function takeOfRound(facts: RoundFacts, act: Act): void {
  switch (act.act) {
    case AMENDED:
    case RESUMED:
      facts.deadline = Number(processDetail(act).deadline) || facts.deadline;
      return;
    case COMMITTED: {
      const detail = processDetail(act);
      const supersedes = (detail.supersedes as Hex | undefined) ?? ZERO;
      const promised = ((detail.promised as unknown as Promised | undefined)?.receiver ?? ZERO) !== ZERO;
      if (supersedes !== ZERO) found(facts, supersedes, act.first).gone = "superseded";
      const bid: Bid = {
        number: act.bid, author: act.first, commitment: act.subject, arrival: Number(act.arrival), blockTime: Number(act.time),
        promised, gone: "none", recorded: "none",
      };
      facts.bids.push(bid);
      facts.committed.set(bid.commitment + bid.author, bid);
      return;
    }
    case WITHDRAWN:
      found(facts, act.subject, act.first).gone = "withdrawn";
      return;
    case EXTERNAL:
      facts.externals.push([Number(act.arrival), Number(act.time)]);
      return;
    case CLOSED: {
      const { counted, present, admitted } = processDetail(act) as unknown as { counted: bigint; present: bigint[]; admitted: bigint[] };
      facts.closing = { time: Number(act.time), counted: Number(counted), present: new Bitmap(present), admitted: new Bitmap(admitted) };
      openUpTo(facts, 0);
      return;
    }
    case OPENED: {
      const { from, outcomes } = processDetail(act) as unknown as { from: bigint; outcomes: { outcome: bigint }[] };
      outcomes.forEach(({ outcome }, at) => record(facts, Number(from) + at, outcome));
      openUpTo(facts, Number(from) + outcomes.length);
      return;
    }
    case REVISED: {
      const { outcome } = processDetail(act).outcome as unknown as { outcome: bigint };
      if (act.bid < LIMITS.firstExternalBid) record(facts, act.bid, outcome);
    }
  }
}

function record(facts: RoundFacts, number: number, outcome: bigint): void {
  const bid = facts.bids[number];
  if (bid !== undefined) bid.recorded = OUTCOMES[Number(outcome)] as Outcome;
}

function openUpTo(facts: RoundFacts, reached: number): void {
  const { counted, present } = facts.closing as Closing;
  let end = reached;
  while (end < counted && end % 256 === 0 && present.words[end / 256] === 0n) end += 256;
  facts.opened = Math.min(end, counted);
}

function found(facts: RoundFacts, commitment: Hex, author: Hex): Bid {
  const bid = facts.committed.get(commitment + author);
  if (bid === undefined) throw new OpeningRefusal("AnswerUnusable", { what: "acts" });
  return bid;
}
