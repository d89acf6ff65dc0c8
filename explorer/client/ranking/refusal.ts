// Why criteria, an evaluation or a ranking of them is refused: one name for each failure, with the values that belong to it.

import words from "./refusal_words.json" with { type: "json" };

export type RefusalName = keyof typeof words;
export type Language = "de" | "en";

/** `error` is the failure's name, `values` belong into its sentence. */
export class Refusal extends Error {
  constructor(
    readonly error: RefusalName,
    readonly values: Readonly<Record<string, string>>,
  ) {
    super(sentence(error, values, "en"));
  }
}

export function sentence(error: RefusalName, values: Readonly<Record<string, string>>, language: Language): string {
  return words[error][language].replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "?");
}
