// The evidence of an unreadable bid: the document whose SHA-256 the ledger has (docs/opening.md).

import { toHex, utf8, type Hex } from "../verifier/bytes.js";
import { sha256 } from "../verifier/digests.js";

export const FORMAT = "siegel-unreadable/1";

type Plain = string | number | readonly Plain[];

export interface Evidence {
  readonly format: string;
  readonly commitment: Hex;
  readonly refusal: string;
  readonly values: Readonly<Record<string, Plain>>;
  readonly seed?: Hex;
}

/** Two officers who find the same write the same document; a `reason` is prose and may differ between two machines. */
export function evidenceOf(commitment: Hex, refusal: string, values: Readonly<Record<string, unknown>>, seed?: Uint8Array): Evidence {
  const plainValues = Object.fromEntries(Object.entries(values).filter(([name]) => name !== "reason").map(([name, value]) => [name, plain(value)]));
  return { format: FORMAT, commitment, refusal, values: plainValues, ...(seed && { seed: toHex(seed) }) };
}

export function evidenceDigest(evidence: Evidence): Hex {
  return toHex(sha256(utf8(canonical(evidence))));
}

/** RFC 8785: members in the order of their names, nothing between them; texts and whole numbers are as JSON has them here. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

function plain(value: unknown): Plain {
  if (typeof value === "bigint") return value > BigInt(Number.MAX_SAFE_INTEGER) ? String(value) : Number(value);
  if (Array.isArray(value)) return value.map(plain);
  return value as string | number;
}
