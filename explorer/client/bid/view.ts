// What all steps of the page are made of: fields with their errors, groups of them, buttons.

import type { BidForm, FormAction } from "./bid_form.js";
import type { Criteria } from "../ranking/criteria.js";
import { el, type Child } from "./element.js";
import type { Lack } from "./missing.js";
import type { Terms } from "./terms.js";
import { word, type Language, type Word, type WordValues } from "./words.js";

/** What a step is shown from, and what it can do. */
export interface View {
  readonly language: Language;
  readonly terms: Terms;
  readonly criteria: Criteria | null;
  readonly form: BidForm;
  /** A variant that stands beside a main bid is entered. */
  readonly isBeside: boolean;
  /** What is shown as lacking, by the field's id. */
  readonly lacks: ReadonlyMap<string, Lack>;
  say(name: Word, values?: WordValues): string;
  /** What was typed; the page is not drawn anew under the typing hand. */
  typed(action: FormAction): void;
  /** What changes the form itself. */
  changed(action: FormAction): void;
}

interface FieldOptions {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | null;
  readonly required?: boolean;
  readonly value: string;
  readonly inputmode?: string;
  readonly autocomplete?: string;
  readonly type?: string;
  /** How many lines it shows, if what is written there is long. */
  readonly lines?: number;
  readonly hear: (text: string) => void;
}

/** One line of text, or several, with its label, hint and error. */
export function textField(view: View, { id, label, hint, required, value, hear, ...more }: FieldOptions): HTMLElement {
  const lack = view.lacks.get(id);
  const attributes = {
    id, value, autocomplete: more.autocomplete ?? "off", inputmode: more.inputmode,
    "aria-required": required ? "true" : undefined, ...described(id, hint, lack),
    oninput: (event: Event) => hear((event.target as HTMLInputElement | HTMLTextAreaElement).value),
  };
  return el("div", { class: "field" },
    el("label", { for: id }, label, mark(view, required)),
    hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    errorOf(view, id, lack),
    more.lines === undefined ? el("input", { type: more.type ?? "text", ...attributes })
      : el("textarea", { rows: more.lines, spellcheck: "false", ...attributes }));
}

/** The attributes by which a field says what belongs to it. */
export function described(id: string, hint: string | null | undefined, lack: Lack | undefined): Record<string, string | undefined> {
  const ids = [...(hint ? [`${id}-hint`] : []), ...(lack ? [`${id}-error`] : [])];
  return { "aria-describedby": ids.length > 0 ? ids.join(" ") : undefined, "aria-invalid": lack ? "true" : undefined };
}

export function errorOf(view: View, id: string, lack: Lack | undefined): HTMLElement | null {
  return lack ? el("p", { class: "error", id: `${id}-error` }, view.say("errorMark"), " ", view.say(lack.word, lack.values)) : null;
}

export function mark(view: Pick<View, "say">, required: boolean | undefined): HTMLElement | null {
  return required === undefined ? null : el("span", { class: "mark" }, ` (${view.say(required ? "required" : "voluntary")})`);
}

export function group(legend: Child, ...children: readonly Child[]): HTMLElement {
  return el("fieldset", {}, el("legend", {}, legend), ...children);
}

export function button(
  text: string, hear: () => void, attributes: Readonly<Record<string, string | boolean | undefined>> = {},
): HTMLElement {
  return el("button", { type: "button", ...attributes, onclick: hear }, text);
}

/** What lacks, with a link to each field; it takes the focus. */
export function summaryOf(view: Pick<View, "language">, lacks: readonly Lack[], go: (lack: Lack) => void): HTMLElement | null {
  if (lacks.length === 0) return null;
  return el("div", { class: "whole bad", id: "summary", tabindex: -1, role: "group", "aria-labelledby": "summary-title" },
    el("h3", { id: "summary-title" }, word("lacking", view.language, { count: lacks.length })),
    el("ul", {}, ...lacks.map((lack) => el("li", {},
      el("a", { href: `#${lack.field}`, onclick: (event: Event) => {
        event.preventDefault();
        go(lack);
      } }, word(lack.word, view.language, lack.values))))));
}

export function facts(...rows: readonly (readonly [string, Child] | null)[]): HTMLElement {
  return el("dl", { class: "facts" }, ...rows.filter((row) => row !== null).map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}
