// The step bids: every commitment ended in one outcome, and what is shown is what was opened (docs/bundle-1.md, step 10).

import { judgedRounds } from "./belonging.js";
import type { Contents } from "./contents.js";
import type { Policy } from "./policy.js";
import type { Bid, Procedure, Round } from "./procedure.js";
import type { Proven } from "./proven.js";
import { NotProvable, Refusal, shown, type Note, type Values } from "./refusal.js";
import { termsOf } from "./statute_table.js";
import { unexpected } from "./step_chain.js";

export function checkBids(contents: Contents, _policy: Policy, proven: Proven): Note[] {
  const rounds = [...proven.procedures.values()].flatMap((each) => each.rounds.map((round) => [each, round] as const));
  requireOpened(contents, rounds.flatMap((each) => openedIn(...each)));
  judgedRounds(contents, proven);
  if (rounds.length === 0) throw new NotProvable([{ note: "noRounds", values: {} }]);
  const notes = rounds.flatMap((each) => tellRound(contents, ...each));
  if (notes.every(({ note }) => note !== "bidsEnded")) throw new NotProvable(notes);
  return notes;
}

/** The sealed bids that were opened. */
export function openedIn(procedure: Procedure, round: Round): Bid[] {
  return round.bids.filter((bid) => procedure.ended(round, bid) === "opened");
}

/** Each entry is of such a bid, can be read, and has the bidRoot that was recorded for it. */
function requireOpened({ bids }: Contents, opened: readonly Bid[]): void {
  const contents = new Map(opened.map(({ commitment, content }) => [commitment, content]));
  for (const [commitment, { problem, root }] of bids) {
    const entry = `bids/${commitment}`;
    const expected = contents.get(commitment);
    if (expected === undefined) throw unexpected(entry);
    if (problem !== null) throw new Refusal("EntryInvalid", { entry, reason: problem });
    if (root !== expected) throw new Refusal("BidRootDiffers", { expected: shown(expected), got: shown(root) });
  }
}

function tellRound({ bids }: Contents, procedure: Procedure, round: Round): Note[] {
  const { ocid } = procedure;
  const tell = (note: Note["note"], values: Values): Note => ({ note, values: { ocid, round: round.number, ...values } });
  const notes: Note[] = [];
  if (round.state === "opened" || procedure.state === "cancelled") {
    notes.push(tell("bidsEnded", { number: round.bids.length, tally: tallied(procedure, round) }));
  } else {
    notes.push(tell("roundUnopened", {}));
  }
  if (round.externals > 0) notes.push(tell("bidsOnPaper", { number: round.externals }));
  const opened = openedIn(procedure, round);
  const entries = opened.flatMap(({ commitment }) => bids.get(commitment) ?? []);
  if (entries.length > 0) {
    const sum = (what: "shown" | "all") => entries.reduce((total, entry) => total + entry[what], 0);
    notes.push(tell("bidsShown", { bids: opened.length, fields: sum("shown"), all: sum("all") }));
  }
  return notes;
}

/** How many bids ended how, as far as there are any. */
function tallied(procedure: Procedure, round: Round): (readonly [string, number])[] {
  const counts = new Map(termsOf("Outcome").map((outcome) => [outcome, 0]));
  for (const bid of round.bids) {
    const outcome = procedure.ended(round, bid);
    counts.set(outcome, (counts.get(outcome) as number) + 1);
  }
  return [...counts].filter(([, count]) => count > 0);
}
