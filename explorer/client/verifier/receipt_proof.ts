// The proof in a receipt: does the bid stand on the ledger, what became of it (docs/siegel-1.md, the receipt).

import type { Act } from "./act.js";
import { NOBODY, toHex, ZERO, type Hex } from "./bytes.js";
import type { Policy } from "./policy.js";
import type { Bid, Procedure, Round } from "./procedure.js";
import { promisorOf, type Promised } from "./promise.js";
import type { Process } from "./proven.js";
import type { Held } from "./receipt_contents.js";
import { isSame, NO_PROMISE, writePromise } from "./receipt_entries.js";
import { NotProvable, Refusal, shown, type Note } from "./refusal.js";
import type { Report } from "./report.js";
import { act, KINDS, LIMITS, processDetail, ROLES } from "./statute_table.js";

/** A bid on the ledger; `receiver` is the one whose promise its act carries, zero of none. */
export interface Committed {
  readonly act: Act;
  readonly receiver: Hex;
  readonly deadline: bigint;
  readonly outcome: string;
  readonly block: number;
  readonly blockTime: bigint;
  /** The receipt's own promise, where the act carries none and the proof is new enough to say that it holds. */
  readonly besides: Promised | null;
}

/**
 * Throws OtherChain, ProofUnverified, ProofForeign, BidUnproven; EnvelopeForeign for an envelope that this round cannot
 * open; ReceiverUnknown, PromiseTooLong and PromiseInvalid for a promise that the ledger would not take; NotProvable
 * without a proof.
 */
export function proveCommitted(held: Held, policy: Policy): Committed {
  const { handed, report, proven } = held;
  for (const [what, got, expected] of [
    ["the chain id", handed.chainId, policy.chainId],
    ["the account of the ledger", shown(handed.ledger), shown(policy.ledger.account)],
  ] as const) {
    if (got !== expected) throw new Refusal("OtherChain", { what, got, expected });
  }
  if (report === null) throw notProvable("noProof");
  requireVerified(report);
  const subject = report.subject as { kind: string; id: string };
  if (subject.kind !== "process" || subject.id !== shown(handed.processId)) {
    throw new Refusal("ProofForeign", { field: "processId", expected: shown(handed.processId), got: subject.id });
  }
  const procedure = proven.procedures.get(handed.processId) as Procedure;
  const round = procedure.rounds[handed.round - 1];
  const bid = round?.committed(handed.commitment, handed.author);
  if (round === undefined || bid === undefined) {
    const { commitment, author } = handed;
    throw new Refusal("BidUnproven", { block: report.block as number, commitment: shown(commitment), author: shown(author) });
  }
  requireOpenable(held, round);
  return committed(held, report, procedure, round, bid);
}

function requireVerified({ steps, verified }: Report): void {
  const failed = steps.find(({ verdict }) => verdict === "failed");
  if (failed !== undefined) throw new Refusal("ProofUnverified", { number: failed.number });
  if (!verified) throw notProvable("proofUnprovable");
}

function requireOpenable({ envelope }: Held, { keySet, deadline }: Round): void {
  const { sealed } = envelope.header;
  if (sealed.keySet !== keySet) {
    throw new Refusal("EnvelopeForeign", { field: "keySet", expected: shown(keySet), got: shown(sealed.keySet) });
  }
  if (sealed.notBefore > deadline) {
    throw new Refusal("EnvelopeForeign", { field: "notBefore", expected: deadline, got: sealed.notBefore });
  }
}

function committed(held: Held, report: Report, procedure: Procedure, round: Round, bid: Bid): Committed {
  const { handed, promise, proven } = held;
  const { acts } = proven.processes.get(handed.processId) as Process;
  const found = acts.find((each) => each.act === act("BidCommitted") && each.round === handed.round
    && each.subject === handed.commitment && each.first === handed.author) as Act;
  const detail = processDetail(found);
  const supersedes = (detail.supersedes as Hex | undefined) ?? ZERO;
  const carried = (detail.promised as unknown as Promised | undefined) ?? NO_PROMISE;
  if (supersedes !== handed.supersedes) {
    throw new Refusal("ProofForeign", { field: "supersedes", expected: shown(handed.supersedes), got: shown(supersedes) });
  }
  const isCarried = carried.receiver !== ZERO;
  if (isCarried && promise !== null && !isSame(carried, promise)) {
    const [expected, got] = [promise, carried].map((each) => shown(toHex(writePromise(each)))) as [string, string];
    throw new Refusal("ProofForeign", { field: "promise", expected, got });
  }
  const blockTime = report.time as bigint;
  const besides = isCarried || promise === null ? null : validPromise(held, promise, procedure, round, blockTime);
  return {
    act: found, receiver: carried.receiver, deadline: round.deadline, outcome: procedure.ended(round, bid),
    block: report.block as number, blockTime, besides,
  };
}

/** The promise, if the ledger would take it; null if the proof, which speaks of a block of `until`, is older. */
function validPromise(
  { handed }: Held, promise: Promised, procedure: Procedure, round: Round, until: bigint,
): Promised | null {
  const { receiver, arrivedAt, deliverBy } = promise;
  if (!round.receivers.includes(receiver)) throw new Refusal("ReceiverUnknown", { receiver: shown(receiver) });
  const most = arrivedAt + BigInt(LIMITS.maxPromise);
  if (deliverBy > most) throw new Refusal("PromiseTooLong", { deliverBy, most });
  if (arrivedAt > until) return null;
  const signer = promisorOf(handed, promise);
  if (!procedure.acting.authorities.couldAct(receiver, signer, KINDS.receiver, ROLES.publisher, arrivedAt)) {
    throw promiseInvalid(signer, receiver);
  }
  return promise;
}

/** The account that signed a promise. Throws PromiseInvalid if nobody did. */
export function requireSigned({ handed }: Held, promise: Promised): Hex {
  const signer = promisorOf(handed, promise);
  if (signer === NOBODY) throw promiseInvalid(signer, promise.receiver);
  return signer;
}

function promiseInvalid(signer: Hex, receiver: Hex): Refusal {
  return new Refusal("PromiseInvalid", { signer: shown(signer), receiver: shown(receiver) });
}

function notProvable(note: Note["note"]): NotProvable {
  return new NotProvable([{ note, values: {} }]);
}
