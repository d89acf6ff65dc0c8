// Servers answer in English; German has the same sentences for what people of a page can meet.

import type { Problem } from "./refusal.js";
import { shownMoment, type Language } from "./words.js";

/** Values of problems that are seconds since 1970 (`ledger/errors.py`). */
const MOMENTS: readonly string[] = ["arrivedAt", "deadline", "deliverBy", "expires", "latest", "time", "until"];

/** `words` are a page's German sentences by the problems' names. */
export function problemSentence({ name, detail, values }: Problem, language: Language, words: Readonly<Record<string, string>>): string {
  const german = words[name];
  if (language !== "de" || german === undefined) return `${detail} [${name}]`.trim();
  const shown = (value: string): string => {
    const found = values[value];
    return MOMENTS.includes(value) && typeof found === "number" ? shownMoment(found, language) : String(found ?? "–");
  };
  return `${german.replaceAll(/\{(\w+)\}/g, (_, value: string) => shown(value))} [${name}]`;
}
