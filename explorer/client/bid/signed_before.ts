// A bid's transaction that its receipt does not have, since it was saved earlier, and after which its account went on: with a
// variant beside the bid, or with one that replaces it.

import type { Promised } from "../verifier/promise.js";
import { callOf, isUnderway, nonceOf, type ReadyBid } from "./hand_in.js";
import { readPromise } from "./promise.js";
import { PageRefusal, Problem } from "./refusal.js";
import { ask, type Server } from "./servers.js";
import { signedTransaction } from "./transaction.js";

/** So many of the account's last numbers are looked at: a server could tell any. */
const MOST_NUMBERS = 32n;

export interface Signed {
  readonly promise: Promised;
  readonly transaction: Uint8Array;
}

/**
 * Made anew from the promise, which is always the same, with each number that the account has used; null where no server has it
 * recorded or on its way.
 */
export async function signedBefore(bid: ReadyBid, servers: readonly Server[]): Promise<Signed | null> {
  for (const server of servers) {
    try {
      const found = await signedAt(bid, server);
      if (found !== null) return found;
    } catch (error) {
      // Not there, or not to be reached: handing in tells it, if it matters.
      if (!(error instanceof PageRefusal || error instanceof Problem)) throw error;
    }
  }
  return null;
}

async function signedAt(bid: ReadyBid, server: Server): Promise<Signed | null> {
  const { terms: { chainId, ledger }, key } = bid;
  const next = await nonceOf(bid, server);
  if (next === 0n) return null;
  const promise = readPromise(await ask(server, "/promises", { envelope: bid.digest }), bid.terms, bid);
  const call = callOf(bid, promise, promise.deliverBy);
  for (let number = next - 1n; number >= 0n && number >= next - MOST_NUMBERS; number -= 1n) {
    const transaction = signedTransaction(chainId, ledger, number, call, key);
    if (await isUnderway(transaction, server)) return { promise, transaction };
  }
  return null;
}
