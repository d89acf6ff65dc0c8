// Members of an answer that nobody believes: each of its kind, or the answer cannot be understood.

import { PageRefusal } from "./refusal.js";

export type Members = Readonly<Record<string, unknown>>;

/** The last second of the year 9999: what is later no calendar shows. */
export const LATEST = 253_402_300_799;

/** Reads the members of one server's answer. All throw AnswerUnreadable. */
export class Told {
  constructor(private readonly server: string) {}

  object(given: unknown): Members {
    return typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Members) : this.unreadable();
  }

  list(given: unknown): readonly unknown[] {
    return Array.isArray(given) ? given : this.unreadable();
  }

  text(given: unknown): string {
    return typeof given === "string" ? given : this.unreadable();
  }

  textOrNull(given: unknown): string | null {
    return given === null ? null : this.text(given);
  }

  /** Whole, from zero. */
  whole(given: unknown, most = Number.MAX_SAFE_INTEGER): number {
    return Number.isSafeInteger(given) && (given as number) >= 0 && (given as number) <= most ? (given as number) : this.unreadable();
  }

  /** Seconds since 1970. */
  moment(given: unknown): number {
    return this.whole(given, LATEST);
  }

  unreadable(): never {
    throw new PageRefusal("AnswerUnreadable", { server: this.server });
  }
}
