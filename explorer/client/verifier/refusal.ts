// Why something is refused: one name for each failure, as everywhere in this house, with the values that belong to it.

import type { NoteName, RefusalName } from "./sentences.js";

/** What a sentence can have in it. Bytes are hex with 0x in front, as people are shown them. */
export type Value = string | number | bigint | readonly Value[];

export type Values = Readonly<Record<string, Value>>;

/** What was given proves nothing. `error` is the failure's name, `values` belong into its sentence. */
export class Refusal extends Error {
  constructor(
    readonly error: RefusalName,
    readonly values: Values,
  ) {
    super(`${error}: ${Object.entries(values).map(([name, value]) => `${name} ${String(value)}`).join(", ")}`);
  }
}

/** Something a reader should know: why a step is not provable, or what is left to judge. */
export interface Note {
  readonly note: NoteName;
  readonly values: Values;
}

/** What a step asks cannot be shown, under this policy or with this bundle. */
export class NotProvable extends Error {
  constructor(readonly notes: readonly Note[]) {
    super("not provable");
  }
}

/** What was thrown, if it is of one of these kinds. All else goes on its way. */
export function thrown<Kind extends Error>(error: unknown, ...kinds: readonly (abstract new (...args: never[]) => Kind)[]): Kind {
  /* istanbul ignore if -- a fault of the program, which no input brings about, must not look like a fault of the input */
  if (!kinds.some((kind) => error instanceof kind)) throw error;
  return error as Kind;
}

export function shown(hex: string): string {
  return "0x" + hex;
}
