// The evidence bundle that has the act of a bid in it, for its receipt.

import { untilAnswered, type Patience } from "./asking_again.js";
import type { ReadyBid } from "./hand_in.js";
import { PageRefusal, Problem } from "./refusal.js";
import { answered, ask, type Server } from "./servers.js";

const FOR_THE_INDEX: Patience = { tries: 30, pause: 1_000 };
/** A bundle has the documents of its process. */
const PATIENCE = 120_000;
const MOST_BYTES = 2 ** 28;

/** Null where none can be had now: a server whose index is behind, or a ledger without a log of its own. */
export async function proofOf(servers: readonly Server[], { terms, commitment }: ReadyBid): Promise<Blob | null> {
  const found = await untilAnswered(FOR_THE_INDEX, async () => {
    for (const server of servers) {
      try {
        // What is not in the index yet is not in a bundle either.
        const { found } = await ask(server, `/lookup/${commitment}`) as { found: readonly unknown[] };
        if (found.length === 0) continue;
        const answer = await answered(server, `/processes/0x${terms.processId}/evidence`, {}, PATIENCE);
        const bundle = await answer.blob();
        if (bundle.size <= MOST_BYTES) return bundle;
      } catch (error) {
        if (!(error instanceof PageRefusal || error instanceof Problem)) throw error;
      }
    }
    return undefined;
  });
  return found ?? null;
}
