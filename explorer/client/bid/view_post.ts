// What whoever has the receipt of a bid can read: the buyer's letters, and under VOB/A the opening's result.

import { shownDecimal } from "./amount.js";
import { el, type Child } from "./element.js";
import type { Letter } from "./letters.js";
import type { Post } from "./page_state.js";
import { firstOffers, type Result, type ToldLot, type ToldOffer } from "./result.js";
import { isSupplement } from "./supplement.js";
import { takesBids } from "./round.js";
import type { Terms } from "./terms.js";
import { button, facts } from "./view.js";
import { shownMoment, type Language, type Word, type WordValues } from "./words.js";

interface PostView {
  readonly language: Language;
  readonly post: Post;
  say(name: Word, values?: WordValues): string;
  fetchLetters(): void;
  fetchResult(): void;
  saveLetters(): void;
  saveResult(): void;
  /** Whether the page goes there by itself; else the browser does. */
  answer(address: string): boolean;
  close(): void;
}

const MOST_LETTERS = 200;
const MOST_OFFERS = 500;
const MOST_NAMES = 10;
const LONGEST = 300;

export function postPart(view: PostView): HTMLElement {
  const { say, post } = view;
  return el("section", { class: "no-print", id: "post", "aria-labelledby": "post-title" },
    el("h2", { id: "post-title", tabindex: -1 }, say("postTitle")),
    facts([say("commitment"), el("code", {}, `0x${post.bid.commitment}`)], [say("round"), String(post.bid.round)]),
    el("div", { class: "step" },
      el("h3", {}, say("lettersTitle")),
      el("p", {}, say("lettersLead")),
      button(say("fetchLetters"), () => view.fetchLetters(), { id: "fetch-letters", class: "primary" }),
      el("p", { id: "letters-told" }, post.told.letters())),
    ...lettersOf(view),
    el("div", { class: "step" },
      el("h3", {}, say("resultTitle")),
      el("p", {}, say("resultLead")),
      button(say("fetchResult"), () => view.fetchResult(), { id: "fetch-result" }),
      el("p", { id: "result-told" }, post.told.result())),
    ...(post.result === undefined ? [] : resultOf(view, post.result)),
    el("div", { class: "buttons" }, button(say("closePost"), () => view.close(), { id: "post-close" })));
}

function lettersOf(view: PostView): Child[] {
  const { say, post } = view;
  const letters = post.letters ?? [];
  if (letters.length === 0) return [];
  return [
    letters.length > MOST_LETTERS && el("p", { id: "letters-shown" }, say("lettersShown", { shown: MOST_LETTERS, count: letters.length })),
    ...letters.slice(0, MOST_LETTERS).map((letter) => letterOf(view, letter)),
    el("div", { class: "buttons" }, button(say("saveLetters"), () => view.saveLetters(), { id: "save-letters" })),
  ];
}

function letterOf(view: PostView, letter: Letter): HTMLElement {
  const { say, language } = view;
  const { number, at, subject, text, readAt } = letter;
  return el("article", { class: "letter", "aria-labelledby": `letter-${number}` },
    el("h3", { id: `letter-${number}` }, subject),
    el("p", { class: "hint" }, shownMoment(at, language),
      readAt !== null && ` – ${say("letterRead", { time: shownMoment(readAt, language) })}`),
    el("p", { class: "written", dir: "auto" }, text),
    ...answerOf(view, letter));
}

/** Until when and what to do; a round that takes no answers gets no link. */
function answerOf({ say, language, post, answer }: PostView, { number, answerRound }: Letter): Child[] {
  if (answerRound === null) return [];
  const terms = post.rounds.get(answerRound) ?? null;
  if (terms !== null && !isSupplement(terms.kind)) return [el("p", { class: "state open" }, say("answerNone", { round: answerRound }))];
  if (terms !== null && !takesBids(terms)) return [el("p", { class: "state open" }, say("answerOver", { time: untilOf(terms, language) }))];
  const address = `/bid/0x${post.bid.processId}/${answerRound}`;
  const hear = (event: Event): void => {
    const { button, ctrlKey, metaKey, shiftKey, altKey } = event as MouseEvent;
    const isPlain = button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
    if (isPlain && answer(address)) event.preventDefault();
  };
  return [
    el("p", { class: "state" }, terms === null ? say("answerUnknown") : say("answerUntil", { time: untilOf(terms, language) })),
    el("p", {}, say("answerHow")),
    el("p", {}, el("a", { href: address, id: `answer-to-${number}`, onclick: hear }, say("answerLink", { subject: subjectOf(post, number) }))),
  ];
}

function untilOf({ deadline }: Terms, language: Language): string {
  return shownMoment(Number(deadline), language);
}

function subjectOf({ letters }: Post, number: number): string {
  return short(letters?.find((letter) => letter.number === number)?.subject ?? "", 80);
}

function resultOf(view: PostView, result: Result): Child[] {
  const { say, language } = view;
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
      ...shown.map((lot, at) => lotOf(view, lot, at)),
      el("p", { class: "hint" }, say("resultLimits"))),
    el("div", { class: "buttons" }, button(say("saveResult"), () => view.saveResult(), { id: "save-result" })),
  ];
}

/** The roles are said, for what is shown in blocks on a narrow screen, each value behind its column's name, is a table all the same. */
function lotOf(view: PostView, { id, title, offers }: ToldLot, at: number): HTMLElement {
  const { say } = view;
  const heads = [say("offerTenderers"), say("offerSum"), say("offerDiscount"), say("offerVariants")];
  const name = `lot-${at}-title`;
  return el("div", {},
    el("h3", { id: name }, title === null ? say("lotAlone", { id: short(id, LONGEST) }) : say("lot", { id: short(id, LONGEST), title: short(title, LONGEST) })),
    offers.length === 0 ? el("p", {}, say("noOffers")) : el("table", { role: "table", "aria-labelledby": name },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads.map((head, place) =>
        el("th", { role: "columnheader", scope: "col", class: place > 0 && "number" }, head)))),
      el("tbody", { role: "rowgroup" }, ...offers.map((offer) => el("tr", { role: "row" }, ...cellsOf(view, offer).map((cell, place) =>
        el("td", { role: "cell", class: place > 0 && "number" },
          el("span", { class: "head" }, heads[place]), cell)))))));
}

function cellsOf({ say, language }: PostView, { tenderers, amount, currency, discount, variants }: ToldOffer): string[] {
  const names = tenderers.slice(0, MOST_NAMES).map((each) => short(each, LONGEST));
  if (tenderers.length > MOST_NAMES) names.push(say("moreNames", { count: tenderers.length - MOST_NAMES }));
  return [
    names.join(", ") || "–",
    amount === null ? "–" : `${decimal(amount, language, 2)} ${short(currency ?? "", 10)}`.trim(),
    discount === null ? "–" : `${decimal(discount, language, 0)} %`,
    String(variants),
  ];
}

/** What is no decimal text stays as it was written. */
function decimal(text: string, language: Language, leastDecimals: number): string {
  return /^[0-9]{1,40}(?:\.[0-9]{1,20})?$/.test(text) ? shownDecimal(text, language, leastDecimals) : short(text, LONGEST);
}

function short(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
