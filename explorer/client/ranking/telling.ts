// A ranking as JSON can say it, siegel-ranking/1 (docs/criteria-1.md): every figure exact, so that two can be compared.

import type { Figure } from "./figure.js";
import type { PriceOrder } from "./price_order.js";
import { isComplete, type Entry, type Ranking } from "./rank.js";

export function tell(ranking: Ranking): object {
  return {
    format: "siegel-ranking/1",
    criteria: ranking.criteria,
    lot: ranking.lot.id,
    method: ranking.lot.method,
    currency: ranking.currency,
    lowest: figure(ranking.lowest),
    complete: isComplete(ranking),
    entries: ranking.entries.map(tellEntry),
  };
}

/** Of a lot in a result of an opening, as `siegel bid result --json` has it. */
export function tellPriceOrder(lot: string, { method, offers }: PriceOrder): object {
  return {
    lot,
    method,
    offers: offers.map(({ place, price, pricePoints, problem }) =>
      ({ place, price: figure(price), pricePoints: figure(pricePoints), problem })),
  };
}

function tellEntry(entry: Entry): object {
  const { bid, variant, standing, problem, rank, tie, submitted } = entry;
  return {
    bid, variant, standing, problem, rank, tie,
    submittedAmount: figure(submitted.amount),
    submittedPercentage: figure(submitted.percentage),
    amount: figure(entry.amount),
    percentage: figure(entry.percentage),
    price: figure(entry.price),
    pricePoints: figure(entry.pricePoints),
    criteria: entry.shares.map(({ criterion, points, share }) => ({ criterion, points: points.exact, share: share.exact })),
    score: figure(entry.score),
  };
}

function figure(found: Figure | null): string | null {
  return found && found.exact;
}
