// Outcomes of bids, revisions and exclusions.

import { spokenBid } from "../sealing/bid_number.js";
import type { Act } from "./act.js";
import { ZERO, type Hex } from "./bytes.js";
import { abiDigest, labelDigest } from "./digests.js";
import type { Bid, Outcome, Procedure, Round } from "./procedure.js";
import { Refused } from "./statute_row.js";
import { termsOf, type Detail } from "./statute_table.js";

const TYPE_BID = labelDigest("siegel/1 bid");
const TYPE_COVER = labelDigest("siegel/1 cover");

/** ITenderLedger.BidOutcome. */
interface Given {
  readonly outcome: bigint;
  readonly author: Hex;
  readonly content: Hex;
  readonly evidence: Hex;
}

/** A chunk of outcomes, each the one that follows from the acts, or else the officers' word. */
export function openBids(procedure: Procedure, act: Act, detail: Detail): void {
  const start = Number(detail.from);
  const outcomes = detail.outcomes as unknown as readonly Given[];
  const round = procedure.roundOf(act);
  if (start !== round.opened || start + outcomes.length > round.counted) {
    throw new Refused("ChunkInvalid", `the first bid without an outcome is ${round.opened} of ${round.counted}`);
  }
  if (outcomes.length === 0) throw new Refused("BatchSizeInvalid", "no outcome");
  outcomes.forEach((given, place) => {
    const number = start + place;
    const bid = foundBid(procedure, round, number, given);
    const outcome = nameOf(given);
    if (!isPossible(outcome, following(procedure, round, bid), given)) {
      throw new Refused("OutcomeInvalid", `bid ${spokenBid(number)} cannot end as ${outcome}`);
    }
    record(procedure, act, round, bid, given);
    if (outcome === "unreadable") {
      procedure.flag(act, "BidUnreadable", { round: act.round, bid: number, evidence: "0x" + given.evidence });
    }
  });
  round.openUpTo(start + outcomes.length);
}

function record(procedure: Procedure, act: Act, round: Round, bid: Bid, given: Given): void {
  bid.recorded = nameOf(given);
  bid.content = given.content;
  if (bid.recorded !== "opened") return;
  // Fields are salted, so two sealings never give one bidRoot: one envelope was recorded as two bids.
  const first = round.byRoot.get(bid.content);
  if (first === undefined) round.byRoot.set(bid.content, bid);
  else procedure.flag(act, "BidRootRepeated", { round: act.round, bids: [first.number, bid.number] });
}

/** Opened after all, or a cover entry. */
export function reviseOutcome(procedure: Procedure, act: Act, detail: Detail): void {
  const given = detail.outcome as unknown as Given;
  const round = procedure.roundOf(act);
  const bid = foundBid(procedure, round, act.bid, given);
  const before = round.outcome(bid.number);
  const outcome = nameOf(given);
  const isRevisable = ["unreadable", "missing", "late"].includes(before) || (before === "returned" && procedure.openLots > 0);
  if (!isRevisable || (outcome !== "opened" && outcome !== "cover")) {
    throw new Refused("OutcomeInvalid", `${before} does not become ${outcome}`);
  }
  record(procedure, act, round, bid, given);
}

/** An opened bid or one on paper, from a lot or from all. */
export function excludeBid(procedure: Procedure, act: Act): void {
  setExcluded(procedure, act, true);
}

/** Undoes exactly one exclusion. */
export function readmitBid(procedure: Procedure, act: Act): void {
  setExcluded(procedure, act, false);
}

export function requireOpened(round: Round, number: number): void {
  if (round.outcome(number) !== "opened") {
    throw new Refused("BidForbids", `bid ${spokenBid(number)} of round ${round.number} is not opened`);
  }
}

function setExcluded(procedure: Procedure, act: Act, excluded: boolean): void {
  const { bid, lot } = act;
  const round = procedure.roundOf(act);
  requireOpened(round, bid);
  if (round.isExcludedFrom(bid, lot) === excluded) {
    throw new Refused("ExclusionForbids", "it is excluded from just this already, or is not");
  }
  round.exclude(bid, lot, excluded);
}

function nameOf({ outcome }: Given): Outcome {
  return termsOf("Outcome")[Number(outcome)] as Outcome;
}

/** The bid that an outcome speaks of: its commitment follows from what was opened. */
function foundBid(procedure: Procedure, round: Round, number: number, given: Given): Bid {
  const { author, content, evidence } = given;
  const outcome = nameOf(given);
  if (evidence !== ZERO && outcome !== "opened" && outcome !== "unreadable") {
    throw new Refused("EvidenceUnexpected", `evidence for bid ${spokenBid(number)}, which is neither opened nor unreadable`);
  }
  const where = [procedure.chainId, procedure.ledger, procedure.id, round.number, author] as const;
  let commitment = content;
  if (outcome === "opened") commitment = abiDigest(TYPE_BID, ...where, content, evidence);
  if (outcome === "cover") commitment = abiDigest(TYPE_COVER, ...where, content);
  const bid = round.committed(commitment, author);
  if (bid === undefined) throw new Refused("CommitmentUnknown", `nobody committed what was opened as bid ${spokenBid(number)}`);
  if (bid.number !== number) throw new Refused("BidMismatch", `what was opened as bid ${spokenBid(number)} is bid ${spokenBid(bid.number)}`);
  return bid;
}

/** The outcome that follows from the acts, in the order of precedence; "none" if the officers' word counts. */
function following(procedure: Procedure, round: Round, { gone, number, arrival }: Bid): Outcome {
  if (gone !== "none") return gone;
  if (!round.present.has(number)) return "missing";
  if (arrival > round.deadline && !round.admitted.has(number)) return "late";
  return procedure.openLots > 0 ? "none" : "returned";
}

function isPossible(outcome: Outcome, follows: Outcome, { evidence }: Given): boolean {
  if (follows !== "none") return outcome === follows;
  return outcome === "opened" || outcome === "cover" || (outcome === "unreadable" && evidence !== ZERO);
}
