// What a bid still lacks before it can be sealed, each with the field that is to be looked at.

import { MOST_DECIMALS, readDecimal } from "./amount.js";
import { chosenLots, concerns, type BidForm, type LotEntry } from "./bid_form.js";
import type { Criteria } from "../ranking/criteria.js";
import { isSupplement } from "./supplement.js";
import type { Word } from "./words.js";

export type StepName = "lots" | "answers" | "firms" | "files" | "seal";

/** `field` is the id of an element of the page. */
export interface Lack {
  readonly step: StepName;
  readonly field: string;
  readonly word: Word;
  readonly values: Readonly<Record<string, string>>;
}

/** The ids of the page's fields, which this and the views share. */
export const fieldIds = {
  lot: (id: string) => `lot-${id}`,
  amount: (id: string) => `amount-${id}`,
  discount: (id: string) => `discount-${id}`,
  variant: (id: string) => `variant-${id}`,
  answer: (id: string) => `answer-${id}`,
  slot: (id: string) => `slot-${id}`,
  furtherFiles: "slot",
  firm: (role: string, at: number, member: string) => `${role}-${at}-${member}`,
  mainBid: "main-bid",
  mainReceipt: "main-receipt",
} as const;

const VARIANT = /^[A-Za-z0-9._-]{1,64}$/;
const COMMITMENT = /^(?:0x)?[0-9a-fA-F]{64}$/;
const DECIMALS_OF_DISCOUNT = 2;

/**
 * In the order of the page; of an empty list nothing lacks. `mostBytes`: of the whole bid, null where no limit is told.
 * `isBeside`: a variant that stands beside a main bid, in each of its lots.
 */
export function lacks(
  form: BidForm, criteria: Criteria | null, kind: string, mostBytes: number | null, language: "de" | "en", isBeside = false,
): Lack[] {
  const found: Lack[] = [];
  const lack = (step: StepName, field: string, word: Word, values: Lack["values"] = {}) => found.push({ step, field, word, values });

  if (isSupplement(kind) && !COMMITMENT.test(form.mainBid.trim())) lack("lots", fieldIds.mainBid, "lackMainBid");
  const lots = criteria?.lots ?? [];
  if (lots.length > 0 && chosenLots(form).length === 0) lack("lots", fieldIds.lot((lots[0] as { id: string }).id), "lackLot");

  for (const { id, title, variants } of lots) {
    const { chosen, amount, discount, variant } = form.lots.get(id) as LotEntry;
    if (!chosen) continue;
    if (isBeside && !variants) lack("lots", fieldIds.lot(id), "noVariants", { title });
    else if (isBeside && variant.trim() === "") lack("lots", fieldIds.variant(id), "lackVariant", { title });
    if (variant.trim() !== "" && !VARIANT.test(variant.trim())) lack("lots", fieldIds.variant(id), "wrongVariant", { title });
    if (amount.trim() === "") lack("answers", fieldIds.amount(id), "lackAmount", { title });
    else if (readDecimal(amount, language) === undefined) lack("answers", fieldIds.amount(id), "wrongAmount", { title });
    if (discount.trim() !== "" && !isPercentage(readDecimal(discount, language, DECIMALS_OF_DISCOUNT))) {
      lack("answers", fieldIds.discount(id), "wrongDiscount", { title });
    }
  }
  for (const asked of criteria?.requirements ?? []) {
    if (!concerns(asked, form)) continue;
    const typed = (form.answers.get(asked.id) ?? "").trim();
    if (typed === "") {
      if (asked.required) lack("answers", fieldIds.answer(asked.id), "lackAnswer", { title: asked.title });
    } else if (asked.dataType === "integer" && readDecimal(typed, language, 0) === undefined) {
      lack("answers", fieldIds.answer(asked.id), "wrongInteger", { title: asked.title });
    } else if (asked.dataType === "number" && readDecimal(typed, language, MOST_DECIMALS) === undefined) {
      lack("answers", fieldIds.answer(asked.id), "wrongNumber", { title: asked.title });
    }
  }

  for (const role of ["tenderers", "subcontractors"] as const) {
    form[role].forEach(({ name, email }, at) => {
      if (name.trim() === "") lack("firms", fieldIds.firm(role, at, "name"), "lackName", { number: String(at + 1) });
      if (email.trim() !== "" && !/^\S+@\S+$/.test(email.trim())) {
        lack("firms", fieldIds.firm(role, at, "email"), "wrongEmail", { number: String(at + 1) });
      }
    });
  }

  for (const asked of criteria?.documents ?? []) {
    if (!concerns(asked, form)) continue;
    const files = form.attachments.filter(({ slot }) => slot === asked.id);
    if (asked.required && files.length === 0) lack("files", fieldIds.slot(asked.id), "lackFile", { title: asked.title });
    for (const { title, file } of files) {
      if (asked.mostBytes !== null && file.size > asked.mostBytes) {
        lack("files", fieldIds.slot(asked.id), "fileTooLarge", { title, most: shownSize(asked.mostBytes, language) });
      }
    }
  }
  const whole = form.attachments.reduce((sum, { file }) => sum + file.size, 0);
  if (mostBytes !== null && whole > largestContent(mostBytes)) {
    const most = shownSize(largestContent(mostBytes), language);
    lack("files", fieldIds.furtherFiles, "bidTooLarge", { whole: shownSize(whole, language), most });
  }
  const isAnswered = [...form.answers.values()].some((typed) => typed.trim() !== "");
  const isEmpty = form.attachments.length === 0;
  if (isEmpty && (criteria === null || (isSupplement(kind) && !isAnswered))) lack("files", fieldIds.furtherFiles, "lackAnyFile");
  return found;
}

/** Bytes of files that surely fit into an envelope: an eighth goes to padding (Padmé adds at most 12 %) and all else. */
export function largestContent(mostBytes: number): number {
  return Math.floor((mostBytes * 7) / 8);
}

export function shownSize(bytes: number, language: "de" | "en"): string {
  const [unit, power] = bytes < 1e6 ? ["kB", 1e3] as const : bytes < 1e9 ? ["MB", 1e6] as const : ["GB", 1e9] as const;
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  return `${format.format(bytes / power)}\u00a0${unit}`;
}

function isPercentage(decimal: string | undefined): boolean {
  return decimal !== undefined && (decimal.length < 3 || /^[0-9]{1,2}\./.test(decimal) || /^100(?:\.0+)?$/.test(decimal));
}
