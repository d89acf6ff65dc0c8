// What an officer does with the bids of a closed round, one after the other.

import type { Terms } from "../bid/terms.js";
import { followed, type Count, type FalseContribution, type Found } from "./counting.js";
import type { Bid, RoundFacts } from "./facts.js";
import type { SignedContribution } from "../sealing/signed_contribution.js";
import type { SealedRound } from "./sealed_round.js";
import type { RoundServer } from "./server.js";
import { ask, holdsKeys } from "./worker_client.js";

/** Outcomes in one act: about half of what the gas of a transaction is enough for. */
export const MOST_OUTCOMES = 800;

export interface Contributed {
  readonly count: number;
  readonly refused: readonly { readonly bid: number; readonly error: unknown }[];
}

/** As its bids' headers name it, sealed when the deadline was the final one. */
export function sealedRound({ chainId, ledger, processId, round, keySetId, keySet }: Terms, { deadline }: RoundFacts): SealedRound {
  return {
    context: { chainId, ledger, processId, round, keySet: keySetId, notBefore: BigInt(deadline) },
    keySet: { officers: keySet.officers, custodians: keySet.custodians },
  };
}

/** Bids that the close counts. */
export function countedBids({ bids, closing }: RoundFacts): readonly Bid[] {
  return bids.slice(0, closing?.counted ?? 0);
}

/** Seals the own share of each bid again to the officers, signs it, and hands all in. Throws what the server refuses them with. */
export async function contribute(server: RoundServer, round: SealedRound, facts: RoundFacts, officer: number): Promise<Contributed> {
  const made: SignedContribution[] = [];
  const refused: { bid: number; error: unknown }[] = [];
  for (const bid of countedBids(facts)) {
    if (facts.follows(bid) !== "none") continue;
    try {
      const header = await server.header(bid.commitment);
      const now = Math.floor(Date.now() / 1000);
      made.push(await ask("contribution", { round, bid: named(bid), header, officer, now }));
    } catch (error) {
      if (!holdsKeys()) throw error;
      refused.push({ bid: bid.number, error });
    }
  }
  if (made.length > 0) await server.contribute(made);
  return { count: made.length, refused };
}

/** Opens all bids that are counted; `told` hears of each before it is opened. */
export async function openAll(
  server: RoundServer, round: SealedRound, facts: RoundFacts, officer: number, told: (bid: number, done: number, count: number) => void,
): Promise<Count> {
  const found: Found[] = [];
  const unfinished: { bid: number; error: unknown }[] = [];
  const wrong: FalseContribution[] = [];
  const counted = countedBids(facts);
  for (const [done, bid] of counted.entries()) {
    const outcome = facts.follows(bid);
    if (outcome !== "none") {
      found.push(followed(bid, outcome));
      continue;
    }
    told(bid.number, done, counted.length);
    try {
      const envelope = await server.envelope(bid.commitment);
      const brought = await server.contributions(bid.commitment);
      const given = { round, bid: named(bid), envelope, brought, officer };
      const opened = await ask("open", given);
      found.push(opened.found);
      wrong.push(...opened.false);
    } catch (error) {
      if (!holdsKeys()) throw error;
      unfinished.push({ bid: bid.number, error });
    }
  }
  return { found, unfinished, wrong };
}

function named({ number, author, commitment }: Bid): Pick<Bid, "number" | "author" | "commitment"> {
  return { number, author, commitment };
}
