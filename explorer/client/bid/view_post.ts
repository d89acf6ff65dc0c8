// What whoever has the receipt of a bid can read: the buyer's letters, and under VOB/A the opening's result.

import { el, type Child } from "./element.js";
import type { Letter } from "./letters.js";
import type { Post } from "./page_state.js";
import { isSupplement } from "./supplement.js";
import { takesBids } from "./round.js";
import type { Terms } from "./terms.js";
import { button, facts } from "./view.js";
import { resultOf, short } from "./view_result.js";
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
