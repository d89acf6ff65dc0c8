// A part of a document in JSON, read strictly: what the format does not allow is refused, and told with its place.

import { fromUtf8, type Hex } from "../verifier/bytes.js";
import { Fields, NoJson, Numeral, parseJson, type Json } from "../verifier/json.js";
import { readDecimal, type Figure } from "./figure.js";
import { Refusal } from "./refusal.js";

const MOST_BYTES = 2 ** 20;
const ID = /^[A-Za-z0-9._-]{1,64}$/;

type Refused = "CriteriaInvalid" | "EvaluationInvalid";

/** One value. Each method gives what it is, or throws the document's refusal with a reason that begins with the place. */
export class Part {
  private constructor(
    readonly value: Json,
    private readonly place: string,
    private readonly refused: Refused,
  ) {}

  /** The whole document: JSON in UTF-8 without a byte order mark, of at most 1 MiB, that says nothing twice. */
  static of(data: Uint8Array, refused: Refused): Part {
    const fail = (why: string): never => {
      throw new Refusal(refused, { reason: `no strict JSON: ${why}` });
    };
    const text = data.length > MOST_BYTES ? fail("more than 1 MiB") : (fromUtf8(data) ?? fail("no UTF-8"));
    try {
      return new Part(parseJson(text), "", refused);
    } catch (error) {
      if (!(error instanceof NoJson)) throw error;
      return fail(error.message);
    }
  }

  refuse(why: string): never {
    throw new Refusal(this.refused, { reason: this.place ? `${this.place}: ${why}` : why });
  }

  /** The members of an object, which are exactly these. */
  members<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, Part>> {
    const { value } = this;
    if (!(value instanceof Fields)) return this.refuse("is no object");
    for (const name of names) if (!value.has(name)) this.refuse(`has no member ${name}`);
    for (const name of value.keys()) if (!(names as readonly string[]).includes(name)) this.refuse(`has an unknown member ${name}`);
    return Object.fromEntries(names.map((name) => [name, this.inside(name, value.get(name) as Json)])) as Record<Name, Part>;
  }

  items(): readonly Part[] {
    if (!Array.isArray(this.value)) return this.refuse("is no list");
    return this.value.map((each, at) => this.inside(at, each));
  }

  /** What the reading of a value gives, or null of null. */
  orNull<Found>(reading: (part: Part) => Found): Found | null {
    return this.value === null ? null : reading(this);
  }

  text(): string {
    return typeof this.value === "string" && this.value !== "" ? this.value : this.refuse("is no text");
  }

  id(): string {
    return this.matching(ID, "is no id");
  }

  currency(): string {
    return this.matching(/^[A-Z]{3}$/, "is no currency");
  }

  digest(): Hex {
    return this.matching(/^[0-9a-f]{64}$/, "is no digest");
  }

  oneOf<Word extends string>(...words: readonly Word[]): Word {
    return words.find((word) => word === this.value) ?? this.refuse(`is none of ${words.join(", ")}`);
  }

  flag(): boolean {
    return typeof this.value === "boolean" ? this.value : this.refuse("is neither true nor false");
  }

  /** A whole number written in digits, from `least` to 2^53 - 1. */
  whole(least: number): number {
    const { value } = this;
    const number = value instanceof Numeral && value.isWhole ? Number(value.text) : Number.NaN;
    if (!Number.isSafeInteger(number) || number < least) this.refuse(`is no whole number from ${least} on`);
    return number + 0;
  }

  /** Decimal text, perhaps below zero. */
  amount(): Figure {
    return readDecimal(this.value) ?? this.refuse("is no decimal text");
  }

  /** Decimal text without a minus. */
  decimal(): Figure {
    return String(this.value).startsWith("-") ? this.refuse("is no decimal text") : this.amount();
  }

  /** None of these, which stand in this list, stands twice. */
  requireOnce(ids: readonly (string | number)[]): void {
    const seen = new Set<string | number>();
    for (const id of ids) {
      if (seen.has(id)) this.refuse(`has ${id} twice`);
      seen.add(id);
    }
  }

  private inside(name: string | number, value: Json): Part {
    return new Part(value, this.place ? `${this.place}/${name}` : String(name), this.refused);
  }

  private matching(form: RegExp, why: string): string {
    return typeof this.value === "string" && form.test(this.value) ? this.value : this.refuse(why);
  }
}
