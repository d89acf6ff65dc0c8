// The step ranking: it follows from criteria, opened bids, evaluation and exclusions (docs/bundle-1.md, step 11).

import { readCriteria, type Criteria } from "../ranking/criteria.js";
import { enteredOnPaper, readEvaluation } from "../ranking/evaluation.js";
import type { SubmittedBid } from "../ranking/offers.js";
import type { Act } from "./act.js";
import { judgedRounds, ofRanking, type Judged } from "./belonging.js";
import { ZERO, type Hex } from "./bytes.js";
import type { Contents } from "./contents.js";
import type { Policy } from "./policy.js";
import type { Procedure, Round } from "./procedure.js";
import type { Process, Proven } from "./proven.js";
import { lotWord, rankLots, requireWritten, tellAwards, tellRankings } from "./ranked_lots.js";
import { NotProvable, Refusal, thrown, type Note, type Values } from "./refusal.js";
import { openedIn } from "./step_bids.js";

export function checkRanking(contents: Contents, _policy: Policy, proven: Proven): Note[] {
  const judged = judgedRounds(contents, proven);
  if (judged.size === 0) throw new NotProvable([{ note: "noRounds", values: {} }]);
  const told: (readonly Note[])[] = [];
  let isWhole = true;
  for (const [id, procedure] of proven.procedures) {
    const rounds = procedure.rounds.filter((round) => judged.has(round));
    if (rounds.length === 0) continue;
    const criteria = criteriaOf(contents, procedure);
    const { acts } = proven.processes.get(id) as Process;
    for (const round of rounds) {
      try {
        told.push(rankRound(contents, procedure, acts, round, criteria, judged.get(round) as Judged));
      } catch (error) {
        told.push(thrown(error, NotProvable).notes);
        isWhole = false;
      }
    }
  }
  const notes = told.flat();
  // By what can have been written after the award nothing is proven.
  if (!isWhole || notes.some(({ note }) => note === "evaluationUnanchored")) throw new NotProvable(notes);
  return notes;
}

/** The criteria that the tender names, or the note that says why there are none. Throws CriteriaInvalid. */
function criteriaOf({ criteria }: Contents, procedure: Procedure): Criteria | "noCriteria" | "criteriaElsewhere" {
  if (procedure.criteria === ZERO) return "noCriteria";
  const data = criteria.get(procedure.criteria);
  if (data === undefined) return "criteriaElsewhere";
  const found = ofRanking(() => readCriteria(data));
  const isOfTerms = found.lots.every(({ id }) => procedure.lots.has(lotWord(id)));
  if (!isOfTerms || found.lots.length !== procedure.lots.size) {
    throw new Refusal("CriteriaInvalid", { reason: "lots: are not those of the terms" });
  }
  return found;
}

/** What a reader is told of a round that was ranked. Throws NotProvable for one that cannot be. */
function rankRound(
  contents: Contents, procedure: Procedure, acts: readonly Act[], round: Round,
  criteria: ReturnType<typeof criteriaOf>, { evaluation, ranking }: Judged,
): Note[] {
  const ofProcess = { ocid: procedure.ocid };
  const ofRound = { ...ofProcess, round: round.number };
  if (typeof criteria === "string") throw notProvable(criteria, ofProcess);
  if (round.state !== "opened") throw notProvable("roundUnopened", ofRound);
  const sealed = shownWhole(contents, procedure, round);
  const read = evaluation === undefined ? null : ofRanking(() => readEvaluation(evaluation[1], criteria));
  if (read === null && criteria.lots.some((lot) => lot.criteria.length > 0)) throw notProvable("evaluationElsewhere", ofRound);
  const entered = ofRanking(() => read && enteredOnPaper(read, round.externals));
  if (round.externals > 0 && entered === null) throw notProvable("bidsOnPaper", { ...ofRound, number: round.externals });
  const bids = [...sealed, ...(entered ?? [])];
  const notes: Note[] = [];
  if (evaluation !== undefined && !isAnchored(contents, untilAward(procedure, acts, round), evaluation[0])) {
    notes.push({ note: "evaluationUnanchored", values: ofRound });
  }
  if (round.externals > 0) notes.push({ note: "bidsEntered", values: { ...ofRound, number: round.externals } });
  const rankings = ofRanking(() => rankLots(criteria, round, bids, read));
  if (ranking !== undefined) requireWritten(ranking, ofRound, [...rankings.values()]);
  return [...notes, ...tellRankings(ofRound, rankings.values()), ...tellAwards(procedure, round, rankings)];
}

/** All opened bids, if each is shown whole, and as it was opened. */
function shownWhole({ bids }: Contents, procedure: Procedure, round: Round): SubmittedBid[] {
  const opened = openedIn(procedure, round);
  const whole = opened.flatMap(({ number, commitment, content }) => {
    const found = bids.get(commitment);
    return found?.root === content && found.isWhole ? [{ number, values: found.values }] : [];
  });
  const concealed = opened.length - whole.length;
  if (concealed > 0) throw notProvable("bidsConcealed", { ocid: procedure.ocid, round: round.number, bids: concealed });
  return whole;
}

/** The acts up to the first award to a bid of the round; all if there is none. */
function untilAward({ awards }: Procedure, acts: readonly Act[], { number }: Round): readonly Act[] {
  const announced = [...awards].filter(([, { round }]) => round === number).map(([act]) => act);
  return acts.slice(0, Math.min(acts.length, ...announced));
}

/** Whether one of these acts names the digest, or a release that is here. */
function isAnchored({ releases }: Contents, acts: readonly Act[], digest: Hex): boolean {
  return acts.some(({ ground, subject, release }) =>
    ground === digest || subject === digest || releases.get(release)?.documents.includes(digest));
}

function notProvable(note: Note["note"], values: Values): NotProvable {
  return new NotProvable([{ note, values }]);
}
