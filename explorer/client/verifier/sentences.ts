// The sentences that people read, in both languages: one table for all verifiers (words.json), and the page's own.

import { spokenBid, spokenBids } from "../sealing/bid_number.js";
import { readExact } from "../ranking/figure.js";
import type { Note, Value, Values } from "./refusal.js";
import type { ReceiptStepName } from "./receipt_report.js";
import type { StepName, Verdict } from "./report.js";
import pageWords from "./page_words.json" with { type: "json" };
import refusalWords from "./refusal_words.json" with { type: "json" };
import words from "../../../ledger/evidence/verify/words.json" with { type: "json" };

export type Language = "de" | "en";
export type PageWord = keyof typeof pageWords;
export type RefusalName = keyof typeof refusalWords;
export type NoteName = keyof typeof words.notes;

/** Values that are seconds since 1970, where they are large enough for it. */
const MOMENTS = ["arrivedAt", "deadline", "deliverBy", "most", "time"];
/** Decimal places of exact figures. */
const PLACES = { price: 2, points: 3, ratio: 9 };
const FIRST_MOMENT = 10n ** 9n;
const LAST_MOMENT = 253_402_300_799n;

type InBoth = Readonly<Record<Language, string>>;
type Table = Readonly<Record<string, InBoth>>;
type StepWords = Readonly<Record<"title" | "question" | "fault", InBoth> & { name: string; faultOf?: Table }>;

function filled(sentence: string, values: Values): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

export function pageWord(word: PageWord, language: Language, values: Values = {}): string {
  return filled(pageWords[word][language], values);
}

/** Whose steps: those of a bundle, or those of a receipt. */
export type StepTable = "steps" | "receiptSteps";
type AnyStep = StepName | ReceiptStepName;

export function stepWord(table: StepTable, step: AnyStep, what: "title" | "question", language: Language): string {
  return stepNamed(table, step)[what][language];
}

/** Whose fault it would be that a step failed, where it failed for this. */
export function faultWord(table: StepTable, step: AnyStep, error: RefusalName, language: Language): string {
  const { fault, faultOf } = stepNamed(table, step);
  return (faultOf?.[error] ?? fault)[language];
}

function stepNamed(table: StepTable, name: AnyStep): StepWords {
  const steps: readonly StepWords[] = words[table];
  return steps.find((step) => step.name === name) as StepWords;
}

export function verdictWord(verdict: Verdict, language: Language): string {
  return words.verdicts[verdict][language];
}

export function noteWord({ note, values }: Note, language: Language): string {
  const shown = Object.entries(values).map(([name, value]) => [name, valueWord(name, value, language)]);
  return filled(words.notes[note][language], Object.fromEntries(shown) as Values);
}

/** A value of a note: flags and outcomes in words, lists with commas, moments as people write them. */
function valueWord(name: string, value: Value, language: Language): Value {
  const table = ({ flag: words.flags, outcome: words.outcomes } as Readonly<Record<string, Table>>)[name];
  if (name === "custodians") return (value as readonly (readonly [string, string])[]).map(([, called]) => called).join(", ");
  if (name === "tally") {
    return (value as readonly (readonly [keyof typeof words.tallied, number])[])
      .map(([outcome, number]) => `${number} ${words.tallied[outcome][language]}`).join(", ");
  }
  const places = PLACES[name as keyof typeof PLACES] as number | undefined;
  if (places !== undefined) {
    const figure = readExact(value as string).shown(places);
    return language === "de" ? figure.replace(".", ",") : figure;
  }
  if (name === "bid") return spokenBid(value as number);
  if (name === "order") return spokenBids(value as readonly number[]);
  if (table !== undefined) return (table[String(value)] as InBoth)[language];
  return MOMENTS.includes(name) ? momentWord(value, language) : value;
}

/** Seconds since 1970 as a date and a time; what can be no such moment as it is. */
export function momentWord(seconds: Value, language: Language): string {
  if (typeof seconds !== "bigint" || seconds < FIRST_MOMENT || seconds > LAST_MOMENT) return String(seconds);
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" });
  return `${format.format(Number(seconds) * 1000)} UTC`;
}

/** A refusal's sentence, cut where its reason stands, which is English; what values name is in words of the language. */
export function refusalParts(error: RefusalName, values: Values, language: Language): string[] {
  const shown = Object.entries(values).map(([name, value]) =>
    [name, MOMENTS.includes(name) ? momentWord(value, language) : named(name, String(value), language)]);
  return refusalWords[error][language].split("{reason}").map((part) => filled(part, Object.fromEntries(shown)));
}

function named(name: string, value: string, language: Language): string {
  const table = (words.named as Readonly<Record<string, Table>>)[name] ?? {};
  const known = Object.keys(table).find((each) => value === each || value.startsWith(each + " "));
  return known === undefined ? value : (table[known] as InBoth)[language] + value.slice(known.length);
}
