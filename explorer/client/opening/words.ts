// What the officers' page says, in both languages.

import words from "./words.json" with { type: "json" };

export type Language = "de" | "en";
export type Word = keyof typeof words;
export type WordValues = Readonly<Record<string, string | number>>;
export type Say = (name: Word, values?: WordValues) => string;

export function word(name: Word, language: Language, values: WordValues = {}): string {
  return words[name][language].replaceAll(/\{(\w+)\}/g, (_, value: string) => String(values[value]));
}
