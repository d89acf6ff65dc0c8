// What the evaluators wrote down, format siegel-evaluation/1 (docs/criteria-1.md): points, corrected sums, draws.

import { FIRST_EXTERNAL_BID, spokenBid, spokenBids } from "../sealing/bid_number.js";
import type { Hex } from "../verifier/bytes.js";
import { Fields } from "../verifier/json.js";
import { namedLot, type Criteria, type CriteriaLot } from "./criteria.js";
import { HUNDRED, type Figure } from "./figure.js";
import type { SubmittedBid } from "./offers.js";
import { readOnPaper } from "./on_paper.js";
import { Part } from "./part.js";
import { Refusal } from "./refusal.js";

/** A figure with the reason for it. */
export interface Judged {
  readonly figure: Figure;
  readonly reason: string;
}

/** Of one bid for one lot. `amount` and `percentage` are null if what was submitted stands; `points` by criterion. */
export interface Assessment {
  readonly bid: number;
  readonly lot: string;
  readonly amount: Judged | null;
  readonly percentage: Judged | null;
  readonly points: ReadonlyMap<string, Judged>;
}

/** Lots were drawn between equals: the bids in the order in which they were drawn. */
export interface Draw {
  readonly lot: string;
  readonly bids: readonly number[];
  readonly reason: string;
}

export interface Evaluation {
  readonly processId: Hex;
  readonly round: number;
  readonly assessments: readonly Assessment[];
  readonly draws: readonly Draw[];
  /** What it states of bids on paper; null if it does not. */
  readonly onPaper: readonly SubmittedBid[] | null;
}

/** Of which process and round it is, before its criteria are known. Throws EvaluationInvalid. */
export function readEvaluated(data: Uint8Array): Pick<Evaluation, "processId" | "round"> {
  const { processId, round } = readHead(data);
  return { processId, round };
}

/** Throws EvaluationInvalid, whose reason begins with the place. */
export function readEvaluation(data: Uint8Array, criteria: Criteria): Evaluation {
  const { whole, onPaper, processId, round } = readHead(data);
  if (whole.criteria.digest() !== criteria.digest) whole.criteria.refuse(`is not ${criteria.digest}`);
  const seen = new Set<string>();
  const assessments = whole.bids.items().map((part) => {
    const found = readAssessment(part, criteria.lots);
    const place = `${namedBid(found.bid)} twice for lot ${found.lot}`;
    if (seen.has(place)) whole.bids.refuse(`has ${place}`);
    seen.add(place);
    return found;
  });
  const draws = whole.draws.items().map((part) => readDraw(part, criteria.lots));
  return { processId, round, assessments, draws, onPaper: onPaper && readOnPaper(onPaper, criteria.lots) };
}

/** The bids on paper of a round that has so many; null if nothing is stated of any. Throws EvaluationInvalid if they are not these. */
export function enteredOnPaper({ onPaper }: Evaluation, externals: number): readonly SubmittedBid[] | null {
  if (onPaper === null) return null;
  const stated = spokenBids(onPaper.map(({ number }) => number).sort((one, other) => one - other)) || "-";
  const expected = spokenBids(Array.from({ length: externals }, (_, at) => FIRST_EXTERNAL_BID + at)) || "-";
  if (stated !== expected) {
    throw new Refusal("EvaluationInvalid", { reason: `onPaper: has the bids ${stated}, the round ${expected}` });
  }
  return onPaper;
}

/** As people call it, and as it stands in the evaluation. */
export function namedBid(bid: number): string {
  return `bid ${spokenBid(bid)} ("bid": ${bid})`;
}

/** Throws EvaluationInvalid if it is of another round. */
export function requireOf(evaluation: Evaluation, processId: Hex, round: number): void {
  const refuse = (reason: string): never => {
    throw new Refusal("EvaluationInvalid", { reason });
  };
  if (evaluation.processId !== processId) refuse(`processId: is not ${processId}`);
  if (evaluation.round !== round) refuse(`round: is not ${round}`);
}

function readHead(data: Uint8Array) {
  const document = Part.of(data, "EvaluationInvalid");
  const names = ["format", "processId", "round", "criteria", "bids", "draws"] as const;
  const isStated = document.value instanceof Fields && document.value.has("onPaper");
  const whole = document.members(...names, ...(isStated ? (["onPaper"] as const) : []));
  whole.format.oneOf("siegel-evaluation/1");
  return { whole, onPaper: isStated ? whole.onPaper : null, processId: whole.processId.digest(), round: whole.round.whole(1) };
}

function readAssessment(part: Part, lots: readonly CriteriaLot[]): Assessment {
  const given = part.members("bid", "lot", "value", "discount", "points");
  const bid = given.bid.whole(0);
  const lot = namedLot(given.lot, lots);
  const amount = given.value.orNull((each) => {
    const { amount: figure, reason } = each.members("amount", "reason");
    return { figure: figure.amount(), reason: reason.text() };
  });
  const percentage = given.discount.orNull((each) => {
    const { percentage: figure, reason } = each.members("percentage", "reason");
    const judged = { figure: figure.decimal(), reason: reason.text() };
    if (judged.figure.compare(HUNDRED) > 0) figure.refuse("is above 100");
    return judged;
  });
  return { bid, lot: lot.id, amount, percentage, points: readPoints(given.points, lot) };
}

function readPoints(part: Part, lot: CriteriaLot): ReadonlyMap<string, Judged> {
  const found = new Map<string, Judged>();
  for (const each of part.items()) {
    const { criterion, points, reason } = each.members("criterion", "points", "reason");
    const name = criterion.id();
    const judged = { figure: points.decimal(), reason: reason.text() };
    const known = lot.criteria.find(({ id }) => id === name);
    if (known === undefined) return criterion.refuse(`is none of lot ${lot.id}`);
    if (found.has(name)) part.refuse(`has ${name} twice`);
    if (judged.figure.compare(known.mostPoints) > 0) points.refuse(`is above ${known.mostPoints.exact}`);
    found.set(name, judged);
  }
  return found;
}

function readDraw(part: Part, lots: readonly CriteriaLot[]): Draw {
  const given = part.members("lot", "bids", "reason");
  const lot = namedLot(given.lot, lots);
  const bids = given.bids.items().map((each) => each.whole(0));
  given.bids.requireOnce(bids);
  if (bids.length < 2) given.bids.refuse("has fewer than two bids");
  return { lot: lot.id, bids, reason: given.reason.text() };
}
