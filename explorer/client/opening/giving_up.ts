// Bids that officers record without opening them, because their shares did not come (docs/opening.md): nobody is blamed, and the
// receipt opens them later. Two officers who give up the same write the same, whatever each of them saw of it.

import { proposedOutcomes } from "./acts.js";
import { givenUp, type Count, type Found } from "./counting.js";
import type { Bid } from "./facts.js";
import type { Proposal } from "./server.js";
import type { Hex } from "../verifier/bytes.js";

/** The count, with the bids that are given up in their places; one that opens cannot be given up. */
export function withoutThem(count: Count, bids: readonly Bid[], without: readonly number[]): Count {
  const isGivenUp = ({ bid }: { readonly bid: number }): boolean => without.includes(bid);
  const given = count.unfinished.filter(isGivenUp).map(({ bid }) => givenUp(bids[bid] as Bid));
  return {
    ...count,
    found: [...count.found, ...given].sort((one: Found, other: Found) => one.bid - other.bid),
    unfinished: count.unfinished.filter((each) => !isGivenUp(each)),
  };
}

/** An opening that somebody proposed and in which bids are given up. */
export interface ProposedWithout {
  readonly account: Hex;
  readonly bids: readonly number[];
}

export function proposedWithout(proposals: readonly Proposal[], bids: readonly Bid[]): ProposedWithout[] {
  return proposals.flatMap(({ account, call }) => {
    const { start, evidence } = proposedOutcomes(call) ?? { start: 0, evidence: [] };
    const given = bids.slice(start, start + evidence.length)
      .filter((bid, at) => givenUp(bid).outcome.evidence === evidence[at]).map(({ number }) => number);
    return given.length === 0 ? [] : [{ account, bids: given }];
  });
}
