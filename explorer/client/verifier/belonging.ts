// Entries about bids and their ranking belong to something in the bundle (docs/bundle-1.md, step 10).

import { readEvaluated } from "../ranking/evaluation.js";
import { Refusal as RankingRefusal } from "../ranking/refusal.js";
import type { Hex } from "./bytes.js";
import type { Contents } from "./contents.js";
import type { Round } from "./procedure.js";
import type { Proven } from "./proven.js";
import { Refusal, thrown } from "./refusal.js";
import type { RefusalName } from "./sentences.js";
import { unexpected } from "./step_chain.js";

/** What the bundle has of a round beside its bids: the evaluation with its digest, the ranking as it was written down. */
export interface Judged {
  evaluation?: readonly [Hex, Uint8Array];
  ranking?: Uint8Array;
}

/** The rounds that are ranked. Throws EntryUnexpected for what belongs to none of them, EvaluationInvalid. */
export function judgedRounds({ criteria, evaluations, rankings }: Contents, { procedures }: Proven): Map<Round, Judged> {
  const all = [...procedures.values()];
  const named = new Set(all.map((procedure) => procedure.criteria));
  for (const digest of criteria.keys()) if (!named.has(digest)) throw unexpected(`criteria/${digest}`);
  const isRanked = ({ kind }: Round) => kind === "bids" || kind === "negotiation";
  const judged = new Map(all.flatMap(({ rounds }) => rounds).filter(isRanked).map((round): [Round, Judged] => [round, {}]));
  const find = (id: Hex, round: number) => judged.get(procedures.get(id)?.rounds[round - 1] as Round);
  for (const [digest, data] of evaluations) {
    const { processId, round } = ofRanking(() => readEvaluated(data));
    const found = find(processId, round);
    if (found === undefined || found.evaluation !== undefined) throw unexpected(`evaluations/${digest}`);
    found.evaluation = [digest, data];
  }
  for (const [name, round, processId, data] of rankings) {
    const found = find(processId, round);
    if (found === undefined) throw unexpected(name);
    found.ranking = data;
  }
  return judged;
}

/** What ranking refuses is a refusal of the bundle. Of its names only those of criteria and evaluation come here. */
export function ofRanking<Found>(ask: () => Found): Found {
  try {
    return ask();
  } catch (error) {
    const { error: name, values } = thrown(error, RankingRefusal);
    throw new Refusal(name as RefusalName, values);
  }
}
