// Prices that tenderers are told of an opening, and their order (section 14(6) VOB/A; docs/criteria-1.md): the ranking as far as
// it follows from sums and discounts alone. There is no order where points decide.

import { Fields, type Json } from "../verifier/json.js";
import { lotOf, type Criteria, type Method } from "./criteria.js";
import type { Figure } from "./figure.js";
import type { SubmittedBid } from "./offers.js";
import { rank, type Problem } from "./rank.js";

/** A main bid for one lot in siegel-opening-result/1, as text. An offer of variants only has no amount. */
export interface ToldSum {
  readonly amount: string | null;
  readonly currency: string | null;
  /** A percentage; null: there is none. */
  readonly discount: string | null;
}

/** `place` where the lowest price wins, equals share it; `pricePoints` where points are given for the price; else null. */
export interface PricedOffer {
  readonly price: Figure | null;
  readonly place: number | null;
  readonly pricePoints: Figure | null;
  readonly problem: Unplaced | null;
}

/** A main bid is no variant. */
type Unplaced = Exclude<Problem, "variantMalformed" | "variantNotAdmitted"> | "valueMissing";

export interface PriceOrder {
  readonly method: Method;
  /** What follows for each offer, in their order. */
  readonly offers: readonly PricedOffer[];
}

const MISSING: PricedOffer = { price: null, place: null, pricePoints: null, problem: "valueMissing" };

/** Throws LotUnknown. */
export function priceOrder(criteria: Criteria, lotId: string, told: readonly ToldSum[]): PriceOrder {
  const lot = lotOf(criteria, lotId);
  // Without the criteria that points are given for, the ranking is that of the prices.
  const byPrice = { ...criteria, lots: [{ ...lot, criteria: [] }] };
  const offers: PricedOffer[] = told.map(() => MISSING);
  for (const { bid, problem, price, rank: place, pricePoints } of rank(byPrice, lotId, bids(lotId, told), null, []).entries) {
    offers[bid] = problem === null
      ? { price, place: lot.method === "lowestPrice" ? place : null, pricePoints, problem }
      : { ...MISSING, problem: problem as Unplaced };
  }
  return { method: lot.method, offers };
}

/** Each by its place in the list, for a result has no numbers of bids. */
function bids(lotId: string, told: readonly ToldSum[]): readonly SubmittedBid[] {
  return told.flatMap(({ amount, currency, discount }, number) => {
    if (amount === null) return [];
    const values = new Map<string, Json>([[`lots/${lotId}/value`, new Fields([["amount", amount], ["currency", currency]])]]);
    if (discount !== null) values.set(`lots/${lotId}/discount`, new Fields([["percentage", discount]]));
    return [{ number, values }];
  });
}
