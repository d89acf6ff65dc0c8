// What the page knows: the round, what was entered, how far the handing in is. Whoever changes it has it drawn anew.

import { ZERO, type Hex } from "../verifier/bytes.js";
import { changedForm, emptyForm, type BidForm, type FormAction } from "./bid_form.js";
import { followed, type Course, type CourseAction } from "./hand_in_course.js";
import { lacks, type Lack, type StepName } from "./missing.js";
import type { Letter } from "./letters.js";
import type { NamedBid, OwnBid } from "./own_bid.js";
import type { Pin } from "./pins.js";
import type { Result } from "./result.js";
import { takesBids, type Round } from "./round.js";
import { isSupplement } from "./supplement.js";
import type { Terms } from "./terms.js";
import type { NoOrders, PriceOrders } from "./told_prices.js";
import { LEAST_PASSPHRASE, passphraseIds } from "./view_seal.js";
import { visible } from "./visible.js";
import { isWord, shownMoment, word, type Language, type Word, type WordValues } from "./words.js";

export type Step = StepName | "handIn";

const STEPS: readonly Step[] = ["lots", "answers", "firms", "files", "seal", "handIn"];

/** Of an answer to a letter nothing is priced; where the tender asked nothing, there is nothing to answer either. */
export function stepsOf({ terms, criteria }: Round): readonly Step[] {
  const isAsked = !isSupplement(terms.kind) || (criteria?.requirements.length ?? 0) > 0;
  return STEPS.filter((step) => step !== "answers" || isAsked);
}

/** A receipt that somebody chose, and is not opened yet. */
interface Opening {
  readonly file: File | null;
  readonly passphrase: string;
  readonly told: string;
  readonly isOpen: boolean;
}

export const NOT_OPENED: Opening = { file: null, passphrase: "", told: "", isOpen: false };

/** An earlier bid, whose account's key is used again: it is replaced, or stays beside the new one, which is a variant then. */
export interface Before {
  readonly as: "replaced" | "beside";
  readonly commitment: Hex;
  readonly key: Uint8Array;
  /** When it arrived, seconds since 1970; null where its receipt has no promise. */
  readonly arrivedAt: bigint | null;
  /** What the form does not take over of it as it was. */
  readonly altered: readonly string[];
}

/** A bid whose receipt is open, and what was fetched with it. What is said of it is a function, as all that is said. */
export interface Post {
  readonly bid: OwnBid;
  readonly letters: readonly Letter[] | undefined;
  /** The rounds for answers, by their numbers; null where the server does not tell what one is. */
  readonly rounds: ReadonlyMap<number, Terms | null>;
  readonly result: Result | undefined;
  /** What follows from it. */
  readonly orders: PriceOrders | NoOrders | undefined;
  readonly told: Readonly<Record<"letters" | "result", () => string>>;
}

interface State {
  language: Language;
  pins: readonly Pin[] | undefined;
  round: Round | undefined;
  /** Why there is no form. */
  refusal: unknown;
  form: BidForm;
  step: Step;
  course: Course;
  /** Of which steps lacks are shown: those that somebody wanted to leave. */
  shown: ReadonlySet<StepName>;
  passphrase: { readonly passphrase: string; readonly again: string };
  before: Before | undefined;
  opening: Opening;
  post: Post | undefined;
  /** From which receipt the bid that an answer belongs to was taken, or why it was not. */
  mainBidTold: (() => string) | undefined;
  incident: "none" | "saved" | "taken";
  /** Something was entered that would be lost with the page. */
  isTouched: boolean;
  /** What the round is made of is unfolded until somebody goes on, or as they left it. */
  isUnfolded: boolean;
  /** Why the last thing that was tried did not work. */
  trouble: (() => string) | undefined;
  /** For those who hear the page. It is a function, so that it can be said again in the other language. */
  notice: () => string;
}

export const state: State = {
  language: navigator.language.startsWith("de") ? "de" : "en",
  pins: undefined, round: undefined, refusal: undefined, form: emptyForm(null), step: "lots", course: { at: "form" },
  shown: new Set(),
  passphrase: { passphrase: "", again: "" }, before: undefined, opening: NOT_OPENED, post: undefined, mainBidTold: undefined, incident: "none", isTouched: false,
  isUnfolded: true, trouble: undefined, notice: () => "",
};

