// Values of a trust policy, as JSON gives them, read strictly. Each failure is PolicyInvalid, or PolicyUnreadable for what is
// no policy as a whole.

import { isHex, type Hex } from "./bytes.js";
import { Fields, Numeral, type Json } from "./json.js";
import { Refusal } from "./refusal.js";

export function invalid(field: string, reason: string): Refusal {
  // The policy itself is no field.
  return field === "" ? new Refusal("PolicyUnreadable", { reason }) : new Refusal("PolicyInvalid", { field, reason });
}

/** An object with exactly these fields, and perhaps optional ones. */
export function fields(
  field: string, value: Json | undefined, names: readonly string[], optional: readonly string[] = [],
): Fields {
  const known = value instanceof Fields ? [...names, ...optional].filter((name) => value.has(name)) : [];
  if (!(value instanceof Fields) || value.size !== known.length || !names.every((name) => value.has(name))) {
    throw invalid(field, `the fields must be ${[...names].sort().join(", ")}`);
  }
  return value;
}

/** 1 to 1,000 characters. */
export function text(field: string, value: Json | undefined): string {
  if (typeof value !== "string" || value === "" || [...value].length > 1000) throw invalid(field, "a text was expected");
  return value;
}

export function texts(field: string, value: Json | undefined): string[] {
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) {
    throw invalid(field, "a list of texts was expected");
  }
  return value as string[];
}

export function whole(
  field: string,
  value: Json | undefined,
  least: number,
  most: number,
  expected = `a whole number from ${least} to ${most} was expected`,
): number {
  const found = value instanceof Numeral && value.isWhole ? BigInt(value.text) : undefined;
  if (found === undefined || found < least || found > most) {
    throw invalid(field, expected);
  }
  return Number(found);
}

export function threshold(field: string, value: Json | undefined, witnesses: readonly unknown[]): number {
  const expected = witnesses.length === 0 ? "there are no witnesses, so 0 was expected" : undefined;
  return whole(field, value, 0, witnesses.length, expected);
}

export function hex(field: string, value: Json | undefined, size: number): Hex {
  if (!isHex(value, size)) throw invalid(field, `${size} bytes in lower-case hex were expected`);
  return value;
}
