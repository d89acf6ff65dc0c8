// What a verification of a receipt says; the same JSON as `siegel verify --json`.

import type { Handed } from "./receipt_file.js";
import { shown, type Note } from "./refusal.js";
import type { Report, Result } from "./report.js";
import words from "../../../ledger/evidence/verify/words.json" with { type: "json" };

export type ReceiptStepName = "format" | "envelope" | "transaction" | "promise" | "proof" | "secret";

/** Ids and accounts as people are shown them. */
export interface ReceiptOf {
  readonly chainId: string;
  readonly ledger: string;
  readonly organisationId: string;
  readonly ocid: string;
  readonly processId: string;
  readonly round: number;
  readonly author: string;
  readonly commitment: string;
  readonly supersedes: string;
}

/** `says`: what it proves, or what it lacks; `proof`: what came of the bundle in it. */
export interface ReceiptReport {
  readonly verified: boolean;
  readonly identity: string | null;
  readonly policy: string;
  readonly receipt: ReceiptOf | null;
  readonly steps: readonly Result<ReceiptStepName>[];
  readonly says: readonly Note[];
  readonly proof: Report | null;
}

export const RECEIPT_STEPS = words.receiptSteps.map(({ name }) => name as ReceiptStepName);

const REQUIRED = words.receiptSteps.filter(({ required }) => required).map(({ name }) => name as ReceiptStepName);

export function receiptResult(
  step: ReceiptStepName, verdict: Result["verdict"],
  { refusal = null, notes = [] }: Partial<Pick<Result, "refusal" | "notes">> = {},
): Result<ReceiptStepName> {
  return { number: RECEIPT_STEPS.indexOf(step) + 1, step, verdict, refusal, notes };
}

export function isVerified(steps: readonly Result<ReceiptStepName>[]): boolean {
  const passed = steps.filter(({ verdict }) => verdict === "passed").map(({ step }) => step);
  return REQUIRED.every((step) => passed.includes(step)) && !steps.some(({ verdict }) => verdict === "failed");
}

export function receiptOf(handed: Handed): ReceiptOf {
  const { ocid, round } = handed;
  return {
    chainId: String(handed.chainId), ledger: shown(handed.ledger), organisationId: shown(handed.organisationId), ocid,
    processId: shown(handed.processId), round, author: shown(handed.author), commitment: shown(handed.commitment),
    supersedes: shown(handed.supersedes),
  };
}
