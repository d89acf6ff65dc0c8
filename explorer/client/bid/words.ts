// What the page says, in both languages.

import { LATEST } from "./told_members.js";
import words from "./words.json" with { type: "json" };

export type Language = "de" | "en";
export type Word = keyof typeof words;
export type WordValues = Readonly<Record<string, string | number>>;

export function isWord(name: string): name is Word {
  return Object.hasOwn(words, name);
}

export function word(name: Word, language: Language, values: WordValues = {}): string {
  return words[name][language].replaceAll(/\{(\w+)\}/g, (_, value: string) => String(values[value]));
}

/**
 * A moment in German local time, which deadlines of German procedures are meant in; of what no calendar shows, which a server or a
 * node may say, the number.
 */
export function shownMoment(seconds: number, language: Language): string {
  if (!(seconds >= 0 && seconds <= LATEST)) return String(seconds);
  const format = new Intl.DateTimeFormat(language === "de" ? "de-DE" : "en-GB", {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    timeZone: "Europe/Berlin", timeZoneName: "short",
  });
  return format.format(seconds * 1000);
}

/** How much time so many seconds are, in the two largest units. */
export function shownSpan(seconds: number, language: Language): string {
  const whole = Math.max(0, Math.floor(seconds));
  const units = [
    ["day", Math.floor(whole / 86_400)], ["hour", Math.floor(whole / 3600) % 24], ["minute", Math.floor(whole / 60) % 60],
    ["second", whole % 60],
  ] as const;
  const first = units.findIndex(([, count]) => count > 0);
  const shown = first === -1 ? units.slice(3) : units.slice(first, first + 2);
  return shown
    .map(([unit, count]) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count))
    .join(" ");
}
