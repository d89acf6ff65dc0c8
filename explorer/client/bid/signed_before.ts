// A bid's transaction that its receipt does not have, since it was saved earlier, and after which its account may have gone on: with
// a variant beside the bid, or with one that replaces it.

import { readEnvelope } from "../sealing/envelope.js";
import type { Promised } from "../verifier/promise.js";
import { ChainNode } from "./chain_node.js";
import { callOf, isUnderway, nonceOf, type ReadyBid } from "./hand_in.js";
import { readPromise } from "./promise.js";
import { PageRefusal, Problem } from "./refusal.js";
import { ask, hurried, type Server } from "./servers.js";
import { signedTransaction, transactionHash } from "./transaction.js";

/** So many of the account's last numbers are looked at: a server could tell any. */
const MOST_NUMBERS = 32n;

export interface Signed {
  /** Null where none is there. */
  readonly promise: Promised | null;
  readonly transaction: Uint8Array;
}

/**
 * Made anew from what always gives the same, with each number that the account has used; null where nobody who answers has it
 * recorded or on its way. Nodes are asked where no server answers.
 */
export async function signedBefore(bid: ReadyBid, servers: readonly Server[], nodes: readonly Server[]): Promise<Signed | null> {
  for (const [those, signedAt] of [[servers, signedAtServer], [nodes, signedAtNode]] as const) {
    let isAnswered = false;
    for (const one of those) {
      try {
        // All of them are asked again when the bid is handed in.
        const found = await signedAt(bid, hurried(one, 1000 * Number(bid.terms.deadline), Date.now(), servers.length + nodes.length));
        if (found !== null) return found;
        isAnswered = true;
      } catch (error) {
        // Not there, or not to be reached: handing in tells it, if it matters.
        if (!(error instanceof PageRefusal || error instanceof Problem)) throw error;
      }
    }
    if (isAnswered) return null;
  }
  return null;
}

async function signedAtServer(bid: ReadyBid, server: Server): Promise<Signed | null> {
  const next = await nonceOf(bid, server);
  if (next === 0n) return null;
  const promise = await promiseAt(bid, server);
  const transaction = await found(bid, promise, next, (raw) => isUnderway(raw, server));
  return transaction && { promise: bid.promise ?? promise, transaction };
}

async function signedAtNode(bid: ReadyBid, server: Server): Promise<Signed | null> {
  const { author, commitment, terms: { chainId, ledger } } = bid;
  const node = new ChainNode(server);
  await node.requireChain(chainId);
  const transaction = await found(bid, null, await node.nextNonce(author), async (raw) => {
    const hash = transactionHash(raw);
    const inBlock = await node.inBlock(hash, ledger, commitment);
    return inBlock === null ? await node.knows(hash) : inBlock.isDone && inBlock.namesIt;
  });
  return transaction && { promise: bid.promise, transaction };
}

/** Null where the server has no envelope that it could promise: without a promise the bid can have been committed all the same. */
async function promiseAt(bid: ReadyBid, server: Server): Promise<Promised | null> {
  try {
    return readPromise(await ask(server, "/promises", { envelope: bid.digest }), bid.terms, bid);
  } catch (error) {
    if (!(error instanceof PageRefusal || error instanceof Problem)) throw error;
    return null;
  }
}

/** The newest number first. */
async function found(
  bid: ReadyBid, promise: Promised | null, next: bigint, isThere: (raw: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array | null> {
  const { terms: { chainId, ledger, deadline }, key } = bid;
  // Without a promise a call ends with the deadline, which may have been an earlier one then.
  const { header: { sealed } } = await readEnvelope(bid.envelope);
  const calls = [
    ...[bid.promise, promise].filter((each) => each !== null).map((each) => callOf(bid, each, each.deliverBy)),
    ...[...new Set([deadline, sealed.notBefore])].map((expires) => callOf(bid, null, expires)),
  ];
  for (let number = next - 1n; number >= 0n && number >= next - MOST_NUMBERS; number -= 1n) {
    for (const call of calls) {
      const transaction = signedTransaction(chainId, ledger, number, call, key);
      if (await isThere(transaction)) return transaction;
    }
  }
  return null;
}