let draw: () => void = () => {};

/** Who draws. */
export function drawnBy(drawing: () => void): void {
  draw = drawing;
}

export function changed(): void {
  draw();
}

export function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}

/** In a round of answers, and in one that takes nothing any more, some things are called otherwise. */
export function say(name: Word, values: WordValues = {}): string {
  return word(inRound(name), state.language, values);
}

function inRound(name: Word): Word {
  const { round } = state;
  const other = round === undefined ? name
    : !takesBids(round.terms) ? `${name}_closed` : isSupplement(round.terms.kind) ? `${name}_answer` : name;
  return isWord(other) ? other : name;
}

export function tell(told: () => string): void {
  state.notice = told;
  byId("status").textContent = visible(told());
}

/** Said in the step, and takes the focus. */
export function tellTrouble(told: () => string): void {
  state.trouble = told;
  changed();
  byId("trouble").focus();
}

export function enter(action: FormAction): void {
  state.form = changedForm(state.form, action);
  state.isTouched = true;
}

/** Where the course leads, there the focus goes. */
export function follow(action: CourseAction): void {
  const before = state.course;
  state.course = followed(before, action);
  if (state.course === before) return;
  changed();
  if (state.course.at === before.at) return;
  byId(state.course.at === "failed" ? "failure" : state.course.at === "done" ? "outcome" : "step-title").focus();
}

export function go(next: Step, field?: string): void {
  if (next !== state.step) state.isUnfolded = false;
  state.step = next;
  state.trouble = undefined;
  changed();
  (field === undefined ? byId("step-title") : (document.getElementById(field) ?? byId("step-title"))).focus();
}

/** All that lacks before the bid can be sealed, the passphrase too. */
export function allLacks({ terms, criteria }: Round): Lack[] {
  const { form, language, passphrase: { passphrase, again } } = state;
  const found = lacks(form, criteria ?? null, terms.kind, terms.mostBytes, language, isBeside());
  const add = (field: string, name: Word): void => {
    found.push({ step: "seal", field, word: name, values: { least: String(LEAST_PASSPHRASE) } });
  };
  if (passphrase.length < LEAST_PASSPHRASE) add(passphraseIds.first, "lackPassphrase");
  else if (passphrase !== again) add(passphraseIds.again, "passphrasesDiffer");
  return found;
}

/** After a bid there can be another one. */
export function beginAnew({ criteria }: Round): void {
  state.form = { ...emptyForm(criteria ?? null), mainBid: state.form.mainBid };
  state.passphrase = { passphrase: "", again: "" };
  state.before = undefined;
  state.shown = new Set();
  state.isTouched = false;
}

/** Another round is before the reader: that of an answer to a letter on this bid. */
export function enterRound(round: Round, mainBid: NamedBid): void {
  state.round = round;
  state.form = { ...emptyForm(round.criteria ?? null), mainBid: mainBid.commitment };
  state.mainBidTold = () => say("mainBidTaken", { round: String(mainBid.round) });
  state.passphrase = { passphrase: "", again: "" };
  state.opening = NOT_OPENED;
  state.post = undefined;
  state.before = undefined;
  state.shown = new Set();
  state.isUnfolded = false;
  go("lots");
}

/** What a bid supersedes: zeros of none. */
export function superseded(): Hex {
  return state.before?.as === "replaced" ? state.before.commitment : ZERO;
}

/** What becomes of the earlier bid, if there is one. */
export function beforeSaid(): string {
  if (state.before === undefined) return "";
  const { as, commitment, arrivedAt } = state.before;
  const values = { commitment: `0x${commitment.slice(0, 8)}…` };
  if (as === "replaced") return say("replaceBanner", values);
  return arrivedAt === null ? say("besideBannerEarly", values)
    : say("besideBanner", { ...values, time: shownMoment(Number(arrivedAt), state.language) });
}

/** Whether what is entered is a variant, to be sealed under the account of an earlier bid. */
export function isBeside(): boolean {
  return state.before?.as === "beside";
}
