// The step that shows all once more, takes the passphrase and seals.

import { readDecimal, shownDecimal } from "./amount.js";
import { chosenLots, concerns, type LotEntry } from "./bid_form.js";
import { el, type Child } from "./element.js";
import { shownSize, type Lack } from "./missing.js";
import { isSupplement } from "./supplement.js";
import { button, facts, summaryOf, textField, type View } from "./view.js";

export const LEAST_PASSPHRASE = 12;
export const passphraseIds = { first: "passphrase", again: "passphrase-again" } as const;

export interface SealView extends View {
  readonly all: readonly Lack[];
  readonly passphrase: string;
  readonly again: string;
  passphraseTyped(change: { passphrase?: string; again?: string }): void;
  go(lack: Lack): void;
  rehearse(): void;
}

export function sealStep(view: SealView): Child[] {
  const { all } = view;
  return [
    ...entered(view),
    all.length > 0 ? summaryOf(view, all, (lack) => view.go(lack)) : el("p", { class: "good state" }, view.say("complete")),
    el("h3", {}, view.say("passphraseTitle")),
    el("p", {}, view.say("passphraseLead")),
    textField(view, {
      id: passphraseIds.first, label: view.say("passphrase"), hint: view.say("passphraseHint", { least: LEAST_PASSPHRASE }),
      required: true, value: view.passphrase, type: "password", autocomplete: "new-password",
      hear: (passphrase) => view.passphraseTyped({ passphrase }),
    }),
    textField(view, {
      id: passphraseIds.again, label: view.say("passphraseAgain"), required: true, value: view.again, type: "password",
      autocomplete: "new-password", hear: (again) => view.passphraseTyped({ again }),
    }),
    el("p", { class: "hint" }, view.say("sealLead")),
    el("div", { class: "buttons" },
      el("button", { type: "submit", id: "seal", class: "primary" }, view.say("seal")),
      button(view.say("rehearse"), () => view.rehearse(), { id: "rehearse" })),
    el("p", { class: "hint" }, view.say("rehearseHint")),
  ];
}

/** What was entered, as it will be in the bid. */
function entered(view: View): Child[] {
  const { form, criteria, language } = view;
  const number = (typed: string, decimals: number): string => {
    const read = readDecimal(typed, language, 9);
    return read === undefined ? typed : shownDecimal(read, language, decimals);
  };
  const lots = chosenLots(form).map((id) => {
    const { amount, discount, variant } = form.lots.get(id) as LotEntry;
    const title = criteria?.lots.find((lot) => lot.id === id)?.title ?? "";
    const told = [
      amount === "" ? view.say("missing") : `${number(amount, 2)} ${criteria?.currency ?? ""}`,
      ...(discount === "" ? [] : [view.say("withDiscount", { discount: number(discount, 0) })]),
      ...(variant === "" ? [] : [view.say("asVariant", { variant })]),
    ];
    return [view.say("lot", { id, title }), told.join(", ")] as const;
  });
  const answers = (criteria?.requirements ?? []).filter((asked) => concerns(asked, form)).map((asked) => {
    const typed = (form.answers.get(asked.id) ?? "").trim();
    const shown = typed === "" ? view.say(asked.required ? "missing" : "notAnswered")
      : asked.dataType === "boolean" ? view.say(typed === "true" ? "yes" : "no")
        : asked.dataType === "string" ? typed : number(typed, 0);
    return [asked.title, shown] as const;
  });
  const firms = (role: "tenderers" | "subcontractors"): string =>
    form[role].map(({ name, town }) => [name, town].filter(Boolean).join(", ")).join("; ");
  const files = form.attachments.map(({ title, file }) => `${title} (${shownSize(file.size, language)})`);
  return [
    el("h3", {}, view.say("entered")),
    facts(
      isSupplement(view.terms.kind) ? [view.say("mainBid"), form.mainBid.trim() || view.say("missing")] : null,
      ...lots, ...answers,
      [view.say(form.tenderers.length > 1 ? "consortium" : "tenderer"), firms("tenderers") || view.say("missing")],
      form.subcontractors.length > 0 ? [view.say("subcontractors"), firms("subcontractors")] : null,
      [view.say("files"), files.length === 0 ? view.say("fileNone") : el("ul", {}, ...files.map((file) => el("li", {}, file)))],
    ),
  ];
}
