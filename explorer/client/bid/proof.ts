// The evidence bundle that has the act of a bid in it, for its receipt.

import { Refusal } from "../verifier/refusal.js";
import { untilAnswered, type Patience } from "./asking_again.js";
import type { ReadyBid } from "./hand_in.js";
import { PageRefusal, Problem } from "./refusal.js";
import { answered, ask, bodyOf, type Server } from "./servers.js";
import { Told } from "./told_members.js";

const FOR_THE_INDEX: Patience = { tries: 30, pause: 1_000 };
/** A bundle has the documents of its process. */
const PATIENCE = 120_000;
const MOST_BYTES = 2 ** 28;

/**
 * What `take` makes of the first bundle that it does not refuse. Null where none can be had now: a server whose index is
 * behind, or a ledger without a log of its own.
 */
export async function proofOf<Taken extends object>(
  servers: readonly Server[], { terms, commitment }: ReadyBid, take: (bundle: Blob) => Promise<Taken>,
): Promise<Taken | null> {
  const found = await untilAnswered(FOR_THE_INDEX, async () => {
    for (const server of servers) {
      try {
        const told = new Told(server.name);
        // What is not in the index yet is not in a bundle either.
        const { found } = told.object(await ask(server, `/lookup/${commitment}`));
        if (told.list(found).length === 0) continue;
        const answer = await answered(server, `/processes/0x${terms.processId}/evidence`, {}, PATIENCE);
        const bundle = await bodyOf(server, answer.blob());
        if (bundle.size <= MOST_BYTES) return await take(bundle);
      } catch (error) {
        if (!(error instanceof PageRefusal || error instanceof Problem || error instanceof Refusal)) throw error;
      }
    }
    return undefined;
  });
  return found ?? null;
}
