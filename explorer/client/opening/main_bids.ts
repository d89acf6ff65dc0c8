// To which bid an answer of a supplement round belongs (as ledger/opening/main_bids.py). It is what the answer says of itself:
// commitments are public, and an answer has an account of its own (ADR 138, 144).

import type { Hex } from "../verifier/bytes.js";
import type { Outcome } from "../verifier/procedure.js";
import type { RoundFacts } from "./facts.js";

/** `outcome`: how it ended; "none": not yet. */
export interface MainBid {
  readonly round: number;
  readonly bid: number;
  readonly outcome: Outcome;
}

export class MainBids {
  private readonly bids = new Map<Hex, MainBid[]>();

  /** All rounds of a process. */
  constructor(rounds: readonly RoundFacts[]) {
    for (const facts of rounds.filter(({ isSupplement }) => !isSupplement)) {
      for (const bid of facts.bids) {
        const outcome = facts.closing === null ? "none" : facts.ended(bid);
        const found = this.bids.get(bid.commitment) ?? [];
        this.bids.set(bid.commitment, [...found, { round: facts.number, bid: bid.number, outcome }]);
      }
    }
  }

  /** Of a commitment that somebody copied the one that was opened; several only where none of them was. */
  named(stated: unknown): readonly MainBid[] {
    const found = typeof stated === "string" ? this.bids.get(stated) ?? [] : [];
    const opened = found.filter(({ outcome }) => outcome === "opened");
    return opened.length > 0 ? opened : found;
  }
}
