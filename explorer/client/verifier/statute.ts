// Could the contract have accepted these acts from these people? Replays them against the table and the specification.

import type { Act, Listed } from "./act.js";
import { Acting, type Authorities } from "./authority.js";
import { ZERO, type Hex } from "./bytes.js";
import { Procedure } from "./procedure.js";
import type { Value } from "./refusal.js";
import * as awards from "./statute_awards.js";
import * as course from "./statute_course.js";
import * as outcomes from "./statute_outcomes.js";
import * as rounds from "./statute_rounds.js";
import { Refused, requireText, takeActs } from "./statute_row.js";
import { KINDS, type Detail, type Row } from "./statute_table.js";

type Apply = (procedure: Procedure, act: Act, detail: Detail) => void;

const APPLY: Readonly<Record<string, Apply>> = {
  NoticePublished: course.publishNotice,
  TenderPublished: course.publishTender,
  TenderAmended: rounds.amendTender,
  RoundOpened: (procedure, act, { terms }) => rounds.openRound(procedure, act, terms as unknown as rounds.RoundTerms),
  RoundResumed: rounds.resumeRound,
  BidCommitted: rounds.commitBid,
  BidWithdrawn: rounds.withdrawBid,
  ExternalBidRegistered: rounds.registerExternalBid,
  RoundClosed: rounds.closeRound,
  BidsOpened: outcomes.openBids,
  OutcomeRevised: outcomes.reviseOutcome,
  BidExcluded: outcomes.excludeBid,
  BidReadmitted: outcomes.readmitBid,
  AwardAnnounced: awards.announceAward,
  AwardWithdrawn: awards.withdrawAward,
  LotClosed: awards.closeLot,
  ProcessSuspended: course.suspendProcess,
  LosersInformed: awards.informLosers,
  SuspensionLifted: course.liftSuspension,
  Remanded: course.remand,
  TenderCancelled: course.cancelTender,
  Reinstated: course.reinstate,
  ContractConcluded: awards.concludeContract,
  ContractModified: awards.modifyContract,
  ContractTerminated: awards.terminateContract,
  ContractCompleted: awards.completeContract,
  FieldsErased: course.eraseFields,
};

/** Where a process stands after all its acts, with what a reader must still judge. Throws ActImpossible. */
export function replay(
  id: Hex, organisation: Hex, acts: readonly Act[], authorities: Authorities, chainId: bigint, ledger: Hex,
): Procedure {
  const procedure = new Procedure(id, organisation, new Acting(authorities), chainId, ledger);
  takeActs("process", id, acts, (row, act, detail) => {
    requireAllowed(procedure, row, act, detail);
    const flags = procedure.flags.length;
    (APPLY[row.name] as Apply)(procedure, act, detail);
    if (row.ground === "must") {
      procedure.flag(act, row.name, named(row, act));
    } else if (act.ground !== ZERO && procedure.flags.length === flags) {
      procedure.flag(act, "GroundUnneeded", { act: row.name });
    }
  });
  return procedure;
}

/** An organisation's acts outside its processes: artifacts, observations, audits. Throws ActImpossible. */
export function checkList(organisation: Hex, items: readonly Listed[], authorities: Authorities): void {
  const acting = new Acting(authorities);
  takeActs("list", organisation, items, (row, act, detail) => {
    acting.requirePeople(organisation, row, act);
    if (row.name === "ArtifactRegistered") {
      if (detail.kind === 0n) throw new Refused("KindInvalid", "an artifact without a kind");
      requireText(detail.name as string, "TextInvalid");
    }
  });
}

/** The state of the process, who acted, the state of the round, the state of the lot: in this order. */
function requireAllowed(procedure: Procedure, row: Row, act: Act, detail: Detail): void {
  if (!row.processStates.includes(procedure.state)) {
    throw new Refused("ProcessForbids", `the process is ${procedure.state}`);
  }
  if (!row.who.includes("bidder")) requirePeople(procedure, row, act, detail);
  if (row.roundStates.length > 0) requireRound(procedure, row, act);
  if (row.lotStates.length > 0) {
    const state = act.lot === ZERO ? "whole" : (procedure.lots.get(act.lot)?.state ?? "none");
    if (!row.lotStates.includes(state)) throw new Refused("LotForbids", `the lot 0x${act.lot} is ${state}`);
  }
}

/** People of the process's own organisation; only a suspension can come from a review body. */
function requirePeople(procedure: Procedure, row: Row, act: Act, { body }: Detail): void {
  if (row.name !== "ProcessSuspended" || body === ZERO) {
    procedure.acting.requirePeople(procedure.organisation, row, act);
  } else if ((procedure.acting.requirePeople(body as Hex, row, act) & KINDS.reviewBody) === 0) {
    throw new Refused("KindMissing", `0x${body as Hex} was no review body then`);
  }
}

function requireRound(procedure: Procedure, row: Row, act: Act): void {
  const round = procedure.rounds[act.round - 1];
  if (round === undefined) throw new Refused("RoundForbids", `there is no round ${act.round}`);
  const isInTime = act.time <= round.deadline;
  const state = round.state !== "open" ? round.state : isInTime ? "openInTime" : "openAfter";
  if (!row.roundStates.includes(state)) {
    throw new Refused("RoundForbids", `round ${act.round} is ${state} with the deadline ${round.deadline}`);
  }
}

/** What the act names, as far as its row has it on the record. */
function named(row: Row, { lot, round, bid, ref }: Act): Readonly<Record<string, Value>> {
  const fields = Object.entries({ lot: "0x" + lot, round, bid, ref });
  return Object.fromEntries(fields.filter(([name]) => row.fields.includes(name)));
}
