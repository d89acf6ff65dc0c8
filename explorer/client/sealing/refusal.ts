// Why something of a sealed bid is refused: one name for each failure, with the values that belong to it.

import type { Values } from "../verifier/refusal.js";
import words from "./refusal_words.json" with { type: "json" };

export type RefusalName = keyof typeof words;
export type Language = "de" | "en";

const GROUPS: Readonly<Record<Language, ReadonlyMap<unknown, string>>> = {
  de: new Map([["officers", "Vertreter des Auftraggebers"], ["custodians", "Verwahrer"]]),
  en: new Map(),
};

/** What was given is not what it must be. `error` is the failure's name, `values` belong into its sentence; bytes are hex. */
export class Refusal extends Error {
  constructor(
    readonly error: RefusalName,
    readonly values: Values,
  ) {
    super(sentence(error, values, "en"));
  }
}

/** The shares of the header are not those that its seed gives. The seed is evidence if it gives some of them byte for byte:
 * only whoever sealed with it can have made those (docs/opening.md). */
export class SealsDiffer extends Refusal {
  constructor(
    readonly seed: Uint8Array,
    shares: readonly (readonly [number, number])[],
  ) {
    super("SealsDiffer", { shares });
  }
}

export function sentence(error: RefusalName, values: Values, language: Language): string {
  const shown = (name: string): string => GROUPS[language].get(values[name]) ?? String(values[name]);
  return words[error][language].replaceAll(/\{(\w+)\}/g, (_, name: string) => shown(name));
}

/** What was thrown, if it is a refusal. A fault of the program goes on its way: it must not look like a fault of the input. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Refusal)) throw error;
  return error;
}
