// The ranking of the bids for a lot, computed exactly from criteria, bids, evaluation and exclusions (docs/criteria-1.md).
// It excludes nobody and awards nothing.

import { FIRST_EXTERNAL_BID, spokenBids } from "../sealing/bid_number.js";
import type { Hex } from "../verifier/bytes.js";
import { lotOf, type Criteria, type CriteriaLot } from "./criteria.js";
import { namedBid, type Assessment, type Draw, type Evaluation } from "./evaluation.js";
import { Figure, HUNDRED, ZERO } from "./figure.js";
import { offers, type Offer, type SubmittedBid } from "./offers.js";
import { Refusal } from "./refusal.js";

const TWO = Figure.of(2n);

/** A bid, and the lot that it is excluded from; null: from all. */
export type Exclusion = readonly [bid: number, lot: string | null];

export type Problem =
  | "variantMalformed" | "variantNotAdmitted" | "valueMalformed" | "currencyDiffers" | "discountMalformed" | "priceNotPositive";

/** What a criterion adds: `share` is weight times points by most points. */
export interface Share {
  readonly criterion: string;
  readonly points: Figure;
  readonly share: Figure;
}

export interface Entry {
  readonly bid: number;
  readonly variant: string | null;
  readonly standing: "ranked" | "excluded" | "unrankable";
  readonly problem: Problem | null;
  readonly rank: number | null;
  /** What decided between equals, or did not yet. */
  readonly tie: "price" | "drawn" | "toBeDrawn" | "undecided" | null;
  readonly submitted: { readonly amount: Figure | null; readonly percentage: Figure | null };
  readonly amount: Figure | null;
  readonly percentage: Figure | null;
  readonly price: Figure | null;
  readonly pricePoints: Figure | null;
  readonly shares: readonly Share[];
  readonly score: Figure | null;
}

export interface Ranking {
  readonly criteria: Hex;
  readonly lot: CriteriaLot;
  readonly currency: string;
  /** The lowest price of a ranked bid. */
  readonly lowest: Figure | null;
  /** Those ranked in their order; equals, and all others behind, by the number of their bid. */
  readonly entries: readonly Entry[];
}

interface Scored extends Entry {
  readonly price: Figure;
  readonly score: Figure;
}

/** Throws LotUnknown, EvaluationInvalid. */
export function rank(
  criteria: Criteria,
  lotId: string,
  bids: readonly SubmittedBid[],
  evaluation: Evaluation | null,
  excluded: readonly Exclusion[],
): Ranking {
  const lot = lotOf(criteria, lotId);
  const made = offers(criteria, lot, bids);
  if (evaluation?.onPaper) requireStated(made, offers(criteria, lot, evaluation.onPaper), lot);
  const assessments = assessmentsOf(evaluation, lot, made);
  const out = excluded.filter(([, from]) => from === null || from === lot.id).map(([bid]) => bid);
  const priced = made.map((offer) => priceOf(offer, assessments.get(offer.bid), lot, out.includes(offer.bid)));
  const counted = priced.filter(({ standing }) => standing === "ranked");
  const lowest = counted.reduce<Figure | null>((least, { price }) => (least && price && least.compare(price) <= 0 ? least : price), null);
  const scored = counted.map((entry) => score(entry, assessments.get(entry.bid), lot, lowest as Figure));
  const draws = (evaluation?.draws ?? []).filter((draw) => draw.lot === lot.id);
  const entries = [...ordered(scored, lot, draws), ...priced.filter(({ standing }) => standing !== "ranked")];
  return { criteria: criteria.digest, lot, currency: criteria.currency, lowest, entries };
}

/** Whether nothing is left to be decided. */
export function isComplete({ entries }: Ranking): boolean {
  return entries.every(({ tie, standing }) => tie !== "toBeDrawn" && tie !== "undecided" && standing !== "unrankable");
}

function refuse(reason: string): never {
  throw new Refusal("EvaluationInvalid", { reason });
}

/** Bids on paper offer what the evaluation says of them. */
function requireStated(made: readonly Offer[], stated: readonly Offer[], lot: CriteriaLot): void {
  const told = (offered: readonly Offer[]) => new Map(offered.map((offer) => [offer.bid, JSON.stringify(
    { ...offer, amount: offer.amount?.exact, percentage: offer.percentage?.exact },
  )]));
  const [entered, said] = [told(made.filter(({ bid }) => bid >= FIRST_EXTERNAL_BID)), told(stated)];
  for (const bid of [...new Set([...entered.keys(), ...said.keys()])].sort((one, other) => one - other)) {
    if (entered.get(bid) !== said.get(bid)) refuse(`onPaper: ${namedBid(bid)} offers something else for lot ${lot.id}`);
  }
}

function assessmentsOf(evaluation: Evaluation | null, lot: CriteriaLot, made: readonly Offer[]): ReadonlyMap<number, Assessment> {
  const given = (evaluation?.assessments ?? []).filter((each) => each.lot === lot.id);
  const unknown = given.map(({ bid }) => bid).filter((bid) => made.every((offer) => offer.bid !== bid));
  if (unknown.length > 0) refuse(`${namedBid(unknown.reduce((one, other) => Math.min(one, other)))} has no value for lot ${lot.id}`);
  return new Map(given.map((each) => [each.bid, each]));
}

