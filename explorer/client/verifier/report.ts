// What a verification says: each step with its verdict, and the whole. The same JSON as `siegel verify --json`.

import { shown, type Note, type Value, type Values } from "./refusal.js";
import type { Subject } from "./manifest.js";
import type { Hex } from "./bytes.js";
import type { RefusalName } from "./sentences.js";
import words from "../../../ledger/evidence/verify/words.json" with { type: "json" };

export type StepName =
  | "format" | "policy" | "header" | "log" | "timestamps" | "state" | "acts" | "releases" | "statute" | "bids" | "ranking";

export type Verdict = "passed" | "failed" | "notProvable" | "notChecked";

export interface Result<Name = StepName> {
  readonly number: number;
  readonly step: Name;
  readonly verdict: Verdict;
  readonly refusal: { readonly error: RefusalName; readonly values: Values } | null;
  readonly notes: readonly Note[];
}

/** It speaks of `block` and its `time` (seconds since 1970), which are null as long as none was read. */
export interface Report {
  readonly verified: boolean;
  readonly identity: string | null;
  readonly policy: string;
  readonly subject: { readonly kind: string; readonly id: string } | null;
  readonly block: number | null;
  readonly time: bigint | null;
  readonly steps: readonly Result[];
}

export const STEPS = words.steps.map(({ name }) => name as StepName);

const REQUIRED = words.steps.filter(({ required }) => required).map(({ name }) => name as StepName);

export function result(
  step: StepName, verdict: Verdict, { refusal = null, notes = [] }: Partial<Pick<Result, "refusal" | "notes">> = {},
): Result {
  return { number: STEPS.indexOf(step) + 1, step, verdict, refusal, notes };
}

export function report(
  steps: readonly Result[], policy: string,
  about?: { identity: Hex; subject: Subject; block: number; time: bigint | null },
): Report {
  const passed = new Set(steps.filter(({ verdict }) => verdict === "passed").map(({ step }) => step));
  const isVerified = REQUIRED.every((step) => passed.has(step)) && !steps.some(({ verdict }) => verdict === "failed");
  return {
    verified: isVerified,
    identity: about ? shown(about.identity) : null,
    policy,
    subject: about ? { kind: about.subject.kind, id: shown(about.subject.id) } : null,
    block: about?.block ?? null,
    time: about?.time ?? null,
    steps,
  };
}

/** JSON text in which numbers of any size stand with all their digits. */
export function toJson(value: Report | Value | Values | object | null): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map((each) => toJson(each as Value)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${toJson(each as Value)}`);
    return `{${fields.join(",")}}`;
  }
  return JSON.stringify(value);
}
