// What RoundClosed says (as ledger/opening/closing.py): two officers who see the same bids and envelopes get the same arguments.

import type { Bid, RoundFacts } from "./facts.js";
import { OpeningRefusal } from "./refusal.js";

/** The arguments of `closeRound`, and what they come to: numbers of bids. */
export interface Close {
  readonly counted: number;
  readonly present: readonly bigint[];
  readonly admitted: readonly bigint[];
  readonly here: readonly number[];
  readonly missing: readonly number[];
  readonly late: readonly number[];
}

type Facts = Pick<RoundFacts, "bids" | "timely" | "isLate">;

/**
 * `isHere` says of a bid whether its envelope is here; `admit` are the numbers of late bids that two officers excuse (VgV
 * § 57(1) no. 1). Throws AdmissionInvalid.
 */
export function close(facts: Facts, isHere: (bid: Bid) => boolean, admit: readonly number[]): Close {
  for (const number of [...admit].sort((one, other) => one - other)) requireAdmissible(facts, isHere, number);
  const counted = Math.max(facts.timely, ...admit.map((number) => number + 1));
  const below = facts.bids.slice(0, counted);
  const live = below.filter(({ gone }) => gone === "none");
  const numbers = (bids: readonly Bid[]): number[] => bids.map(({ number }) => number);
  return {
    counted,
    present: bitmap(numbers(below.filter(isHere)), counted),
    admitted: bitmap(admit, counted),
    here: numbers(live.filter(isHere)),
    missing: numbers(live.filter((bid) => !isHere(bid))),
    late: numbers(lateBids(facts).filter(({ number }) => !admit.includes(number))),
  };
}

/** Bids that arrived late and were not taken back. */
export function lateBids(facts: Facts): readonly Bid[] {
  return facts.bids.filter((bid) => bid.gone === "none" && facts.isLate(bid));
}

/** Throws AdmissionInvalid. */
export function requireAdmissible(facts: Facts, isHere: (bid: Bid) => boolean, number: number): void {
  const bid = facts.bids[number];
  const why = bid === undefined ? "unknown" : bid.gone !== "none" ? bid.gone
    : !facts.isLate(bid) ? "inTime" : !isHere(bid) ? "notHere" : undefined;
  if (why !== undefined) throw new OpeningRefusal("AdmissionInvalid", { bid: number, why });
}

function bitmap(numbers: readonly number[], counted: number): bigint[] {
  const words = Array<bigint>(Math.ceil(counted / 256)).fill(0n);
  for (const number of numbers) {
    const at = Math.floor(number / 256);
    words[at] = (words[at] as bigint) | (1n << BigInt(number % 256));
  }
  return words;
}
