// What follows from the opening's result by the criteria that the round's terms name: prices, and places where the lowest wins.

import type { Criteria } from "../ranking/criteria.js";
import { priceOrder, type PriceOrder } from "../ranking/price_order.js";
import { termsOf } from "./hand_in.js";
import type { OwnBid } from "./own_bid.js";
import { PageRefusal } from "./refusal.js";
import type { ToldLot } from "./result.js";
import { criteriaOf } from "./round.js";
import type { Server } from "./servers.js";
import type { Terms } from "./terms.js";

/** Of each lot of the result; undefined of one that the criteria do not have. */
export type PriceOrders = readonly (PriceOrder | undefined)[];

/** The order of all lots, or what kept the criteria from being had: it is told, and the result is shown all the same. */
export async function priceOrders(server: Server, bid: OwnBid, lots: readonly ToldLot[]): Promise<PriceOrders | NoOrders> {
  let criteria: Criteria | null | undefined;
  try {
    const terms = await termsOf(server, { processId: bid.processId, round: bid.round });
    if (!isSameLedger(terms, bid)) throw new PageRefusal("ReceiptForeign");
    criteria = await criteriaOf(terms, server);
  } catch (error) {
    return new NoOrders(error);
  }
  return criteria ? ordersOf(criteria, lots) : new NoOrders(criteria === null ? "noCriteria" : "criteriaElsewhere");
}

/** `why`: a word, or what was thrown. */
export class NoOrders {
  constructor(readonly why: unknown) {}
}

export function ordersOf(criteria: Criteria, lots: readonly ToldLot[]): PriceOrders {
  const known = new Set(criteria.lots.map(({ id }) => id));
  return lots.map(({ id, offers }) => known.has(id) ? priceOrder(criteria, id, offers) : undefined);
}

export function isSameLedger(terms: Terms, bid: OwnBid): boolean {
  return terms.chainId === bid.chainId && terms.ledger === bid.ledger;
}
