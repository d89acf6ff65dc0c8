// Why the officers' page stops: one name for each failure, with the values that belong into its sentence.

import words from "./refusal_words.json" with { type: "json" };

export type OpeningRefusalName = Exclude<keyof typeof words, `${string}_answer`>;
export type Values = Readonly<Record<string, string | number>>;

export class OpeningRefusal extends Error {
  constructor(
    readonly error: OpeningRefusalName,
    readonly values: Values = {},
  ) {
    super(openingSentence(error, values, "en"));
  }
}

/** In a round of answers some sentences are others. */
export function openingSentence(error: OpeningRefusalName, values: Values, language: "de" | "en", ofAnswers = false): string {
  const other = `${error}_answer`;
  return words[ofAnswers && other in words ? other as keyof typeof words : error][language].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}
