// From a sealed envelope to an act in a block: upload, promise, transaction, each to be repeated as often as needed
// (docs/handing-in.md). Who is refused or kept waiting by one server takes the next, and in the end the chain's nodes.

import { toHex, type Hex } from "../verifier/bytes.js";
import type { Promised } from "../verifier/promise.js";
import { FOR_A_BLOCK, untilAnswered } from "./asking_again.js";
import { readPromise } from "./promise.js";
import { PageRefusal, Problem } from "./refusal.js";
import { ask, hurried, problemFrom, type Server } from "./servers.js";
import { readTerms, requireStill, type Terms } from "./terms.js";
import { promisedArrival, throughNode } from "./through_node.js";
import { Told } from "./told_members.js";
import { commitCall, signedTransaction, transactionHash, withdrawCall } from "./transaction.js";
import { uploadInVain, uploadWhole, type Progress } from "./upload.js";

/** A bid that can be handed in: what the receipt has. */
export interface ReadyBid {
  readonly terms: Terms;
  readonly envelope: Blob;
  readonly digest: Hex;
  readonly commitment: Hex;
  readonly author: Hex;
  /** The account's. */
  readonly key: Uint8Array;
  readonly supersedes: Hex;
  /** What a receiver signed before, if one did. */
  readonly promise: Promised | null;
  /** The one that was signed before, if there is one. */
  readonly transaction: Uint8Array | null;
}

export type Stage = "compare" | "upload" | "promise" | "commit" | "wait";

/** What the page hears on the way. */
export interface Hearing {
  readonly stage: (stage: Stage, server: Server) => void;
  readonly progress: Progress;
  /** Waited for: what is handed to a relay or a node stands in the receipt by then. */
  readonly signed: (promise: Promised | null, transaction: Uint8Array) => Promise<void>;
}

/** The act as a server or a node tells it; that it is so, the evidence bundle proves. */
export interface Recorded {
  readonly hash: Hex;
  readonly block: number;
  /** The block's, which is the arrival where nothing was promised. */
  readonly time: number;
  /** The second of arrival that the transaction carries; null without a promise, and of a withdrawal. */
  readonly promised: bigint | null;
  /** The node that alone says so; null where a receiver does. */
  readonly node: Server | null;
}

export interface Failure {
  readonly server: Server;
  readonly error: PageRefusal | Problem;
}

/**
 * No server took it; the failures in the order in which they were asked. `recorded`: the commitment is said to stand in the
 * ledger all the same, and what lacks is the envelope: no receiver has promised that it is there.
 */
export class HandInFailed extends Error {
  constructor(readonly failures: readonly Failure[], readonly recorded: Recorded | null = null) {
    super(failures.map(({ server, error }) => `${server.name}: ${error.message}`).join("; "));
  }
}

const DAY = 86_400n;
/** Seconds ahead that the ledger takes a call's end, all but a day. */
const LONGEST = 29n * DAY;

/** What was signed once is looked for first, also at the next server: its answer may only have been lost. Throws HandInFailed. */
export async function handIn(bid: ReadyBid, servers: readonly Server[], nodes: readonly Server[], hear: Hearing): Promise<Recorded> {
  let { promise, transaction: signed } = bid;
  const keep = async (raw: Uint8Array): Promise<void> => {
    await hear.signed(promise, raw);
    signed = raw;
  };
  const attempt = async (server: Server): Promise<Recorded> => {
    await compare(bid.terms, server, hear);
    // Committed without a promise, the bid still needs its envelope.
    if (signed !== null && promise !== null && await isUnderway(signed, server)) return await awaited(signed, server, hear);
    hear.stage("upload", server);
    await uploadWhole(server, bid.envelope, bid.digest, hear.progress);
    hear.stage("promise", server);
    const promised = readPromise(await ask(server, "/promises", { envelope: bid.digest }), bid.terms, bid);
    promise = promised;
    if (signed !== null && await isUnderway(signed, server)) {
      await keep(signed);
      return await awaited(signed, server, hear);
    }
    hear.stage("commit", server);
    const raw = await commitTransaction(bid, promised, server);
    await keep(raw);
    return await relayed(raw, server, hear);
  };
  try {
    return await byOneOf(bid, servers, attempt, [], nodes.length);
  } catch (error) {
    if (!(error instanceof HandInFailed) || nodes.length === 0) throw error;
    const calls = callsFor(bid, promise);
    const keepSigned = async (raw: Uint8Array): Promise<void> => {
      // The ledger took no call with the promise: nobody's word is left that the envelope is there.
      if (promisedArrival(raw) === null) promise = null;
      await keep(raw);
    };
    const recorded = await byOneOf(bid, nodes, (node) => throughNode(node, bid, { calls, signed, keep: keepSigned }, hear), error.failures);
    if (recorded.promised === null && promise === null) throw new HandInFailed(error.failures, recorded);
    return recorded;
  }
}

