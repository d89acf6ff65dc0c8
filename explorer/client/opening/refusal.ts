// Why the officers' page stops: one name for each failure, with the values that belong into its sentence.

import words from "./refusal_words.json" with { type: "json" };

export type OpeningRefusalName = keyof typeof words;
export type Values = Readonly<Record<string, string | number>>;

export class OpeningRefusal extends Error {
  constructor(
    readonly error: OpeningRefusalName,
    readonly values: Values = {},
  ) {
    super(openingSentence(error, values, "en"));
  }
}

export function openingSentence(error: OpeningRefusalName, values: Values, language: "de" | "en"): string {
  return words[error][language].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}
