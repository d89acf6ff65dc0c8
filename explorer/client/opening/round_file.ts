// `round.json`: what an opening leaves behind for this officer (docs/opening.md), so that minutes, ranking and the command line can
// go on from it.

import { readField } from "../sealing/field.js";
import { Fields, Numeral, type Json } from "../verifier/json.js";
import type { Hex } from "../verifier/bytes.js";
import { LIMITS } from "../verifier/statute_table.js";
import type { Found } from "./counting.js";
import type { RoundFacts } from "./facts.js";

/** The text of the file; `found` is what was found in the bids that are counted. */
export function roundFile(processId: Hex, facts: RoundFacts, found: readonly Found[]): string {
  const byNumber = new Map(found.map((each) => [each.bid, each]));
  const bids = facts.bids.map((bid) => {
    const opened = byNumber.get(bid.number);
    // Its receipt opened it since: the shares alone still do not.
    const known = bid.recorded === "opened" && opened?.disclosures === undefined ? undefined : opened;
    return {
      bid: bid.number, commitment: bid.commitment, author: bid.author, arrival: bid.arrival, blockTime: bid.blockTime,
      late: facts.isLate(bid), promised: bid.promised, admitted: facts.isAdmitted(bid), present: facts.isPresent(bid),
      outcome: known?.outcome.outcome ?? facts.ended(bid),
      ...(known?.disclosures && { values: valuesOf(known.disclosures), disclosures: known.disclosures }),
      ...(known?.document && { evidence: known.document }),
    };
  });
  const externals = facts.externals.map(([arrival, blockTime], at) => ({
    bid: LIMITS.firstExternalBid + at, commitment: null, author: null, arrival, blockTime, late: arrival > facts.deadline,
    promised: false, admitted: arrival > facts.deadline, present: true, outcome: "external", values: {},
  }));
  const head = JSON.stringify({
    format: "siegel-opened/1", processId, ocid: facts.ocid, round: facts.number, deadline: facts.deadline, closedAt: facts.closing?.time,
  });
  // A line for each bid: indented, a tenderer's deep list would be many times as long as what was sealed.
  const lines = [...bids, ...externals].map((bid) => JSON.stringify(bid));
  return `${head.slice(0, -1)}, "bids": [\n${lines.join(",\n")}\n]}\n`;
}

function valuesOf(disclosures: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(disclosures.map(readField).map(({ name, value }) => [name, plain(value)]));
}

/** A number that no 64-bit float holds as it is written stands as text; the disclosure has it as it was. */
export function plain(value: Json): unknown {
  if (value instanceof Numeral) return String(Number(value.text)) === value.text ? Number(value.text) : value.text;
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Fields ? Object.fromEntries([...value].map(([name, member]) => [name, plain(member)])) : value;
}
