// Figures: exact fractions of whole numbers, from decimal text. Nothing is rounded but what is shown.

const LONGEST = 60;
const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

/** In lowest terms, the lower number above zero. */
export class Figure {
  private constructor(
    readonly upper: bigint,
    readonly lower: bigint,
  ) {}

  static of(upper: bigint, lower = 1n): Figure {
    const sign = lower < 0n ? -1n : 1n;
    const shared = greatestCommon(upper < 0n ? -upper : upper, lower * sign) * sign;
    return new Figure(upper / shared, lower / shared);
  }

  plus(other: Figure): Figure {
    return Figure.of(this.upper * other.lower + other.upper * this.lower, this.lower * other.lower);
  }

  minus(other: Figure): Figure {
    return this.plus(Figure.of(-other.upper, other.lower));
  }

  times(other: Figure): Figure {
    return Figure.of(this.upper * other.upper, this.lower * other.lower);
  }

  /** `other` is not zero. */
  by(other: Figure): Figure {
    return Figure.of(this.upper * other.lower, this.lower * other.upper);
  }

  /** Below, at or above zero as this is less than, equal to, or more than the other. */
  compare(other: Figure): number {
    const difference = this.upper * other.lower - other.upper * this.lower;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  /** As it is computed with: `7`, or in lowest terms `22/7`. */
  get exact(): string {
    return this.lower === 1n ? String(this.upper) : `${this.upper}/${this.lower}`;
  }

  /** Rounded for people to so many decimal places, halves away from zero (DIN 1333). Decides nothing. */
  shown(places: number): string {
    const size = (this.upper < 0n ? -this.upper : this.upper) * 10n ** BigInt(places);
    const units = size / this.lower + (2n * (size % this.lower) >= this.lower ? 1n : 0n);
    const digits = String(units).padStart(places + 1, "0");
    const cut = digits.length - places;
    const sign = this.upper < 0n && units > 0n ? "-" : "";
    return sign + digits.slice(0, cut) + (places > 0 ? "." + digits.slice(cut) : "");
  }
}

export const ZERO = Figure.of(0n);
export const HUNDRED = Figure.of(100n);

/** The figure that decimal text is; undefined for anything else. */
export function readDecimal(text: unknown): Figure | undefined {
  if (typeof text !== "string" || text.length > LONGEST || !DECIMAL.test(text)) return undefined;
  const [whole, behind = ""] = text.split(".") as [string, string?];
  return Figure.of(BigInt(whole + behind), 10n ** BigInt(behind.length));
}

/** A figure as `exact` writes it. */
export function readExact(text: string): Figure {
  const [upper, lower = "1"] = text.split("/") as [string, string?];
  return Figure.of(BigInt(upper), BigInt(lower));
}

function greatestCommon(one: bigint, other: bigint): bigint {
  while (other !== 0n) [one, other] = [other, one % other];
  return one;
}