/**
 * With the promise, if there is one; in time without it, too, for the block's time is in time as well. Such a call ends with
 * the deadline, so that it makes no bid late: after it a promise still counts.
 */
function callsFor(bid: ReadyBid, promise: Promised | null): Uint8Array[] {
  const { deadline } = bid.terms;
  const now = BigInt(Math.floor(Date.now() / 1000));
  const isInTime = now <= deadline;
  const without = callOf(bid, null, isInTime && deadline <= now + LONGEST ? deadline : now + DAY);
  if (promise === null) return [without];
  return isInTime ? [callOf(bid, promise, promise.deliverBy), without] : [callOf(bid, promise, promise.deliverBy)];
}

export function callOf({ terms: { processId, round }, commitment, supersedes }: ReadyBid, promised: Promised | null, expires: bigint): Uint8Array {
  return commitCall({ processId, round, commitment, supersedes, expires, promised });
}

/** The same way with the same bytes, up to the last byte of the upload; nothing remains. Throws HandInFailed. */
export async function rehearse(bid: ReadyBid, servers: readonly Server[], hear: Hearing): Promise<void> {
  await byOneOf(bid, servers, async (server) => {
    await compare(bid.terms, server, hear);
    hear.stage("upload", server);
    await uploadInVain(server, bid.envelope, bid.digest, hear.progress);
  });
}

/** Throws HandInFailed. */
export async function withdraw(bid: ReadyBid, servers: readonly Server[], nodes: readonly Server[], hear: Hearing): Promise<Recorded> {
  const { chainId, ledger, processId, round } = bid.terms;
  const callAt = (now: number): Uint8Array => withdrawCall({ processId, round, commitment: bid.commitment, expires: BigInt(now) + DAY });
  let signed: Uint8Array | null = null;
  const attempt = async (server: Server): Promise<Recorded> => {
    const { now } = await compare(bid.terms, server, hear);
    hear.stage("commit", server);
    signed = signedTransaction(chainId, ledger, await nonceOf(bid, server), callAt(now), bid.key);
    return await relayed(signed, server, hear);
  };
  try {
    return await byOneOf(bid, servers, attempt, [], nodes.length);
  } catch (error) {
    if (!(error instanceof HandInFailed) || nodes.length === 0) throw error;
    const calls = [callAt(Math.floor(Date.now() / 1000))];
    const keep = async (raw: Uint8Array): Promise<void> => { signed = raw; };
    return await byOneOf(bid, nodes, (node) => throughNode(node, bid, { calls, signed, keep }, hear), error.failures);
  }
}

/** `before`: what failed on the way to here; `later`: how many can be asked after all of these. */
async function byOneOf<Found>(
  { terms: { deadline } }: ReadyBid, servers: readonly Server[], attempt: (server: Server) => Promise<Found>,
  before: readonly Failure[] = [], later = 0,
): Promise<Found> {
  const failures: Failure[] = [...before];
  for (const [at, server] of servers.entries()) {
    try {
      return await attempt(hurried(server, 1000 * Number(deadline), Date.now(), servers.length - 1 - at + later));
    } catch (error) {
      if (!(error instanceof PageRefusal || error instanceof Problem)) throw error;
      failures.push({ server, error });
    }
  }
  throw new HandInFailed(failures);
}

