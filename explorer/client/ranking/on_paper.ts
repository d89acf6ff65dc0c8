// What an evaluation states of bids on paper (docs/criteria-1.md, onPaper). Nobody can compare it with the ledger, which has
// only that they came; stated here it is fixed when the evaluation is anchored.

import { FIRST_EXTERNAL_BID, spokenBid } from "../sealing/bid_number.js";
import type { Json } from "../verifier/json.js";
import { namedLot, type CriteriaLot } from "./criteria.js";
import { HUNDRED } from "./figure.js";
import type { SubmittedBid } from "./offers.js";
import type { Part } from "./part.js";

/** Each with the fields about lots that a sealed one would have. */
export function readOnPaper(part: Part, lots: readonly CriteriaLot[]): readonly SubmittedBid[] {
  const found = part.items().map((each) => readBid(each, lots));
  part.requireOnce(found.map(({ number }) => spokenBid(number)));
  return found;
}

function readBid(part: Part, known: readonly CriteriaLot[]): SubmittedBid {
  const { bid, kind, lots } = part.members("bid", "kind", "lots");
  const number = bid.whole(FIRST_EXTERNAL_BID);
  if (kind.oneOf("paper", "sample") === "sample" && lots.items().length > 0) lots.refuse("a sample offers nothing");
  const values = new Map<string, Json>();
  const ids = lots.items().map((each) => {
    const { lot, ...fields } = each.members("lot", "value", "discount", "variant");
    const { id } = namedLot(lot, known);
    requireOffer(fields);
    for (const [name, { value }] of Object.entries(fields)) values.set(`lots/${id}/${name}`, value);
    return id;
  });
  lots.requireOnce(ids);
  return { number, values };
}

function requireOffer({ value, discount, variant }: Readonly<Record<"value" | "discount" | "variant", Part>>): void {
  const { amount, currency } = value.members("amount", "currency");
  amount.amount();
  currency.currency();
  discount.orNull((each) => {
    const { percentage } = each.members("percentage");
    if (percentage.decimal().compare(HUNDRED) > 0) percentage.refuse("is above 100");
  });
  variant.orNull((each) => each.id());
}
