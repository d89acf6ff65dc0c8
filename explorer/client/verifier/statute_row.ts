// Each act of a series against its row of the table, as far as the row alone decides.

import type { Act, Listed } from "./act.js";
import { NOBODY, ZERO, type Hex } from "./bytes.js";
import { Refusal, shown, thrown } from "./refusal.js";
import { detailOf, LIMITS, nameOf, rowIn, type Detail, type Row, type SeriesName } from "./statute_table.js";

/** The contract would have refused the act at hand: with which error, and why. Becomes ActImpossible. */
export class Refused extends Error {
  constructor(
    readonly refusal: string,
    readonly reason: string,
  ) {
    super(reason);
  }
}

export type Take = (row: Row, act: Act, detail: Detail) => void;

/**
 * Hands each act of a series to `take`, with its row and arguments; ids of processes in a list only count. Throws
 * ActImpossible for the first act that cannot have been recorded at its place, or that `take` refuses.
 */
export function takeActs(series: SeriesName, id: Hex, acts: readonly Listed[], take: Take): void {
  let earliest = 0n;
  acts.forEach((act, place) => {
    if (typeof act === "string") return;
    try {
      takeAct(series, act, place + 1, earliest, take);
    } catch (error) {
      throw impossible(id, place + 1, act, thrown(error, Refused));
    }
    earliest = act.time;
  });
}

export function impossible(series: Hex, sequence: number, { act }: Act, { refusal, reason }: Refused): Refusal {
  return new Refusal("ActImpossible", { series: shown(series), sequence, act: nameOf(act), refusal, reason });
}

function takeAct(series: SeriesName, act: Act, sequence: number, earliest: bigint, take: Take): void {
  const row = rowIn(series, act.act);
  if (row === undefined) throw new Refused("LogMalformed", `the table has no act ${act.act} for such a series`);
  requireRecord(row, act, sequence, earliest);
  let detail: Detail;
  try {
    detail = detailOf(row, act);
  } catch (error) {
    throw new Refused("LogMalformed", thrown(error, Refusal).message);
  }
  take(row, act, detail);
}

function requireRecord(row: Row, act: Act, sequence: number, earliest: bigint): void {
  if (act.sequence !== sequence) {
    throw new Refused("SequenceBroken", `it is number ${sequence} in its series and says ${act.sequence}`);
  }
  if (act.time < earliest) throw new Refused("TimeReversed", `time ${act.time} is before the act before it, ${earliest}`);
  if (act.first === NOBODY) throw new Refused("FieldMissing", "nobody acted");
  if (row.ground === "must" && act.ground === ZERO) throw new Refused("GroundMissing", "it needs a ground");
  if (row.ground === "none" && act.ground !== ZERO) throw new Refused("GroundUnexpected", "it has no use for a ground");
  if (row.release && act.release === ZERO) throw new Refused("ReleaseMissing", "it is published by a release");
  if (row.subject && act.subject === ZERO) throw new Refused("SubjectMissing", "the digest it is about is missing");
  for (const [field, zero] of row.unused) {
    if (act[field] !== zero) throw new Refused("FieldUnexpected", `it has no use for the field ${field}`);
  }
}

/** Printable ASCII of 1 to 128 characters, as of an ocid. */
export function requireText(text: string, refusal: string): void {
  if (text.length > LIMITS.maxText || !/^[ -~]+$/.test(text)) {
    throw new Refused(refusal, `not 1 to ${LIMITS.maxText} printable characters of ASCII`);
  }
}
