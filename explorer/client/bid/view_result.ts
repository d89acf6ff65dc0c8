// The opening's result as it was told, a table for each lot, with the prices and places that follow from it.

import type { Figure } from "../ranking/figure.js";
import type { PricedOffer, PriceOrder } from "../ranking/price_order.js";
import { shownDecimal } from "./amount.js";
import { el, type Child } from "./element.js";
import type { Post } from "./page_state.js";
import { firstOffers, type Result, type ToldLot, type ToldOffer } from "./result.js";
import { NoOrders } from "./told_prices.js";
import { failureSentence } from "./failure_sentence.js";
import { button, facts } from "./view.js";
import { isWord, shownMoment, type Language, type Word, type WordValues } from "./words.js";

interface ResultView {
  readonly language: Language;
  readonly post: Post;
  say(name: Word, values?: WordValues): string;
  saveResult(): void;
}

const MOST_OFFERS = 500;
const MOST_NAMES = 10;
const LONGEST = 300;
/** Characters of a figure that goes on in the next line only as a whole. */
const LONGEST_FIGURE = 24;
const PRICE_PLACES = 2;
const POINTS_PLACES = 3;

const UNPLACED: Readonly<Record<NonNullable<PricedOffer["problem"]>, Word>> = {
  valueMissing: "sumMissing", valueMalformed: "sumMalformed", currencyDiffers: "currencyDiffers",
  discountMalformed: "discountMalformed", priceNotPositive: "priceNotPositive",
};

export function resultOf(view: ResultView, result: Result): Child[] {
  const { say, language, post: { orders } } = view;
  const shown = firstOffers(result.lots, MOST_OFFERS);
  const count = (lots: readonly ToldLot[]): number => lots.reduce((sum, { offers }) => sum + offers.length, 0);
  const isCut = count(shown) < count(result.lots) || shown.length < result.lots.length;
  return [
    el("div", { id: "result-shown" },
      facts(
        [say("resultAuthority"), short(result.authority, LONGEST)],
        [say("resultSource"), short(result.source, LONGEST)],
        [say("resultOpened"), shownMoment(result.openedAt, language)],
      ),
      isCut && el("p", { id: "result-cut", class: "state open" }, say("resultCut", { shown: count(shown), count: count(result.lots) })),
      orders instanceof NoOrders && el("p", { id: "no-places", class: "state open" }, say("noPlaces", { why: whyOf(view, orders) })),
      ...shown.map((lot, at) => lotOf(view, lot, at)),
      el("p", { class: "hint" }, say("resultLimits"))),
    el("div", { class: "buttons" }, button(say("saveResult"), () => view.saveResult(), { id: "save-result" })),
  ];
}

function whyOf({ say, language }: ResultView, { why }: NoOrders): string {
  return typeof why === "string" && isWord(why) ? say(why) : failureSentence(why, language);
}

/** A column: what it is called, whether figures stand in it, and what of each offer. */
type Column = readonly [head: Word, isNumber: boolean, cell: (offer: ToldOffer, priced: PricedOffer | undefined) => string];

/** The roles are said, for what is shown in blocks on a narrow screen, each value behind its column's name, is a table all the same. */
function lotOf(view: ResultView, { id, title, offers }: ToldLot, at: number): HTMLElement {
  const { say, post: { orders } } = view;
  const order = orders instanceof NoOrders ? undefined : orders?.[at];
  const columns = [...columnsOf(view), ...followingOf(view, order)];
  const name = `lot-${at}-title`;
  const rows = offers.map((offer, place) => el("tr", { role: "row" }, ...columns.map(([head, isNumber, cell]) => {
    const text = cell(offer, order?.offers[place]);
    const kind = isNumber && (text.length > LONGEST_FIGURE ? "number long" : "number");
    return el("td", { role: "cell", class: kind }, el("span", { class: "head" }, say(head)), text);
  })));
  return el("div", {},
    el("h3", { id: name }, title === null ? say("lotAlone", { id: short(id, LONGEST) }) : say("lot", { id: short(id, LONGEST), title: short(title, LONGEST) })),
    offers.length === 0 ? el("p", {}, say("noOffers")) : el("table", { role: "table", "aria-labelledby": name },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...columns.map(([head, isNumber]) =>
        el("th", { role: "columnheader", scope: "col", class: isNumber && "number" }, say(head))))),
      el("tbody", { role: "rowgroup" }, ...rows)),
    !(orders instanceof NoOrders) && offers.length > 0
      && el("p", { class: "hint" }, say(order === undefined ? "lotWithoutCriteria" : `means_${order.method}`)));
}

/** What was told; a discount with the price that it makes. */
function columnsOf({ say, language }: ResultView): readonly Column[] {
  return [
    ["offerTenderers", false, ({ tenderers }) => {
      const names = tenderers.slice(0, MOST_NAMES).map((each) => short(each, LONGEST));
      if (tenderers.length > MOST_NAMES) names.push(say("moreNames", { count: tenderers.length - MOST_NAMES }));
      return names.join(", ") || "–";
    }],
    ["offerSum", true, ({ amount, currency }) =>
      amount === null ? "–" : `${decimal(amount, language, PRICE_PLACES)} ${short(currency ?? "", 10)}`.trim()],
    ["offerDiscount", true, ({ discount }, priced) => {
      if (discount === null) return "–";
      const percent = `${decimal(discount, language, 0)} %`;
      return priced?.price ? say("discountMakes", { percent, price: figure(priced.price, language, PRICE_PLACES) }) : percent;
    }],
    ["offerVariants", true, ({ variants }) => String(variants)],
  ];
}

/** What follows from it by the lot's method. */
function followingOf({ say, language }: ResultView, order: PriceOrder | undefined): readonly Column[] {
  const orProblem = (text: string | undefined, priced: PricedOffer | undefined): string =>
    text ?? (priced?.problem ? say(UNPLACED[priced.problem]) : "–");
  if (order?.method === "lowestPrice") return [["offerPlace", true, (_, priced) => orProblem(priced?.place?.toString(), priced)]];
  if (order?.method !== "weightedPoints") return [];
  return [["offerPoints", true, (_, priced) =>
    orProblem(priced?.pricePoints ? shortFigure(priced.pricePoints, language) : undefined, priced)]];
}

/** Without zeros at the end: "60,000" can be read as sixty thousand. */
function shortFigure(of: Figure, language: Language): string {
  return shownDecimal(of.shown(POINTS_PLACES).replace(/\.?0+$/, ""), language, 0);
}

function figure(of: Figure, language: Language, places: number): string {
  return shownDecimal(of.shown(places), language, places);
}

/** What is no decimal text stays as it was written. */
function decimal(text: string, language: Language, leastDecimals: number): string {
  return /^[0-9]{1,40}(?:\.[0-9]{1,20})?$/.test(text) ? shownDecimal(text, language, leastDecimals) : short(text, LONGEST);
}

export function short(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
