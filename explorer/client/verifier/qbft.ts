// The extra data of a QBFT header: RLP[vanity, [validators], vote, round, [seals]] (Besu, EEA QBFT specification).

import { ascii, toHex, type Hex } from "./bytes.js";
import { Refusal } from "./refusal.js";
import * as rlp from "./rlp.js";

export const MIX_HASH = toHex(ascii("ctical byzantine fault tolerance"));

/** The parts as they stand there, each checked for its form; `round` without leading zeros. */
export interface ExtraData {
  readonly vanity: Uint8Array;
  readonly validators: readonly Uint8Array[];
  readonly vote: readonly Uint8Array[];
  readonly round: Uint8Array;
  /** r, s and v each, 65 bytes. */
  readonly seals: readonly Uint8Array[];
}

export function isQbft(mixHash: Hex): boolean {
  return mixHash === MIX_HASH;
}

/** Throws MalformedRlp, MalformedHeader. */
export function readExtraData(data: Uint8Array): ExtraData {
  const parts = rlp.decodeList(data);
  if (parts.length !== 5) throw malformed(`QBFT extra data of ${parts.length} fields`);
  const [vanity, validators, vote, round, seals] = parts as [rlp.Item, rlp.Item, rlp.Item, rlp.Item, rlp.Item];
  if (!Array.isArray(validators) || !Array.isArray(vote) || !Array.isArray(seals)) {
    throw malformed("QBFT validators, vote and seals must be lists");
  }
  rlp.integer(round, 4);
  return {
    vanity: rlp.fixed(vanity, 32),
    validators: validators.map((validator) => rlp.fixed(validator, 20)),
    vote: readVote(vote),
    round: rlp.string(round),
    seals: seals.map((seal) => rlp.fixed(seal, 65)),
  };
}

export function writeExtraData({ vanity, validators, vote, round, seals }: ExtraData): Uint8Array {
  return rlp.encode([vanity, [...validators], [...vote], round, [...seals]]);
}

/** Nothing, or an account and 0xff to add or nothing to remove it. */
function readVote(vote: readonly rlp.Item[]): Uint8Array[] {
  if (vote.length === 0) return [];
  const [account, adds] = vote as [rlp.Item, rlp.Item];
  if (vote.length !== 2 || !(rlp.isEmpty(adds) || rlp.same(adds, Uint8Array.of(0xff)))) {
    throw malformed("a QBFT vote that neither adds nor removes");
  }
  return [rlp.fixed(account, 20), rlp.string(adds)];
}

function malformed(reason: string): Refusal {
  return new Refusal("MalformedHeader", { reason });
}
