// From a sealed envelope to an act in a block: upload, promise, transaction, each to be repeated as often as needed
// (docs/handing-in.md). Who is refused or kept waiting by one server takes the next.

import { toHex, type Hex } from "../verifier/bytes.js";
import type { Promised } from "../verifier/promise.js";
import { readPromise } from "./promise.js";
import { PageRefusal, Problem } from "./refusal.js";
import { ask, problemFrom, type Server } from "./servers.js";
import { readTerms, requireStill, type Terms } from "./terms.js";
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
  /** The one that was signed before, if there is one. */
  readonly transaction: Uint8Array | null;
}

export type Stage = "compare" | "upload" | "promise" | "commit" | "wait";

/** What the page hears on the way. */
export interface Hearing {
  readonly stage: (stage: Stage, server: Server) => void;
  readonly progress: Progress;
  /** Waited for: what is handed to the relay stands in the receipt by then. */
  readonly promised: (promise: Promised, transaction: Uint8Array) => Promise<void>;
}

/** The act as the server tells it; that it is so, the evidence bundle proves. */
export interface Recorded {
  readonly hash: Hex;
  readonly block: number;
  readonly time: number;
}

export interface Failure {
  readonly server: Server;
  readonly error: PageRefusal | Problem;
}

/** No server took it; the failures in the order in which they were asked. */
export class HandInFailed extends Error {
  constructor(readonly failures: readonly Failure[]) {
    super(failures.map(({ server, error }) => `${server.name}: ${error.message}`).join("; "));
  }
}

const AGAIN_AFTER = 1_000;
const POLLS = 90;
const DAY = 86_400n;

/** What was signed once is looked for first, also at the next server: its answer may only have been lost. Throws HandInFailed. */
export async function handIn(bid: ReadyBid, servers: readonly Server[], hear: Hearing): Promise<Recorded> {
  let signed = bid.transaction;
  return await byOneOf(servers, async (server) => {
    await compare(bid.terms, server, hear);
    if (signed !== null && await isKnown(signed, server)) return await awaited(signed, server, hear);
    hear.stage("upload", server);
    await uploadWhole(server, bid.envelope, bid.digest, hear.progress);
    hear.stage("promise", server);
    const promise = readPromise(await ask(server, "/promises", { envelope: bid.digest }), bid.terms, bid);
    hear.stage("commit", server);
    const raw = await commitTransaction(bid, promise, server);
    await hear.promised(promise, raw);
    signed = raw;
    return await relayed(raw, server, hear);
  });
}

/** The same way with the same bytes, up to the last byte of the upload; nothing remains. Throws HandInFailed. */
export async function rehearse(bid: ReadyBid, servers: readonly Server[], hear: Hearing): Promise<void> {
  await byOneOf(servers, async (server) => {
    await compare(bid.terms, server, hear);
    hear.stage("upload", server);
    await uploadInVain(server, bid.envelope, bid.digest, hear.progress);
  });
}

/** Throws HandInFailed. */
export async function withdraw(bid: ReadyBid, servers: readonly Server[], hear: Hearing): Promise<Recorded> {
  return await byOneOf(servers, async (server) => {
    const now = await compare(bid.terms, server, hear);
    hear.stage("commit", server);
    const { processId, round } = bid.terms;
    const call = withdrawCall({ processId, round, commitment: bid.commitment, expires: BigInt(now.now) + DAY });
    const raw = signedTransaction(bid.terms.chainId, bid.terms.ledger, await nonceOf(bid, server), call, bid.key);
    return await relayed(raw, server, hear);
  });
}

async function byOneOf<Found>(servers: readonly Server[], attempt: (server: Server) => Promise<Found>): Promise<Found> {
  const failures: Failure[] = [];
  for (const server of servers) {
    try {
      return await attempt(server);
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
 * The transaction that commits the bid. It ends with the promise, so the same promise gives the same bytes: whoever comes back
 * after a crash, and finds the account's last one to be this one, does not sign another.
 */
async function commitTransaction(bid: ReadyBid, promised: Promised, server: Server): Promise<Uint8Array> {
  const { chainId, ledger, processId, round } = bid.terms;
  const { commitment, supersedes } = bid;
  const call = commitCall({ processId, round, commitment, supersedes, expires: promised.deliverBy, promised });
  const nonce = await nonceOf(bid, server);
  if (nonce > 0n) {
    const before = signedTransaction(chainId, ledger, nonce - 1n, call, bid.key);
    if (await isKnown(before, server)) return before;
  }
  return signedTransaction(chainId, ledger, nonce, call, bid.key);
}

async function nonceOf({ author, terms }: ReadyBid, server: Server): Promise<bigint> {
  const { nonce, chainId } = object(await ask(server, `/accounts/0x${author}`));
  if (!Number.isSafeInteger(nonce) || Number(chainId) !== Number(terms.chainId)) {
    throw new PageRefusal("AnswerUnreadable", { server: server.name });
  }
  return BigInt(nonce as number);
}

/** Handed to the relay, and waited for. */
async function relayed(raw: Uint8Array, server: Server, hear: Hearing): Promise<Recorded> {
  await ask(server, "/transactions", { raw: `0x${toHex(raw)}` });
  return await awaited(raw, server, hear);
}

/** Throws what refused it; TransactionWaiting if it takes long. */
async function awaited(raw: Uint8Array, server: Server, hear: Hearing): Promise<Recorded> {
  hear.stage("wait", server);
  for (let poll = 0; poll < POLLS; poll += 1) {
    const told = await stateOf(raw, server);
    if (told.state === "recorded") return { hash: transactionHash(raw), block: Number(told.block), time: Number(told.time) };
    if (told.state === "refused") throw refusalOf(told);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  }
  throw new PageRefusal("TransactionWaiting", { server: server.name });
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
