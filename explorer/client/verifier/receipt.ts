// Verifies a receipt step by step, and says what it proves (docs/siegel-1.md, the receipt). This is the way in.

import { commitment as commitmentOf, requireKeySet } from "../sealing/header.js";
import { requireSeed } from "../sealing/reseal.js";
import { toHex, ZERO, type Hex } from "./bytes.js";
import { readPolicy, type Policy } from "./policy.js";
import { isSame, NO_PROMISE, writePromise } from "./receipt_entries.js";
import { ofSealing, readHeld, type Held } from "./receipt_contents.js";
import { proveCommitted, requireSigned, type Committed } from "./receipt_proof.js";
import {
  isVerified, RECEIPT_STEPS, receiptOf, receiptResult, type ReceiptReport, type ReceiptStepName,
} from "./receipt_report.js";
import { NotProvable, Refusal, shown, thrown, type Note, type Value } from "./refusal.js";
import type { Result } from "./report.js";
import { openSecret } from "./secret.js";
import { accountOf } from "./signature.js";

export type { ReceiptReport };

type Checked = Result<ReceiptStepName>;

/**
 * Verifies a receipt under a trust policy; with its passphrase the secret is opened. `progress` hears how many bytes were
 * read. The envelope is hashed and not kept. Throws a Refusal if the policy cannot be used; all else is in the report.
 */
export async function verifyReceipt(
  data: Blob | Uint8Array, policyBytes: Uint8Array, passphrase?: string, progress: (read: number) => void = () => {},
): Promise<ReceiptReport> {
  const policy = readPolicy(policyBytes);
  let held: Held;
  try {
    held = await readHeld(data instanceof Uint8Array ? new Blob([data as BlobPart]) : data, policy, progress);
  } catch (error) {
    const failed = receiptResult("format", "failed", { refusal: plain(thrown(error, Refusal)) });
    const steps = [failed, ...RECEIPT_STEPS.slice(1).map((step) => receiptResult(step, "notChecked"))];
    const says = [{ note: "provesNothing", values: {} } as const];
    return { verified: false, identity: null, policy: policy.name, receipt: null, steps, says, proof: null };
  }
  const [checked, committed] = await checkAll(held, policy, passphrase);
  const steps = [receiptResult("format", "passed"), ...checked];
  return {
    verified: isVerified(steps),
    identity: shown(held.identity),
    policy: policy.name,
    receipt: receiptOf(held.handed),
    steps,
    says: saysOf(held, steps, committed),
    proof: held.report,
  };
}

/** The steps after `format`, and what the proof says. */
async function checkAll(held: Held, policy: Policy, passphrase: string | undefined): Promise<[Checked[], Committed | null]> {
  const envelope = await carriedOut("envelope", () => checkEnvelope(held));
  if (envelope.verdict !== "passed") {
    return [[envelope, ...RECEIPT_STEPS.slice(2).map((step) => receiptResult(step, "notChecked"))], null];
  }
  const transaction = await carriedOut("transaction", async () => checkTransaction(held));
  const promise = await carriedOut("promise", async () => checkPromise(held));
  const found: Committed[] = [];
  const proof = promise.verdict === "failed" ? receiptResult("proof", "notChecked") : await carriedOut("proof", async () => {
    const committed = proveCommitted(held, policy);
    found.push(committed);
    return newerPromise(held, committed);
  });
  const secret = passphrase === undefined
    ? receiptResult("secret", "notChecked", { notes: [{ note: "noPassphrase", values: {} }] })
    : await carriedOut("secret", () => checkSecret(held, passphrase));
  return [[envelope, transaction, promise, proof, secret], found[0] ?? null];
}

/** The envelope is this bid's. */
async function checkEnvelope({ handed, envelope, altered, keySet, keySetId }: Held): Promise<Note[]> {
  const { header } = envelope;
  const { sealed } = header;
  requireSame("EnvelopeForeign", [
    ["chainId", handed.chainId, sealed.chainId], ["ledger", shown(handed.ledger), shown(sealed.ledger)],
    ["processId", shown(handed.processId), shown(sealed.processId)], ["round", BigInt(handed.round), sealed.round],
    ["author", shown(handed.author), shown(sealed.author)],
  ]);
  if (altered !== null) throw altered;
  requireSame("EnvelopeForeign", [["keySet", shown(keySetId), shown(sealed.keySet)]]);
  await ofSealing(async () => requireKeySet(header, keySet));
  const got = commitmentOf(header);
  if (got !== handed.commitment) {
    throw new Refusal("CommitmentDiffers", { expected: shown(handed.commitment), got: shown(got) });
  }
  return [];
}

