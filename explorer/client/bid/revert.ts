// What the smart contract refuses a call with, by the failure's one name (`reverts.json`: the errors by their selectors).

import { toNumber, fromHex } from "../verifier/bytes.js";
import { MOMENTS } from "./problem_sentence.js";
import { Problem, type Values } from "./refusal.js";
import { shownMoment } from "./words.js";
import known from "./reverts.json" with { type: "json" };

interface Known {
  readonly name: string;
  /** English; placeholders are the parameters. */
  readonly sentence: string;
  /** Name and type, each a word of the data. */
  readonly parameters: readonly (readonly [string, string])[];
}

const SELECTOR = 8;
const WORD = 64;

/** Null for data of nothing known here; some nodes put it into an object of its own. */
export function revertOf(given: unknown): Problem | null {
  const data = typeof given === "object" && given !== null ? (given as { readonly data?: unknown }).data : given;
  if (typeof data !== "string" || !/^0x[0-9a-f]*$/i.test(data)) return null;
  const digits = data.slice(2).toLowerCase();
  const found = (known as unknown as Readonly<Record<string, Known>>)[digits.slice(0, SELECTOR)];
  if (found === undefined || digits.length !== SELECTOR + WORD * found.parameters.length) return null;
  const values: Values = Object.fromEntries(found.parameters.map(([name, type], at) => {
    const word = digits.slice(SELECTOR + WORD * at, SELECTOR + WORD * (at + 1));
    return [name, valueOf(word, type)];
  }));
  const detail = found.sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === "number" && MOMENTS.includes(name) ? shownMoment(value, "en") : String(value);
  });
  return new Problem(409, found.name, detail, values);
}

function valueOf(word: string, type: string): string | number {
  if (type === "bytes32") return `0x${word}`;
  if (type === "address") return `0x${word.slice(-40)}`;
  const number = toNumber(fromHex(word));
  return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : String(number);
}
