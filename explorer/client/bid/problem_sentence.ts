// Servers answer in English; German has the same sentences for what people of a page can meet.

import { spokenBid } from "../sealing/bid_number.js";
import type { Problem } from "./refusal.js";
import { shownMoment, type Language } from "./words.js";

/** Values of problems that are seconds since 1970 (`ledger/errors.py`). */
export const MOMENTS: readonly string[] = ["arrival", "arrivedAt", "deadline", "deliverBy", "expires", "latest", "time", "until"];

/** Values of problems that are bids by the ledger's number (`numbers_of_bids` there), where not only `bid` is one. */
const BIDS: Readonly<Record<string, readonly string[]>> = { BidMismatch: ["bid", "found"] };

/** `words` are a page's German sentences by the problems' names. */
export function problemSentence({ name, detail, values }: Problem, language: Language, words: Readonly<Record<string, string>>): string {
  const german = words[name];
  if (language !== "de" || german === undefined) return `${detail} [${name}]`.trim();
  const bids = BIDS[name] ?? ["bid"];
  const shown = (value: string): string => {
    // Whatever a server says.
    const found: unknown = values[value] ?? "–";
    if (typeof found === "number" && MOMENTS.includes(value)) return shownMoment(found, language);
    if (typeof found === "number" && bids.includes(value)) return spokenBid(found);
    return typeof found === "string" ? found : JSON.stringify(found);
  };
  return `${german.replaceAll(/\{(\w+)\}/g, (_, value: string) => shown(value))} [${name}]`;
}
