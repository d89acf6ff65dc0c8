// A bid's transaction without any receiver's relay: given to a node of the chain, and looked for there (docs/handing-in.md).

import { equal, type Hex } from "../verifier/bytes.js";
import { FOR_A_BLOCK, untilAnswered } from "./asking_again.js";
import { ChainNode, type InBlock } from "./chain_node.js";
import type { Hearing, ReadyBid, Recorded } from "./hand_in.js";
import { PageRefusal, Problem } from "./refusal.js";
import type { Server } from "./servers.js";
import { arrivalIn, readSigned, signedTransaction, transactionHash } from "./transaction.js";
/** What the ledger refuses a promise with, or a call that ends with it. */
import ofPromises from "./of_promises.json" with { type: "json" };

/** An account is made for one bid: whoever names a higher number lies, and what is signed with it could wait for ever. */
const MOST_NONCE = 10_000n;

export interface Given {
  /** Calls that would do; the first that the ledger would record is signed. */
  readonly calls: readonly Uint8Array[];
  /** What was signed last, by whatever way it was sent. */
  readonly signed: Uint8Array | null;
  /** Waited for, before anything new is sent. */
  readonly keep: (raw: Uint8Array) => Promise<void>;
}

/** Throws what `ChainNode` throws, TransactionFailed, TransactionWaiting. */
export async function throughNode(server: Server, bid: ReadyBid, { calls, signed, keep }: Given, hear: Hearing): Promise<Recorded> {
  const { author: from, commitment, key, terms: { chainId, ledger } } = bid;
  const node = new ChainNode(server);
  hear.stage("compare", server);
  await node.requireChain(chainId);
  const before = signed === null ? null : await node.inBlock(transactionHash(signed), ledger, commitment);
  if (signed !== null && before?.isDone) return await recordedAs(signed, before, node);
  hear.stage("commit", server);
  const nonce = await node.nextNonce(from);
  if (nonce > MOST_NONCE) throw new PageRefusal("AnswerUnreadable", { server: server.name });
  // One that stands in a block and did nothing never counts any more.
  const old = signed === null || before !== null ? null : readSigned(signed);
  if (signed !== null && old?.nonce === nonce - 1n && await node.knows(transactionHash(signed))) return await awaited(signed);
  const tried = old?.nonce === nonce ? [old.data, ...calls] : calls;
  const raw = signedTransaction(chainId, ledger, nonce, await acceptable(tried), key);
  if (signed === null || !equal(raw, signed)) await keep(raw);
  await node.send(raw, transactionHash(raw));
  return await awaited(raw);

  /** Another promise, or none, is worth trying only where the promise is what does not fit. */
  async function acceptable([data, ...others]: readonly Uint8Array[]): Promise<Uint8Array> {
    try {
      await node.run({ from, to: ledger, data: data as Uint8Array });
      return data as Uint8Array;
    } catch (error) {
      if (others.length === 0 || !(error instanceof Problem && ofPromises.includes(error.name))) throw error;
      return await acceptable(others);
    }
  }

  async function awaited(sent: Uint8Array): Promise<Recorded> {
    hear.stage("wait", server);
    const found = await untilAnswered(FOR_A_BLOCK, async () =>
      (await node.inBlock(transactionHash(sent), ledger, commitment)) ?? undefined);
    if (found === undefined) throw new PageRefusal("TransactionWaiting", { server: server.name });
    if (found.isDone) return await recordedAs(sent, found, node);
    await node.run({ from, to: ledger, data: readSigned(sent)?.data as Uint8Array }, found.block);
    throw new PageRefusal("TransactionFailed", { server: server.name, block: String(found.block) });
  }
}

async function recordedAs(raw: Uint8Array, { block, namesIt }: InBlock, node: ChainNode): Promise<Recorded> {
  // On a chain without this ledger anything succeeds, and does nothing.
  if (!namesIt) throw new PageRefusal("AnswerUnreadable", { server: node.server.name });
  const time = await node.timeOf(block);
  return { hash: transactionHash(raw) as Hex, block: Number(block), time, promised: promisedArrival(raw), node: node.server };
}

/** The second that a receiver promised, of a transaction that commits; null without a promise. */
export function promisedArrival(raw: Uint8Array): bigint | null {
  const data = readSigned(raw)?.data;
  return data === undefined ? null : arrivalIn(data);
}
