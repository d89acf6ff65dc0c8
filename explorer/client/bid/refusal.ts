// Why the page stops: one name for each failure, with the values that belong into its sentence (refusal_words.json).

import words from "./refusal_words.json" with { type: "json" };

export type PageRefusalName = keyof typeof words;
export type Values = Readonly<Record<string, string | number>>;

/** Something does not fit together, or was refused. `at` is when, by the own clock, in milliseconds since 1970. */
export class PageRefusal extends Error {
  constructor(
    readonly error: PageRefusalName,
    readonly values: Values = {},
    readonly at: number = Date.now(),
  ) {
    super(pageSentence(error, values, "en"));
  }
}

export function pageSentence(error: PageRefusalName, values: Values, language: "de" | "en"): string {
  return words[error][language].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** A server's refusal (RFC 9457): `name` is the failure's one name in this house, `detail` its English sentence. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly name: string,
    readonly detail: string,
    /** The offending ones by name. */
    readonly values: Values = {},
    readonly at: number = Date.now(),
  ) {
    super(`${name}: ${detail}`);
  }
}
