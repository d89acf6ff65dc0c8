// What a round of answers asks for: nothing is priced anew, and of what the tender asked nothing is required again.

import type { Criteria } from "../ranking/criteria.js";

/** The tender's questions and files, voluntary and whatever the lot; no lots. */
export function askedAgain(criteria: Criteria): Criteria {
  const named = <Asked extends { readonly title: string; readonly lots: readonly string[] }>(asked: Asked): Asked => ({
    ...asked, required: false, lots: [], title: asked.lots.length === 0 ? asked.title : `${asked.title} (${asked.lots.join(", ")})`,
  });
  return { ...criteria, lots: [], requirements: criteria.requirements.map(named), documents: criteria.documents.map(named) };
}

/** Whether a round takes answers to letters, each of which belongs to a bid. */
export function isSupplement(kind: string): boolean {
  return kind === "supplement";
}
