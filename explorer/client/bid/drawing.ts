// Draws the page from what it knows.

import {
  back, chooseCriteria, onward, openReceipt, report, saveCalendar, saveReceipt, seal, send,
} from "./actions.js";
import { el, type Child } from "./element.js";
import { allLacks, beforeSaid, byId, changed, enter, go, isBeside, say, state, stepsOf, type Before, type Step } from "./page_state.js";
import { answerLetter, closePost, openPost, readPost, readResult, saveLetters, saveResult, takeMainBid } from "./post_actions.js";
import { receiptSheet } from "./receipt_sheet.js";
import { takesBids, type Round } from "./round.js";
import { isSupplement } from "./supplement.js";
import { visible } from "./visible.js";
import { failureSentence } from "./failure_sentence.js";
import { button, summaryOf, type View } from "./view.js";
import { answersStep, filesStep, firmsStep, lotsStep } from "./view_form.js";
import { handInStep } from "./view_hand_in.js";
import { mainBidStep } from "./view_main_bid.js";
import { openingPart } from "./view_opening.js";
import { postPart } from "./view_post.js";
import { sealStep } from "./view_seal.js";
import { termsPart } from "./view_terms.js";
import type { Word } from "./words.js";

/** All of it; what had the focus has it again. */
export function draw(): void {
  const { language, round } = state;
  const focused = document.activeElement?.id ?? "";
  document.documentElement.lang = language;
  document.title = visible(`${round ? `${round.terms.title} – ` : ""}${say("title")} – Vergabesiegel`);
  for (const each of document.querySelectorAll<HTMLElement>("[data-word]")) each.textContent = say(each.dataset.word as Word);
  for (const each of document.querySelectorAll<HTMLElement>("[data-language]")) {
    each.setAttribute("aria-pressed", String(each.dataset.language === language));
  }
  byId("languages").setAttribute("aria-label", say("language"));
  byId("status").textContent = visible(state.notice());
  byId("content").replaceChildren(...contents().filter((child) => child !== null && child !== undefined && child !== false));
  if (focused !== "" && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function contents(): Child[] {
  const { round, refusal, course, language } = state;
  if (refusal !== undefined) {
    return [
      el("div", { class: "whole bad", id: "refusal", tabindex: -1 },
        el("h2", {}, say("refusedTitle")), el("p", {}, failureSentence(refusal, language))),
      el("div", { class: "buttons" }, button(say("reload"), () => location.reload(), { id: "reload" })),
    ];
  }
  if (round === undefined) return [el("p", {}, say("loading"))];
  return [
    course.at !== "form" && course.intent === "rehearse" && el("p", { class: "banner", id: "banner" }, say("rehearsalBanner")),
    el("section", { "aria-labelledby": "terms-title", class: "no-print" }, ...termsPart({
      ...round, language, pins: state.pins, say, isUnfolded: state.isUnfolded,
      toggled: (isUnfolded) => { state.isUnfolded = isUnfolded; },
      calendar: () => saveCalendar(round),
    })),
    ...(!takesBids(round.terms) ? [overPart(), comingBack(round), reading(round)] : round.criteria === undefined ? [criteriaPart(round)] : [
      course.at === "form" && comingBack(round),
      course.at === "form" && reading(round),
      course.at === "form" && state.before !== undefined && earlierBid(state.before),
      way(round),
      stepPart(round),
      course.at === "done" && course.intent === "handIn" && receiptSheet(
        { language, terms: round.terms, origin: location.origin, now: Math.floor(Date.now() / 1000), say }, course),
    ]),
  ];
}

function overPart(): HTMLElement {
  return el("div", { class: "whole open", id: "over" }, el("p", {}, say("overLead")));
}

function criteriaPart(round: Round): HTMLElement {
  return el("section", { class: "field" },
    troublePart(),
    el("p", {}, say("criteriaAway")),
    el("label", { for: "criteria" }, say("criteriaFile")),
    el("input", { type: "file", id: "criteria", onchange: (event: Event) => {
      const [file] = (event.target as HTMLInputElement).files ?? [];
      if (file !== undefined) void chooseCriteria(round, file);
    } }));
}

function troublePart(): Child {
  return state.trouble && el("p", { class: "whole bad", id: "trouble", tabindex: -1 }, state.trouble());
}

function comingBack(round: Round): HTMLElement {
  const { opening } = state;
  return openingPart({
    say, told: opening.told, isOpen: opening.isOpen, fileName: opening.file?.name ?? "", passphrase: opening.passphrase,
    toggled: (isOpen) => { state.opening = { ...state.opening, isOpen }; },
    chosen: (file) => { state.opening = { ...state.opening, file }; },
    typed: (passphrase) => { state.opening = { ...state.opening, passphrase }; },
    open: (what) => void openReceipt(round, what),
    takesBids: takesBids(round.terms), admitsVariants: round.criteria?.lots.some(({ variants }) => variants) ?? false,
    read: () => void openPost(round),
  });
}

function reading(round: Round): Child {
  const { post, language } = state;
  return post && postPart({
    language, post, say,
    fetchLetters: () => void readPost(round),
    fetchResult: () => void readResult(round),
    saveLetters, saveResult,
    answer(address) {
      // What was typed here would be lost without a word.
      if (state.isTouched || state.course.at !== "form") return false;
      void answerLetter(address);
      return true;
    },
    close: closePost,
  });
}

function earlierBid({ as, altered }: Before): HTMLElement {
  const isReplaced = as === "replaced";
  return el("div", { class: "whole open", id: "earlier" },
    el("p", {}, beforeSaid()),
    altered.length > 0 && el("p", { id: "altered" }, say("earlierAltered", { altered: altered.join(", ") })),
    button(say(isReplaced ? "replaceNot" : "besideNot"), () => {
      state.before = undefined;
      changed();
      byId("step-title").focus();
    }, { id: isReplaced ? "replace-not" : "beside-not" }));
}

function way(round: Round): HTMLElement {
  return el("nav", { "aria-label": say("steps"), class: "no-print" },
    el("ol", { class: "way" }, ...stepsOf(round).map((each, at) => {
      const isHere = each === state.step;
      // What is sealed is not changed any more, and nothing is handed in that is not sealed.
      const isReachable = state.course.at === "form" && each !== "handIn";
      const title = `${at + 1}. ${say(`step_${each}`)}`;
      return el("li", { "aria-current": isHere ? "step" : undefined },
        isReachable && !isHere ? button(title, () => go(each), { id: `step-${each}` }) : el("span", {}, title));
    })));
}

function stepPart(round: Round): HTMLElement {
  const { step } = state;
  const view = viewOf(round);
  const steps = stepsOf(round);
  const at = steps.indexOf(step);
  const here = step === "handIn" || step === "seal" ? [] : [...view.lacks.values()].filter((lack) => lack.step === step);
  const parts = partsOf(round, view);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (step === "seal") void seal(round, "handIn");
    else onward(round);
  };
  return el("section", { "aria-labelledby": "step-title", class: "no-print" },
    el("h2", { id: "step-title", tabindex: -1 }, say("stepOf", { number: at + 1, count: steps.length, title: say(`step_${step}`) })),
    troublePart(),
    summaryOf(view, here, (lack) => go(lack.step, lack.field)),
    ...(step === "handIn" ? parts : [el("form", { novalidate: true, onsubmit: submit }, ...parts, el("div", { class: "buttons" },
      at > 0 && button(say("before"), () => go(steps[at - 1] as Step), { id: "before" }),
      step !== "seal" && el("button", { type: "submit", id: "next", class: "primary" }, say("next"))))]));
}

function viewOf(round: Round): View {
  const told = allLacks(round).filter((lack) => state.shown.has(lack.step));
  return {
    language: state.language, terms: round.terms, criteria: round.criteria ?? null, form: state.form, isBeside: isBeside(), say,
    lacks: new Map(told.map((lack) => [lack.field, lack])),
    typed: enter,
    changed(action) {
      enter(action);
      changed();
    },
  };
}

function partsOf(round: Round, view: View): Child[] {
  switch (state.step) {
    case "lots":
      return isSupplement(round.terms.kind) ? mainBidStep({
        ...view, told: state.mainBidTold?.() ?? "",
        take: (file) => void takeMainBid(round, file),
        mainBidTyped(text) {
          view.typed({ kind: "mainBid", text });
          state.mainBidTold = undefined;
          byId("main-bid-told").textContent = "";
        },
      }) : lotsStep(view);
    case "answers":
      return answersStep(view);
    case "firms":
      return firmsStep(view);
    case "files":
      return filesStep(view);
    case "seal":
      return sealStep({
        // The passphrase was not asked for before; that it lacks is said when somebody wants to seal.
        ...view, ...state.passphrase, all: allLacks(round).filter(({ step }) => step !== "seal" || state.shown.has(step)),
        passphraseTyped: (change) => { state.passphrase = { ...state.passphrase, ...change }; },
        go: (lack) => go(lack.step, lack.field),
        rehearse: () => void seal(round, "rehearse"),
      });
    case "handIn":
      return handInStep({
        language: state.language, course: state.course, deadline: round.terms.deadline, incident: state.incident, say,
        save: saveReceipt,
        send: () => void send(round),
        report: () => void report(round),
        print: () => globalThis.print(),
        back: () => back(round),
      });
  }
}
