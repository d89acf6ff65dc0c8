// Rounds and bids up to the close: terms, deadlines, commitments, promises, paper.

import { spokenBid } from "../sealing/bid_number.js";
import type { Act } from "./act.js";
import { NOBODY, ZERO, type Hex } from "./bytes.js";
import { Bitmap, Round, type Bid, type Procedure, type RoundKind } from "./procedure.js";
import { promisorOf, type Promised } from "./promise.js";
import { Refused } from "./statute_row.js";
import { KINDS, LIMITS, ROLES, termsOf, type Detail } from "./statute_table.js";

export interface RoundTerms {
  readonly kind: bigint;
  readonly deadline: bigint;
  readonly keySet: Hex;
  readonly receivers: readonly Hex[];
}

const NO_PROMISE: Promised = { receiver: ZERO, arrivedAt: 0n, deliverBy: 0n, signature: new Uint8Array() };

/** The next round, as a tender or RoundOpened begins it. */
export function openRound(procedure: Procedure, act: Act, { kind, deadline, keySet, receivers }: RoundTerms): void {
  const { authorities } = procedure.acting;
  const next = procedure.rounds.length + 1;
  if (act.round !== next) throw new Refused("RoundForbids", `the next round has the number ${next}`);
  if (kind === 0n) throw new Refused("KindInvalid", "a round without a kind");
  if (deadline <= act.time) throw new Refused("DeadlineNotLater", `the deadline ${deadline} does not lie ahead`);
  const found = authorities.keySet(procedure.organisation, keySet, act.roles);
  if (found === undefined) {
    throw new Refused("KeySetNotReady", `0x${keySet} is no key set of the buyer that was ready then`);
  }
  for (const receiver of receivers) {
    if (receiver === procedure.organisation) throw new Refused("ReceiverIsBuyer", "the buyer receives its own bids");
    if (!authorities.hadKind(receiver, KINDS.receiver, act.time)) {
      throw new Refused("KindMissing", `0x${receiver} was no receiver then`);
    }
  }
  if (found.custodians.length === 0) {
    procedure.flag(act, "KeySetWithoutCustodians", { round: act.round, keySet: "0x" + keySet });
  }
  const name = termsOf("RoundKind")[Number(kind)] as RoundKind;
  procedure.rounds.push(new Round(act.round, name, deadline, receivers, keySet, found.custodians));
}

/** One publisher moves a deadline, and not far. */
export function amendTender(procedure: Procedure, act: Act, detail: Detail): void {
  const deadline = detail.deadline as bigint;
  if (deadline === 0n) return;
  const round = procedure.roundOf(act);
  if (deadline <= round.deadline) throw new Refused("DeadlineNotLater", `${deadline} is not later than ${round.deadline}`);
  const most = round.agreed + BigInt(LIMITS.maxAmendment);
  if (deadline > most || most >= 1n << 64n) {
    throw new Refused("DeadlineTooFar", `${deadline} is later than ${most}, for which one person is enough`);
  }
  round.deadline = deadline;
}

/** Whatever arrived until now is in time by the new deadline. */
export function resumeRound(procedure: Procedure, act: Act, detail: Detail): void {
  const deadline = detail.deadline as bigint;
  const round = procedure.roundOf(act);
  if (deadline <= round.deadline || deadline <= act.time) {
    throw new Refused("DeadlineNotLater", `${deadline} is not later than now and ${round.deadline}`);
  }
  round.deadline = deadline;
  round.agreed = deadline;
  round.timely = round.bids.length;
}

/** The detail is empty without predecessor and promise. */
export function commitBid(procedure: Procedure, act: Act, detail: Detail): void {
  const round = procedure.roundOf(act);
  if (round.committed(act.subject, act.first)) {
    throw new Refused("CommitmentKnown", "the author committed the same before");
  }
  const supersedes = (detail.supersedes as Hex | undefined) ?? ZERO;
  const promised = (detail.promised as unknown as Promised | undefined) ?? NO_PROMISE;
  if (detail.promised !== undefined && supersedes === ZERO && promised.receiver === ZERO) {
    throw new Refused("PromiseUnexpected", "without predecessor and promise there is no detail");
  }
  requireArrival(procedure, act, round, promised);
  if (act.bid !== round.bids.length) throw new Refused("BidMismatch", `the next bid has the number ${round.bids.length}`);
  if (supersedes !== ZERO) {
    const earlier = liveBid(round, supersedes, act.first);
    if (act.arrival > round.deadline) throw new Refused("TooLate", `superseded only up to ${round.deadline}`);
    earlier.gone = "superseded";
  }
  round.add({
    number: act.bid, author: act.first, commitment: act.subject, arrival: act.arrival, gone: "none", recorded: "none",
    content: ZERO,
  });
  if (act.arrival <= round.deadline) {
    round.timely = round.bids.length;
    if (act.time > round.deadline) {
      const values = { round: act.round, bid: act.bid, receiver: "0x" + promised.receiver };
      procedure.flag(act, "ArrivalPromised", values);
    }
  }
}

