// Awards, letters, standstill and contracts (GWB § 134).

import type { Act } from "./act.js";
import { ZERO } from "./bytes.js";
import type { Award, AwardState, Lot, Procedure } from "./procedure.js";
import { requireOpened } from "./statute_outcomes.js";
import { Refused } from "./statute_row.js";
import { LIMITS, type Detail } from "./statute_table.js";

/** For a bid that can be awarded; more than the terms allow only with a ground. */
export function announceAward(procedure: Procedure, act: Act): void {
  const round = procedure.roundOf(act);
  const lot = procedure.lotOf(act);
  requireOpened(round, act.bid);
  if (round.kind !== "bids" && round.kind !== "negotiation") {
    throw new Refused("BidForbids", `bids of a round of the kind ${round.kind} are not awarded`);
  }
  const earliest = Math.max(procedure.fromRound, lot.fromRound);
  if (act.round < earliest) {
    throw new Refused("RoundSetBack", `bids of rounds before ${earliest} can no longer be awarded`);
  }
  if (round.isExcluded(act.bid, act.lot)) throw new Refused("ExclusionForbids", "the bid is excluded");
  if (lot.awards >= lot.maxAwards) {
    if (act.ground === ZERO) throw new Refused("AwardsExhausted", `the lot has all of its ${lot.maxAwards} awards`);
    procedure.flag(act, "AwardsExceeded", { lot: "0x" + act.lot, maxAwards: lot.maxAwards });
  }
  lot.awards += 1;
  lot.announced.add(act.sequence);
  procedure.announced.add(act.sequence);
  procedure.awards.set(act.sequence, {
    lot: act.lot, round: act.round, bid: act.bid, time: act.time, state: "announced", isVoid: false, standstillEnd: 0n,
  });
}

/** Before the conclusion. */
export function withdrawAward(procedure: Procedure, act: Act): void {
  const award = requireAward(procedure, act, "announced");
  award.state = "withdrawn";
  procedure.lotOf(award).awards -= 1;
  settle(procedure, act, procedure.lotOf(award));
}

/** A ground excuses the letters, and never shortens what a conclusion is measured against. */
export function informLosers(procedure: Procedure, act: Act, detail: Detail): void {
  const dispatched = detail.dispatched as bigint;
  const standstillEnd = detail.standstillEnd as bigint;
  const award = requireAward(procedure, act, "announced");
  if (dispatched > act.time) throw new Refused("DispatchInFuture", `letters are not dispatched at ${dispatched}`);
  const start = latest(dispatched, award.time, act.time - BigInt(LIMITS.maxDispatchAge));
  const least = latest(start + procedure.minimumStandstill, award.standstillEnd);
  if (standstillEnd < least || dispatched < award.time) {
    if (act.ground === ZERO) {
      throw new Refused("StandstillTooShort", `dispatched ${dispatched}, until ${standstillEnd}; at least until ${least}`);
    }
    procedure.flag(act, "StandstillShort", { award: act.ref, dispatched, standstillEnd, least });
  }
  award.standstillEnd = latest(standstillEnd, least);
}

/** Before the standstill's end, without letters or under suspension only with a ground. */
export function concludeContract(procedure: Procedure, act: Act): void {
  const award = requireAward(procedure, act, "announced");
  const lot = procedure.lotOf(award);
  const { standstillEnd } = award;
  const isEarly = act.time <= standstillEnd;
  const isUnannounced = standstillEnd === 0n && procedure.minimumStandstill !== 0n;
  const isSuspended = procedure.suspensions + lot.suspensions > 0;
  if (act.ground === ZERO && (isEarly || isUnannounced)) {
    throw new Refused("ConclusionPremature", `the standstill ends at ${standstillEnd} (zero: no letters)`);
  }
  if (act.ground === ZERO && isSuspended) {
    throw new Refused("ConclusionSuspended", "the process or the lot is suspended");
  }
  if (isEarly) procedure.flag(act, "ConcludedEarly", { award: act.ref, standstillEnd });
  if (isUnannounced) procedure.flag(act, "ConcludedWithoutLetters", { award: act.ref });
  if (isSuspended) procedure.flag(act, "ConcludedSuspended", { award: act.ref });
  if (procedure.roundOf({ ...act, round: award.round }).isExcluded(award.bid, award.lot)) {
    procedure.flag(act, "ConcludedExcluded", { award: act.ref, round: award.round, bid: award.bid });
  }
  award.state = "concluded";
  lot.concluded += 1;
  procedure.concluded += 1;
  settle(procedure, act, lot);
}

export function modifyContract(procedure: Procedure, act: Act): void {
  requireAward(procedure, act, "concluded");
}

export function terminateContract(procedure: Procedure, act: Act): void {
  const award = requireAward(procedure, act, "concluded");
  award.state = "terminated";
  const lot = procedure.lotOf(award);
  lot.awards -= 1;
  lot.concluded -= 1;
  procedure.concluded -= 1;
}

export function completeContract(procedure: Procedure, act: Act): void {
  requireAward(procedure, act, "concluded").state = "completed";
}

/** Without an award that is only announced. */
export function closeLot(procedure: Procedure, act: Act): void {
  const lot = procedure.lotOf(act);
  if (lot.announced.size > 0) {
    throw new Refused("AwardPending", `${lot.announced.size} awards are announced and not concluded`);
  }
  lot.state = "closed";
  procedure.openLots -= 1;
}

/** The procedure is set back: awards that were only announced are none. */
export function voidAnnounced(procedure: Procedure, announced: ReadonlySet<number>): void {
  for (const sequence of [...announced]) {
    const award = procedure.awards.get(sequence) as Award;
    award.isVoid = true;
    const lot = procedure.lotOf(award);
    lot.awards -= 1;
    lot.announced.delete(sequence);
    procedure.announced.delete(sequence);
  }
}

function requireAward(procedure: Procedure, act: Act, needed: AwardState): Award {
  const award = procedure.awards.get(act.ref);
  if (award?.state !== needed) {
    throw new Refused("AwardForbids", `the award ${act.ref} is ${award?.state ?? "none"}, not ${needed}`);
  }
  if (award.isVoid) throw new Refused("AwardVoid", `the procedure was set back after the award ${act.ref}`);
  if (act.lot !== award.lot) throw new Refused("LotForbids", "the lot is that of the award");
  return award;
}

/** The award is no longer only announced. */
function settle(procedure: Procedure, { ref }: Act, lot: Lot): void {
  lot.announced.delete(ref);
  procedure.announced.delete(ref);
}

function latest(...times: readonly bigint[]): bigint {
  return times.reduce((one, other) => (one > other ? one : other));
}
