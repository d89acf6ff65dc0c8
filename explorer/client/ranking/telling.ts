// A ranking as JSON can say it, siegel-ranking/1 (docs/criteria-1.md): every figure exact, so that two can be compared.

import type { Figure } from "./figure.js";
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