/** Only an own, live one; that it is in time says the table. */
export function withdrawBid(procedure: Procedure, act: Act): void {
  const bid = liveBid(procedure.roundOf(act), act.subject, act.first);
  if (act.bid !== bid.number) throw new Refused("BidMismatch", `the commitment is that of bid ${spokenBid(bid.number)}`);
  bid.gone = "withdrawn";
}

/** A late one with a ground. */
export function registerExternalBid(procedure: Procedure, act: Act): void {
  const round = procedure.roundOf(act);
  requirePast(act.arrival, act.time);
  const next = LIMITS.firstExternalBid + round.externals;
  if (act.bid !== next) throw new Refused("BidMismatch", `the next bid on paper has the number ${next}`);
  if (act.arrival > round.deadline) {
    if (act.ground === ZERO) throw new Refused("GroundMissing", `it arrived after ${round.deadline}`);
    procedure.flag(act, "LatePaperBid", { round: act.round, bid: act.bid, arrival: act.arrival });
  }
  round.externals += 1;
}

/** Which envelopes are there, and which late bids are admitted, stands from here on. */
export function closeRound(procedure: Procedure, act: Act, detail: Detail): void {
  const round = procedure.roundOf(act);
  const counted = Number(detail.counted);
  const present = new Bitmap(detail.present as readonly bigint[]);
  const admitted = new Bitmap(detail.admitted as readonly bigint[]);
  if (counted < round.timely || counted > round.bids.length) {
    throw new Refused("CountedInvalid", `${counted} is not between ${round.timely} and ${round.bids.length}`);
  }
  if (!present.fits(counted) || !admitted.fits(counted)) {
    throw new Refused("BitmapInvalid", `another number of words than ${counted} bids need, or a bit too high`);
  }
  if (!admitted.isEmpty && act.ground === ZERO) throw new Refused("GroundMissing", "late bids are admitted");
  const bids = round.bids.slice(0, counted);
  const late = bids.filter(({ arrival, number }) => arrival > round.deadline && admitted.has(number));
  const missing = bids.filter(({ gone, number }) => gone === "none" && !present.has(number));
  for (const [name, found] of [["LateBidsAdmitted", late], ["EnvelopesMissing", missing]] as const) {
    if (found.length > 0) procedure.flag(act, name, { round: act.round, bids: found.map(({ number }) => number) });
  }
  Object.assign(round, { counted, present, admitted, state: "closed" });
  round.openUpTo(0);
}

function requireArrival(procedure: Procedure, act: Act, round: Round, promised: Promised): void {
  const { receiver, arrivedAt, deliverBy, signature } = promised;
  if (receiver === ZERO) {
    if (arrivedAt !== 0n || deliverBy !== 0n || signature.length > 0) {
      throw new Refused("PromiseUnexpected", "a promise without a receiver");
    }
    if (act.arrival !== act.time || act.second !== NOBODY || act.roles !== 0) {
      throw new Refused("FieldUnexpected", "without a promise a bid arrives in its block");
    }
    return;
  }
  if (!round.receivers.includes(receiver)) throw new Refused("ReceiverUnknown", `0x${receiver} is no receiver of the round`);
  requirePast(arrivedAt, act.time);
  if (act.time > deliverBy) throw new Refused("PromiseExpired", `it was to be delivered by ${deliverBy}`);
  if (deliverBy > arrivedAt + BigInt(LIMITS.maxPromise)) {
    throw new Refused("PromiseTooLong", `delivered more than ${LIMITS.maxPromise} seconds after the arrival`);
  }
  const { chainId, ledger, id } = procedure;
  const bid = { chainId, ledger, processId: id, round: act.round, commitment: act.subject, author: act.first };
  const signer = promisorOf(bid, promised);
  procedure.acting.requireRolesInTime(receiver, act);
  const [roles, kinds] = procedure.acting.authorities.rolesAndKinds(receiver, signer, act.roles, act.time);
  if ((kinds & KINDS.receiver) === 0) throw new Refused("KindMissing", `0x${receiver} was no receiver then`);
  if ((roles & ROLES.publisher) === 0) {
    throw new Refused("PromiseInvalid", "nobody signed it who could act for the receiver then");
  }
  if (act.arrival !== arrivedAt || act.second !== signer) {
    throw new Refused("FieldUnexpected", "arrival and second are those of the promise");
  }
}

function requirePast(arrival: bigint, time: bigint): void {
  if (arrival === 0n || arrival > time) {
    throw new Refused("ArrivalInFuture", `nothing arrives at ${arrival} that is recorded at ${time}`);
  }
}

function liveBid(round: Round, commitment: Hex, author: Hex): Bid {
  const bid = round.committed(commitment, author);
  if (bid === undefined) throw new Refused("CommitmentUnknown", "the author committed no such thing in this round");
  if (bid.gone !== "none") throw new Refused("CommitmentGone", "the bid was withdrawn or superseded before");
  return bid;
}