function priceOf(offer: Offer, assessment: Assessment | undefined, lot: CriteriaLot, isExcluded: boolean): Entry {
  const corrected = assessment?.amount ?? null;
  const amount = corrected?.figure ?? offer.amount;
  const percentage = assessment?.percentage?.figure ?? offer.percentage;
  const price = amount && percentage && amount.times(HUNDRED.minus(percentage)).by(HUNDRED);

  function problem(): Problem | null {
    if (offer.problem) return offer.problem;
    if (!amount) return "valueMalformed";
    if (!corrected && !offer.isInCurrency) return "currencyDiffers";
    if (!price) return "discountMalformed";
    return lot.method !== "lowestPrice" && price.compare(ZERO) <= 0 ? "priceNotPositive" : null;
  }

  const found = problem();
  return {
    bid: offer.bid,
    variant: offer.variant,
    standing: isExcluded ? "excluded" : found ? "unrankable" : "ranked",
    problem: found,
    rank: null,
    tie: null,
    submitted: { amount: offer.amount, percentage: offer.percentage },
    amount,
    percentage,
    price,
    pricePoints: null,
    shares: [],
    score: null,
  };
}

function score(entry: Entry, assessment: Assessment | undefined, lot: CriteriaLot, lowest: Figure): Scored {
  const price = entry.price as Figure;
  if (lot.method === "lowestPrice") return { ...entry, price, score: price };
  const shares = lot.criteria.map(({ id, weight, mostPoints }) => {
    const points = assessment?.points.get(id)?.figure ?? refuse(`${namedBid(entry.bid)} has no points for ${id} of lot ${lot.id}`);
    return { criterion: id, points, share: weight.times(points).by(mostPoints) };
  });
  const performance = shares.reduce((sum, { share }) => sum.plus(share), ZERO);
  if (lot.method === "ufabSimple") return { ...entry, price, shares, score: performance.by(price) };
  // All points for the lowest price, none for its double and above, evenly between.
  const part = TWO.minus(price.by(lowest));
  const pricePoints = (lot.priceWeight as Figure).times(part.compare(ZERO) > 0 ? part : ZERO);
  return { ...entry, price, shares, pricePoints, score: pricePoints.plus(performance) };
}

/** With rank and tie; equals are told apart by what the lot says, in that order. */
function ordered(entries: readonly Scored[], lot: CriteriaLot, draws: readonly Draw[]): readonly Entry[] {
  const unused = new Map(draws.map((draw) => [setOf(draw.bids), draw]));
  if (unused.size < draws.length) refuse(`lots were drawn twice between the same bids for lot ${lot.id}`);
  const better = lot.method === "lowestPrice" ? 1 : -1;
  const found: Entry[] = [];
  for (const equals of groups(entries, (one, other) => better * one.score.compare(other.score))) {
    const byPrice = equals.length > 1 && lot.ties.includes("price");
    for (const part of byPrice ? groups(equals, (one, other) => one.price.compare(other.price)) : [equals]) {
      const before = found.length;
      const name = setOf(part.map(({ bid }) => bid));
      const draw = lot.ties.includes("lot") ? unused.get(name) : undefined;
      if (part.length === 1) {
        found.push({ ...(part[0] as Scored), rank: before + 1, tie: equals.length > 1 ? "price" : null });
      } else if (draw === undefined) {
        const tie = lot.ties.includes("lot") ? "toBeDrawn" : "undecided";
        // One by one: thousands of equals are too many arguments of one call.
        for (const entry of part) found.push({ ...entry, rank: before + 1, tie });
      } else {
        unused.delete(name);
        const placed = draw.bids.map((bid) => part.find((entry) => entry.bid === bid) as Scored);
        found.push(...placed.map((entry, at): Entry => ({ ...entry, rank: before + at + 1, tie: "drawn" })));
      }
    }
  }
  if (unused.size > 0) {
    const [first] = [...unused.values()].map(({ bids }) => bids).sort(compareLists);
    const bids = first as readonly number[];
    refuse(`lots were drawn between bids that are not equals for lot ${lot.id}: ${spokenBids(bids)} ("bids": [${bids.join(", ")}])`);
  }
  return found;
}

/** Equals together, the better before; within, by the number of the bid. */
function groups(entries: readonly Scored[], compare: (one: Scored, other: Scored) => number): readonly Scored[][] {
  const found: Scored[][] = [];
  for (const entry of [...entries].sort((one, other) => compare(one, other) || one.bid - other.bid)) {
    const last = found.at(-1);
    if (last && compare(last[0] as Scored, entry) === 0) last.push(entry);
    else found.push([entry]);
  }
  return found;
}

function setOf(bids: readonly number[]): string {
  return [...bids].sort((one, other) => one - other).join(" ");
}

function compareLists(one: readonly number[], other: readonly number[]): number {
  for (const [at, number] of one.entries()) {
    const difference = number - (other[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
