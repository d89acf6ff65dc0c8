// The sentences that people read, in both languages: one table for all verifiers (words.json), and the page's own.

import type { Note, Values } from "./refusal.js";
import type { StepName, Verdict } from "./report.js";
import pageWords from "./page_words.json" with { type: "json" };
import refusalWords from "./refusal_words.json" with { type: "json" };
import words from "../../../ledger/evidence/verify/words.json" with { type: "json" };

export type Language = "de" | "en";
export type PageWord = keyof typeof pageWords;
export type RefusalName = keyof typeof refusalWords;
export type NoteName = keyof typeof words.notes;

type InBoth = Readonly<Record<Language, string>>;
type Table = Readonly<Record<string, InBoth>>;
type StepWords = Readonly<Record<"title" | "question" | "fault", InBoth> & { faultOf?: Table }>;

function filled(sentence: string, values: Values): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

export function pageWord(word: PageWord, language: Language, values: Values = {}): string {
  return filled(pageWords[word][language], values);
}

export function stepWord(step: StepName, what: "title" | "question", language: Language): string {
  return stepNamed(step)[what][language];
}

/** Whose fault it would be that a step failed, where it failed for this. */
export function faultWord(step: StepName, error: RefusalName, language: Language): string {
  const { fault, faultOf } = stepNamed(step);
  return (faultOf?.[error] ?? fault)[language];
}

function stepNamed(name: StepName): StepWords {
  return words.steps.find((step) => step.name === name) as StepWords;
}

export function verdictWord(verdict: Verdict, language: Language): string {
  return words.verdicts[verdict][language];
}

export function noteWord({ note, values }: Note, language: Language): string {
  const flag = (words.flags as Table)[String(values.flag)];
  return filled(words.notes[note][language], flag ? { ...values, flag: flag[language] } : values);
}

/** A refusal's sentence, cut where its reason stands, which is English; what values name is in words of the language. */
export function refusalParts(error: RefusalName, values: Values, language: Language): string[] {
  const shown = Object.entries(values).map(([name, value]) => [name, named(name, String(value), language)]);
  return refusalWords[error][language].split("{reason}").map((part) => filled(part, Object.fromEntries(shown)));
}

function named(name: string, value: string, language: Language): string {
  const table = (words.named as Readonly<Record<string, Table>>)[name] ?? {};
  const known = Object.keys(table).find((each) => value === each || value.startsWith(each + " "));
  return known === undefined ? value : (table[known] as InBoth)[language] + value.slice(known.length);
}
