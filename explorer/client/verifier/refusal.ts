// Why something is refused: one name for each failure, as everywhere in this house, with the values that belong to it.

/** What a sentence can have in it. Bytes are hex with 0x in front, as people are shown them. */
export type Value = string | number | bigint | readonly Value[];

export type Values = Readonly<Record<string, Value>>;

/** What was given proves nothing. `error` is the failure's name, `values` belong into its sentence. */
export class Refusal extends Error {
  constructor(
    readonly error: string,
    readonly values: Values,
  ) {
    super(`${error}: ${Object.entries(values).map(([name, value]) => `${name} ${String(value)}`).join(", ")}`);
  }
}

/** Something a reader should know: why a step is not provable, or what is left to judge. */
export interface Note {
  readonly note: string;
  readonly values: Values;
}

/** What a step asks cannot be shown, under this policy or with this bundle. */
export class NotProvable extends Error {
  constructor(readonly notes: readonly Note[]) {
    super("not provable");
  }
}

export function shown(hex: string): string {
  return "0x" + hex;
}
