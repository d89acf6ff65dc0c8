// The evidence bundle that has the act of a bid in it, for its receipt.

import type { ReadyBid } from "./hand_in.js";
import { PageRefusal, Problem } from "./refusal.js";
import { answered, ask, type Server } from "./servers.js";

const TRIES = 30;
const AGAIN_AFTER = 1_000;
/** A bundle has the documents of its process. */
const PATIENCE = 120_000;
const MOST_BYTES = 2 ** 28;

/** Null where none can be had now: a server whose index is behind, or a ledger without a log of its own. */
export async function proofOf(servers: readonly Server[], { terms, commitment }: ReadyBid): Promise<Blob | null> {
  for (let tried = 0; tried < TRIES; tried += 1) {
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
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  }
  return null;
}
