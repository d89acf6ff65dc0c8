// Verifies a bundle step by step (docs/bundle-1.md, steps). This is the one way in.

import { sourceOf, type Source } from "./archive.js";
import { readContents, type Contents } from "./contents.js";
import { readPolicy, type Policy } from "./policy.js";
import { Proven } from "./proven.js";
import { NotProvable, Refusal, thrown, type Note } from "./refusal.js";
import { report, result, STEPS, type Report, type Result, type StepName } from "./report.js";
import { checkActs } from "./step_acts.js";
import { checkBids } from "./step_bids.js";
import { checkHeaders, checkLog, checkPolicy, checkState, checkTimestamps } from "./step_chain.js";
import { checkRanking } from "./step_ranking.js";
import { checkReleases } from "./step_releases.js";
import { checkStatute } from "./step_statute.js";

export type { Report, Result, StepName };
export { Refusal };

type Check = (contents: Contents, policy: Policy, proven: Proven) => Note[];

/** After `format`: the step, what it does, and which must have passed before. */
const CHECKS: readonly (readonly [StepName, Check, StepName?])[] = [
  ["policy", checkPolicy],
  ["header", checkHeaders, "policy"],
  ["log", checkLog, "header"],
  ["timestamps", checkTimestamps, "header"],
  ["state", checkState, "header"],
  ["acts", checkActs, "state"],
  ["releases", checkReleases, "acts"],
  ["statute", checkStatute, "acts"],
  ["bids", checkBids, "statute"],
  ["ranking", checkRanking, "bids"],
];

/**
 * Verifies a bundle under a trust policy. `progress` hears how many bytes were read. Documents are hashed as they are
 * read and not kept. Throws a Refusal (PolicyInvalid, PolicyUnreadable) if the policy cannot be used; all else is in
 * the report.
 */
export async function verify(
  data: Blob | Uint8Array, policyBytes: Uint8Array, progress: (read: number) => void = () => {},
): Promise<Report> {
  return await verifyUnder(readPolicy(policyBytes), sourceOf(data), new Proven(), progress);
}

/** The same under a policy that is read; `proven`, empty, takes up what the steps that passed have proven. */
export async function verifyUnder(
  policy: Policy, source: Source, proven: Proven, progress: (read: number) => void,
): Promise<Report> {
  let contents: Contents;
  try {
    contents = await readContents(source, progress);
  } catch (error) {
    const refusal = plain(thrown(error, Refusal));
    const others = STEPS.slice(1).map((step) => result(step, "notChecked"));
    return report([result("format", "failed", { refusal }), ...others], policy.name);
  }
  const results = [result("format", "passed")];
  for (const [step, check, needed] of CHECKS) {
    const isReached = needed === undefined || results.some((each) => each.step === needed && each.verdict === "passed");
    results.push(isReached ? carriedOut(step, () => check(contents, policy, proven)) : result(step, "notChecked"));
  }
  const { subject, block } = contents.manifest;
  const time = proven.headers.get(block)?.time ?? null;
  return report(results, policy.name, { identity: contents.identity, subject, block, time });
}

function carriedOut(step: StepName, check: () => Note[]): Result {
  try {
    return result(step, "passed", { notes: check() });
  } catch (error) {
    if (error instanceof NotProvable) return result(step, "notProvable", { notes: error.notes });
    return result(step, "failed", { refusal: plain(thrown(error, Refusal)) });
  }
}

function plain({ error, values }: Refusal) {
  return { error, values };
}
