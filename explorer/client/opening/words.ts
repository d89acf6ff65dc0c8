// What the officers' page says, in both languages.

import words from "./words.json" with { type: "json" };

export type Language = "de" | "en";
export type Word = keyof typeof words;
export type WordValues = Readonly<Record<string, string | number>>;
export type Say = (name: Word, values?: WordValues) => string;

/** In a round of answers some things are called otherwise. */
export function word(name: Word, language: Language, values: WordValues = {}, ofAnswers = false): string {
  const other = `${name}_answer`;
  return words[ofAnswers && other in words ? other as Word : name][language].replaceAll(/\{(\w+)\}/g, (_, value: string) => String(values[value]));
}
