// All that the page shows of a round at one moment.

import type { Terms } from "../bid/terms.js";
import type { Hex } from "../verifier/bytes.js";
import type { Brought } from "./counting.js";
import type { Bid, RoundFacts } from "./facts.js";
import type { Proposal, Recipient, RoundServer } from "./server.js";

export interface Look {
  readonly facts: RoundFacts;
  readonly proposals: readonly Proposal[];
  /** Of a round that is open. */
  readonly recipients: readonly Recipient[];
  /** The round is open, and its deadline has passed. */
  readonly isToClose: boolean;
  /** Of a closed round, for the first bid that is opened: who contributes does so for all. */
  readonly brought: readonly Brought[];
  /** Whether a bid's envelope is here. */
  isHere(bid: Bid): boolean;
}

/** `now` in seconds since 1970, by the server's clock. Throws what the server's answers are refused with. */
export async function look(server: RoundServer, now: number): Promise<Look> {
  const { facts, isHere } = await server.standing();
  const isOpen = facts.state === "open";
  const first = facts.state === "closed" ? facts.bids.find((bid) => facts.follows(bid) === "none") : undefined;
  return {
    facts,
    proposals: await server.proposals(),
    recipients: isOpen ? await server.rehearsal() : [],
    isToClose: isOpen && now > facts.deadline,
    isHere,
    brought: first === undefined ? [] : await server.contributions(first.commitment),
  };
}

/** The round that the page's address names. */
export type AskedRound = Pick<Terms, "processId" | "round">;

export function readAddress(path: string): AskedRound | undefined {
  const found = /\/opening\/(?:0x)?([0-9a-f]{64})\/([1-9][0-9]{0,9})\/?$/.exec(path);
  return found === null ? undefined : { processId: found[1] as Hex, round: BigInt(found[2] as string) };
}