/** A server that now tells other terms gets nothing. */
async function compare(terms: Terms, server: Server, hear: Hearing): Promise<Terms> {
  hear.stage("compare", server);
  const now = await termsOf(server, terms);
  requireStill(terms, now, server.name);
  return now;
}

export async function termsOf(server: Server, asked: Pick<Terms, "processId" | "round">): Promise<Terms> {
  const { processId, round } = asked;
  return readTerms(await ask(server, `/processes/0x${processId}/rounds/${round}/sealing`), { processId, round });
}

/**
 * The transaction that commits the bid. It ends with the promise, or without one with the deadline, so the same promise gives
 * the same bytes: whoever comes back after a crash, and finds the account's last one to be this one, does not sign another.
 */
async function commitTransaction(bid: ReadyBid, promised: Promised, server: Server): Promise<Uint8Array> {
  const { chainId, ledger, deadline } = bid.terms;
  const call = callOf(bid, promised, promised.deliverBy);
  const nonce = await nonceOf(bid, server);
  const signedWith = (number: bigint, data: Uint8Array): Uint8Array => signedTransaction(chainId, ledger, number, data, bid.key);
  if (nonce > 0n) {
    const before = signedWith(nonce - 1n, call);
    if (await isKnown(before, server)) return before;
    const without = signedWith(nonce - 1n, callOf(bid, null, deadline));
    if (await isUnderway(without, server)) return without;
  }
  return signedWith(nonce, call);
}

export async function nonceOf({ author, terms }: ReadyBid, server: Server): Promise<bigint> {
  const told = new Told(server.name);
  const { nonce, chainId } = told.object(await ask(server, `/accounts/0x${author}`));
  return Number(chainId) === Number(terms.chainId) ? BigInt(told.whole(nonce)) : told.unreadable();
}

/** Handed to the relay, and waited for. */
async function relayed(raw: Uint8Array, server: Server, hear: Hearing): Promise<Recorded> {
  await ask(server, "/transactions", { raw: `0x${toHex(raw)}` });
  return await awaited(raw, server, hear);
}

/** Throws what refused it; TransactionWaiting if it takes long. */
async function awaited(raw: Uint8Array, server: Server, hear: Hearing): Promise<Recorded> {
  hear.stage("wait", server);
  const recorded = await untilAnswered(FOR_A_BLOCK, async () => {
    const found = await stateOf(raw, server);
    if (found.state === "refused") throw refusalOf(found);
    return found.state === "recorded" ? found : undefined;
  });
  if (recorded === undefined) throw new PageRefusal("TransactionWaiting", { server: server.name });
  const told = new Told(server.name);
  const [block, time] = [told.whole(recorded.block), told.moment(recorded.time)];
  return { hash: transactionHash(raw), block, time, promised: promisedArrival(raw), node: null };
}

/** Not one that was refused: with another promise it may count. */
export async function isUnderway(raw: Uint8Array, server: Server): Promise<boolean> {
  return ["waiting", "recorded"].includes(String((await stateOf(raw, server)).state));
}

async function isKnown(raw: Uint8Array, server: Server): Promise<boolean> {
  return (await stateOf(raw, server)).state !== "unknown";
}

async function stateOf(raw: Uint8Array, server: Server): Promise<Readonly<Record<string, unknown>>> {
  return object(await ask(server, `/transactions/0x${transactionHash(raw)}`));
}

function refusalOf(told: Readonly<Record<string, unknown>>): Problem {
  return problemFrom(409, JSON.stringify(told.problem));
}

function object(given: unknown): Readonly<Record<string, unknown>> {
  return (typeof given === "object" && given !== null ? given : {}) as Readonly<Record<string, unknown>>;
}