/** It commits this bid. */
function checkTransaction({ handed, transaction, promise }: Held): Note[] {
  if (transaction === null) throw notProvable("noTransaction");
  requireSame("TransactionForeign", [
    ["chainId", handed.chainId, transaction.chainId], ["ledger", shown(handed.ledger), shown(transaction.to)],
    ["processId", shown(handed.processId), shown(transaction.processId)], ["round", handed.round, transaction.round],
    ["commitment", shown(handed.commitment), shown(transaction.commitment)],
    ["supersedes", shown(handed.supersedes), shown(transaction.supersedes)],
  ]);
  const enclosed = promise ?? NO_PROMISE;
  if (!isSame(transaction.promised, enclosed) && !isSame(transaction.promised, NO_PROMISE)) {
    const [expected, got] = [enclosed, transaction.promised].map((each) => shown(toHex(writePromise(each))));
    throw new Refusal("TransactionForeign", { field: "promise", expected: expected as string, got: got as string });
  }
  requireSame("TransactionForeign", [["author", shown(handed.author), shown(transaction.signer)]]);
  return [];
}

/** Somebody signed it. */
function checkPromise(held: Held): Note[] {
  const { promise } = held;
  if (promise === null) throw notProvable("noPromise");
  const { receiver, arrivedAt } = promise;
  const values = { receiver: shown(receiver), arrivedAt, signer: shown(requireSigned(held, promise)) };
  return [{ note: "promiseSigned", values }];
}

function newerPromise({ promise }: Held, { receiver, besides, blockTime }: Committed): Note[] {
  if (promise === null || receiver !== ZERO || besides !== null) return [];
  return [{ note: "promiseNewer", values: { time: blockTime, arrivedAt: promise.arrivedAt } }];
}

/** It is this bid's. */
async function checkSecret({ handed, envelope, keySet, secret }: Held, passphrase: string): Promise<Note[]> {
  const { seed, accountKey } = await openSecret(secret, passphrase);
  const got: Hex = accountOf(accountKey);
  if (got !== handed.author) throw new Refusal("AccountForeign", { expected: shown(handed.author), got: shown(got) });
  await ofSealing(() => requireSeed(envelope.header, keySet, seed));
  return [];
}

/** In plain words what it proves, or what it lacks. */
function saysOf({ handed }: Held, steps: readonly Checked[], committed: Committed | null): Note[] {
  const secret = steps.at(-1) as Checked;
  if (steps.some((step) => step !== secret && step.verdict === "failed")) return [{ note: "provesNothing", values: {} }];
  // Which key set the round has, only a proof shows: without it nobody is told that officers could have opened.
  const opens: Note[] = secret.verdict === "passed" ? [{ note: committed === null ? "secretFits" : "secretOpens", values: {} }]
    : secret.verdict === "failed" ? [{ note: "secretFails", values: {} }] : [];
  if (committed === null) {
    const promised = steps.flatMap(({ notes }) => notes.filter(({ note }) => note === "promiseSigned"));
    return [{ note: "notProven", values: {} }, ...promised, ...opens];
  }
  const { act, receiver, deadline, outcome, block, blockTime, besides } = committed;
  const { ocid, round } = handed;
  const arrivedAt = act.arrival;
  return [
    { note: "handedIn", values: { ocid, round, act: act.sequence, time: act.time } },
    receiver === ZERO ? { note: "arrivedInBlock", values: { arrivedAt } }
      : { note: "arrivedAsPromised", values: { receiver: shown(receiver), arrivedAt } },
    { note: arrivedAt > deadline ? "tooLate" : "inTime", values: { deadline } },
    ...(besides === null ? []
      : [{ note: "promisedBesides", values: { receiver: shown(besides.receiver), arrivedAt: besides.arrivedAt } } as const]),
    { note: "standing", values: { outcome, block, time: blockTime } },
    ...opens,
  ];
}

/** Field, what was expected, what was got. */
function requireSame(error: "EnvelopeForeign" | "TransactionForeign", fields: readonly (readonly [string, Value, Value])[]): void {
  for (const [field, expected, got] of fields) if (got !== expected) throw new Refusal(error, { field, expected, got });
}

async function carriedOut(step: ReceiptStepName, check: () => Promise<Note[]>): Promise<Checked> {
  try {
    return receiptResult(step, "passed", { notes: await check() });
  } catch (error) {
    if (error instanceof NotProvable) return receiptResult(step, "notProvable", { notes: error.notes });
    return receiptResult(step, "failed", { refusal: plain(thrown(error, Refusal)) });
  }
}

function notProvable(note: Note["note"]): NotProvable {
  return new NotProvable([{ note, values: {} }]);
}

function plain({ error, values }: Refusal) {
  return { error, values };
}
