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
/** Of all bundles together that are fetched from one server. */
const MOST_BYTES = 2 ** 28;

/**
 * What `take` makes of the first bundle that it does not refuse. Null where none can be had now: a server whose index is
 * behind, or a ledger without a log of its own. Who gives a bundle that is refused for more than that it is older than the
 * act is asked no more.
 */
export async function proofOf<Taken extends object>(
  servers: readonly Server[], { terms, commitment }: ReadyBid, take: (bundle: Blob) => Promise<Taken>,
): Promise<Taken | null> {
  const left = new Map(servers.map((server) => [server, MOST_BYTES]));
  return await untilAnswered<Taken | null>(FOR_THE_INDEX, async () => {
    for (const [server, most] of left) {
      try {
        const told = new Told(server.name);
        // What is not in the index yet is not in a bundle either.
        const { found } = told.object(await ask(server, `/lookup/${commitment}`));
        if (told.list(found).length === 0) continue;
        const answer = await answered(server, `/processes/0x${terms.processId}/evidence`, {}, PATIENCE);
        const bundle = await bodyOf(server, answer.blob());
        left.set(server, most - bundle.size);
        if (bundle.size > most) left.delete(server);
        else return await take(bundle);
      } catch (error) {
        if (!(error instanceof PageRefusal || error instanceof Problem || error instanceof Refusal)) throw error;
        if (error instanceof Refusal && error.error !== "BidUnproven") left.delete(server);
      }
    }
    return left.size > 0 ? undefined : null;
  }) ?? null;
}
