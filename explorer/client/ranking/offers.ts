// What bids say of one lot, as far as it can be ranked. A tenderer may have written anything into a field: what is not of
// its form keeps that one bid from being ranked, and nobody else's.

import { Fields, type Json } from "../verifier/json.js";
import type { Criteria, CriteriaLot } from "./criteria.js";
import { HUNDRED, readDecimal, ZERO, type Figure } from "./figure.js";

const ID = /^[A-Za-z0-9._-]{1,64}$/;

/** A bid's number in its round, and its values by the names of its fields. */
export interface SubmittedBid {
  readonly number: number;
  readonly values: ReadonlyMap<string, Json>;
}

/** As submitted; amount and percentage are null if they are not of their form. */
export interface Offer {
  readonly bid: number;
  readonly amount: Figure | null;
  readonly isInCurrency: boolean;
  readonly percentage: Figure | null;
  readonly variant: string | null;
  readonly problem: "variantMalformed" | "variantNotAdmitted" | null;
}

/** The offers for a lot, in the order of their bids: all bids that have a value for it. */
export function offers(criteria: Criteria, lot: CriteriaLot, bids: readonly SubmittedBid[]): readonly Offer[] {
  return bids
    .filter(({ values }) => values.has(`lots/${lot.id}/value`))
    .sort((one, other) => one.number - other.number)
    .map(({ number, values }) => offer(number, criteria, lot, (name) => values.get(`lots/${lot.id}/${name}`) ?? null));
}

function offer(bid: number, { currency }: Criteria, lot: CriteriaLot, field: (name: string) => Json): Offer {
  const value = field("value");
  const amount = readDecimal(member(value, "amount")) ?? null;
  const isInCurrency = member(value, "currency") === currency;
  const said = field("variant");
  const variant = typeof said === "string" && ID.test(said) ? said : null;
  const problem = said === null ? null : variant === null ? "variantMalformed" : lot.variants ? null : "variantNotAdmitted";
  return { bid, amount, isInCurrency, percentage: percentageOf(field("discount")), variant, problem };
}

/** Of no discount zero. */
function percentageOf(discount: Json): Figure | null {
  if (discount === null) return ZERO;
  const found = readDecimal(member(discount, "percentage"));
  return found !== undefined && found.compare(ZERO) >= 0 && found.compare(HUNDRED) <= 0 ? found : null;
}

function member(value: Json, name: string): Json | undefined {
  return value instanceof Fields ? value.get(name) : undefined;
}
