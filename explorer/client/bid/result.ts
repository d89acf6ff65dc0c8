// What tenderers may see of an opening under VOB/A, `siegel-opening-result/1` (docs/opening.md, the minutes).

import type { OwnBid } from "./own_bid.js";
import { PageRefusal } from "./refusal.js";
import { Told } from "./told_members.js";

/** Of one tenderer for one lot; `amount` and `discount` (percent) are decimal text as submitted, or null. */
export interface ToldOffer {
  readonly tenderers: readonly string[];
  readonly amount: string | null;
  readonly currency: string | null;
  readonly discount: string | null;
  readonly variants: number;
}

export interface ToldLot {
  readonly id: string;
  readonly title: string | null;
  readonly offers: readonly ToldOffer[];
}

export interface Result {
  /** The law. */
  readonly source: string;
  readonly authority: string;
  readonly openedAt: number;
  readonly lots: readonly ToldLot[];
  /** As it came, to be kept. */
  readonly whole: unknown;
}

const FORMAT = "siegel-opening-result/1";

/** No lot stands twice in it. Throws AnswerUnreadable, and ResultForeign for the result of another opening. */
export function readResult(answer: unknown, own: OwnBid, server: string): Result {
  const told = new Told(server);
  const whole = told.object(told.object(answer).result);
  const expected = {
    format: FORMAT, processId: own.processId, round: String(own.round), chainId: String(own.chainId), ledger: own.ledger,
  };
  for (const [field, value] of Object.entries(expected)) {
    const got = String(whole[field]).replace(/^0x/, "").toLowerCase().slice(0, 80);
    if (got !== value) throw new PageRefusal("ResultForeign", { server, field, expected: value, got });
  }
  const lots = told.list(whole.lots).map((each) => {
    const { id, title, offers } = told.object(each);
    return { id: told.text(id), title: told.textOrNull(title), offers: told.list(offers).map((offer) => readOffer(offer, told)) };
  });
  if (new Set(lots.map(({ id }) => id)).size < lots.length) told.unreadable();
  return {
    whole, source: told.text(whole.source), authority: told.textOrNull(whole.authority) ?? "", openedAt: told.moment(whole.openedAt),
    lots,
  };
}

function readOffer(given: unknown, told: Told): ToldOffer {
  const { tenderers, amount, currency, discount, variants } = told.object(given);
  return {
    tenderers: told.list(tenderers).map((each) => told.textOrNull(told.object(each).name) ?? "–"),
    amount: told.textOrNull(amount), currency: told.textOrNull(currency), discount: told.textOrNull(discount),
    variants: told.whole(variants),
  };
}

/** The first lots and offers, so many in all, for a page that thousands would stop. */
export function firstOffers(lots: readonly ToldLot[], most: number): readonly ToldLot[] {
  const shown: ToldLot[] = [];
  let left = most;
  for (const lot of lots) {
    if (left <= 0) break;
    const offers = lot.offers.slice(0, left);
    shown.push({ ...lot, offers });
    // A lot without an offer takes a line, too.
    left -= Math.max(1, offers.length);
  }
  return shown;
}
