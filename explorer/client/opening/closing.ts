// What RoundClosed says (as ledger/opening/closing.py): two officers who see the same bids and envelopes get the same arguments.
// Late bids are admitted on the command line: their ground is a document, which this page has no place for.

import type { Bid, RoundFacts } from "./facts.js";

/** The arguments of `closeRound`, and what they come to: numbers of bids. */
export interface Close {
  readonly counted: number;
  readonly present: readonly bigint[];
  readonly admitted: readonly bigint[];
  readonly here: readonly number[];
  readonly missing: readonly number[];
  readonly late: readonly number[];
}

/** `isHere` says of a bid whether its envelope is here. */
export function close(facts: Pick<RoundFacts, "bids" | "timely" | "isLate">, isHere: (bid: Bid) => boolean): Close {
  const counted = facts.timely;
  const below = facts.bids.slice(0, counted);
  const live = below.filter(({ gone }) => gone === "none");
  const numbers = (bids: readonly Bid[]): number[] => bids.map(({ number }) => number);
  return {
    counted,
    present: bitmap(numbers(below.filter(isHere)), counted),
    admitted: bitmap([], counted),
    here: numbers(live.filter(isHere)),
    missing: numbers(live.filter((bid) => !isHere(bid))),
    late: numbers(facts.bids.filter((bid) => bid.gone === "none" && facts.isLate(bid))),
  };
}

function bitmap(numbers: readonly number[], counted: number): bigint[] {
  const words = Array<bigint>(Math.ceil(counted / 256)).fill(0n);
  for (const number of numbers) {
    const at = Math.floor(number / 256);
    words[at] = (words[at] as bigint) | (1n << BigInt(number % 256));
  }
  return words;
}
