// JSON as RFC 8259 has it, and no more: a field that stands twice is refused, a number keeps how it was written.

/** A number as it stands in the text. */
export class Numeral {
  constructor(readonly text: string) {}

  /** Whether it is written without fraction and exponent. */
  get isWhole(): boolean {
    return !/[.eE]/.test(this.text);
  }
}

export type Json = null | boolean | string | Numeral | Json[] | Fields;

/** An object, its fields in the order of the text. */
export class Fields extends Map<string, Json> {}

export class NoJson extends Error {}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const MOST_DIGITS = 4300;
const MOST_EXPONENT_DIGITS = 17;
export const DEEPEST = 64;

/** Reads one JSON text that nests at most 64 deep. Throws NoJson. */
export function parseJson(text: string): Json {
  let at = 0;

  function skip(): void {
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
  }

  function taken(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  function refuse(): never {
    throw new NoJson(`no JSON at character ${at}`);
  }

  function next(character: string): boolean {
    skip();
    if (text[at] !== character) return false;
    at += 1;
    return true;
  }

  function string(): string {
    if (text[at] !== '"') refuse();
    let end = at + 1;
    while (text[end] !== '"') {
      if (end >= text.length) refuse();
      end += text[end] === "\\" ? 2 : 1;
    }
    const written = text.slice(at, end + 1);
    try {
      const found = JSON.parse(written) as string;
      at = end + 1;
      return found;
    } catch {
      return refuse();
    }
  }

  function list(depth: number): Json[] {
    const found: Json[] = [];
    if (next("]")) return found;
    do found.push(value(depth));
    while (next(","));
    return next("]") ? found : refuse();
  }

  function object(depth: number): Fields {
    const found = new Fields();
    if (next("}")) return found;
    do {
      skip();
      const name = string();
      if (found.has(name)) throw new NoJson(`a field stands twice: ${name.slice(0, 80)}`);
      if (!next(":")) refuse();
      found.set(name, value(depth));
    } while (next(","));
    return next("}") ? found : refuse();
  }

  function literal(): Json {
    for (const [word, value] of [["null", null], ["true", true], ["false", false]] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return value;
      }
    }
    const number = new Numeral(taken(NUMBER) ?? refuse());
    const [digits, exponent] = number.text.split(/[eE]/).map((part) => part.replace(/^[+-]/, ""));
    if (number.isWhole && (digits as string).length > MOST_DIGITS) throw new NoJson("a number with too many digits");
    if ((exponent ?? "").length > MOST_EXPONENT_DIGITS) throw new NoJson("an exponent with too many digits");
    return number;
  }

  function value(depth: number): Json {
    skip();
    const first = text[at];
    if (first === '"') return string();
    if (first !== "[" && first !== "{") return literal();
    if (depth === DEEPEST) throw new NoJson(`nested more than ${DEEPEST} deep`);
    at += 1;
    return first === "[" ? list(depth + 1) : object(depth + 1);
  }

  const found = value(0);
  skip();
  if (at !== text.length) refuse();
  // Half a surrogate pair is no character: UTF-8 cannot hold it.
  if (/\\u[dD][89a-fA-F]/.test(text) && !isWellFormed(found)) throw new NoJson("half a surrogate pair");
  return found;
}

function isWellFormed(value: Json): boolean {
  if (typeof value === "string") return !/\p{Surrogate}/u.test(value);
  if (Array.isArray(value)) return value.every(isWellFormed);
  return !(value instanceof Fields) || [...value].every(([name, field]) => isWellFormed(name) && isWellFormed(field));
}
