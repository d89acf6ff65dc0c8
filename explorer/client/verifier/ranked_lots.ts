// The lots of a round ranked from what was opened, and what a reader is told of them (docs/bundle-1.md, step 11).

import type { Criteria } from "../ranking/criteria.js";
import type { Evaluation } from "../ranking/evaluation.js";
import type { SubmittedBid } from "../ranking/offers.js";
import type { Figure } from "../ranking/figure.js";
import { isComplete, rank, type Entry, type Ranking } from "../ranking/rank.js";
import { tell } from "../ranking/telling.js";
import { toLatin, utf8, type Hex } from "./bytes.js";
import { keccakHex } from "./digests.js";
import type { AwardState, Procedure, Round } from "./procedure.js";
import { Refusal, type Note, type Values } from "./refusal.js";

const STANDING: readonly AwardState[] = ["announced", "concluded", "completed"];

/** A lot as acts name it: by the keccak-256 of its id. */
export function lotWord(id: string): Hex {
  return keccakHex(utf8(id));
}

/** By each lot's id in acts, in the order of the criteria. Throws ranking's EvaluationInvalid. */
export function rankLots(
  criteria: Criteria, round: Round, bids: readonly SubmittedBid[], evaluation: Evaluation | null,
): ReadonlyMap<Hex, Ranking> {
  const ids = new Map(criteria.lots.map(({ id }) => [lotWord(id), id]));
  const excluded = round.excluded.map(([bid, lot]) => [bid, ids.get(lot) ?? null] as const);
  return new Map([...ids].map(([word, id]) => [word, rank(criteria, id, bids, evaluation, excluded)]));
}

export function tellRankings(ofRound: Values, rankings: Iterable<Ranking>): Note[] {
  return [...rankings].flatMap((ranking) => {
    const values = { ...ofRound, lot: ranking.lot.id };
    const placed = ranking.entries.filter((entry) => entry.rank !== null);
    const order = placed.map(({ bid }) => bid);
    const notes: Note[] = [];
    if (order.length > 0) notes.push({ note: "ranked", values: { ...values, order } });
    else notes.push({ note: "nobodyRanked", values });
    notes.push(...placed.map((entry) => tellPlace(values, ranking, entry)));
    if (!isComplete(ranking)) notes.push({ note: "rankingIncomplete", values });
    return notes;
  });
}

/** An entry that has a place, and by what it has it. */
function tellPlace(ofLot: Values, { lot, currency }: Ranking, entry: Entry): Note {
  const score = (entry.score as Figure).exact;
  const rank = entry.rank as number;
  const values = { ...ofLot, rank, bid: entry.bid, price: (entry.price as Figure).exact, currency };
  switch (lot.method) {
    case "lowestPrice":
      return { note: "placedByPrice", values };
    case "weightedPoints":
      return { note: "placedByPoints", values: { ...values, points: score } };
    case "ufabSimple":
      return { note: "placedByRatio", values: { ...values, ratio: score } };
  }
}

/** The rankings written down must be these. Throws RankingDiffers. */
export function requireWritten(written: Uint8Array, ofRound: Values, rankings: readonly Ranking[]): void {
  const text = toLatin(written);
  let at = 0;
  for (const ranking of rankings) {
    const isLast = ranking === rankings.at(-1);
    const part = (at === 0 ? "[" : ",") + canonical(tell(ranking)) + (isLast ? "]" : "");
    const isSame = text.startsWith(part, at);
    at += part.length;
    if (!isSame || (isLast && text.length > at)) throw new Refusal("RankingDiffers", { ...ofRound, lot: ranking.lot.id });
  }
}

/** RFC 8785, of what a ranking is made of: no text in it has a character that needs an escape. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(members).sort().map((name) => `"${name}":${canonical(members[name])}`).join(",")}}`;
}

/** Awards of the round that stand, and are of a bid that is behind as many places as the lot has awards, or has none. */
export function tellAwards(procedure: Procedure, round: Round, rankings: ReadonlyMap<Hex, Ranking>): Note[] {
  const notes: Note[] = [];
  for (const [act, award] of procedure.awards) {
    if (award.round !== round.number || award.isVoid || !STANDING.includes(award.state)) continue;
    const { bid } = award;
    const most = Number(procedure.lotOf(award).maxAwards);
    const { lot, entries } = rankings.get(award.lot) as Ranking;
    const isFirst = entries.some((entry) => entry.bid === bid && entry.rank !== null && entry.rank <= most);
    if (!isFirst) notes.push({ note: "awardNotFirst", values: { ocid: procedure.ocid, act, lot: lot.id, bid, most } });
  }
  return notes;
}
