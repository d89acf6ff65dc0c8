// Shows one field of a bid without the others: its text, and the digests of all.

import { compare, equal, type Hex } from "../verifier/bytes.js";
import { digestsOf, rootOf } from "./bid.js";
import { fieldDigest, readField, type Field } from "./field.js";
import { Refusal } from "./refusal.js";

const DIGEST_SIZE = 32;

export interface FieldProof {
  readonly text: string;
  /** Of all fields of the bid, ascending. */
  readonly digests: readonly Uint8Array[];
}

/** Throws FieldUnproven if there is no field of that name. */
export function prove(fields: readonly Field[], name: string): FieldProof {
  const field = fields.find((each) => each.name === name);
  if (field === undefined) return unproven("the bid has no such field");
  return { text: field.text, digests: digestsOf(fields.map(({ text }) => text)) };
}

/** The field that is part of the bid with this root. Throws FieldUnproven, and BidMalformed for a text that is no field. */
export function checkProof({ text, digests }: FieldProof, bidRoot: Hex): Field {
  digests.forEach((digest, at) => {
    const before = digests[at - 1];
    if (before && compare(before, digest) >= 0) unproven("the digests do not ascend, each once");
  });
  // The root is over the digests one after the other: two of them in one entry would give it as well.
  if (digests.some(({ length }) => length !== DIGEST_SIZE) || rootOf(digests) !== bidRoot) unproven("the digests are those of another bid");
  const own = fieldDigest(text);
  if (!digests.some((digest) => equal(digest, own))) unproven("the text is none of the bid's");
  return readField(text);
}

function unproven(reason: string): never {
  throw new Refusal("FieldUnproven", { reason });
}
