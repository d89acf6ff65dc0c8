// The two joint acts of officers as calls of the ledger, and where two calls differ.

import { Dynamic, encoded } from "../bid/abi_writing.js";
import { spokenBid, spokenBids } from "../sealing/bid_number.js";
import { readerOf, type Value } from "../verifier/abi.js";
import { concat, fromHex, joined, ofNumber, toHex, ZERO, type Hex } from "../verifier/bytes.js";
import { labelDigest } from "../verifier/digests.js";
import { Refusal } from "../verifier/refusal.js";
import type { Argument } from "../verifier/statute_table.js";
import type { Close } from "./closing.js";
import type { RecordedOutcome } from "./counting.js";
import { OUTCOMES } from "./facts.js";

/** The acts that wait for a second officer, as the server names them. */
export type JointAct = "RoundClosed" | "BidsOpened";

const SELECTOR = 4;
/** Arguments that are bits, one for each bid: so many in a word. */
const BITMAPS: readonly string[] = ["present", "admitted"];
const WORD = 256;
const CALL = "(bytes32,uint64,bytes32,bytes32)";
const CLOSE = `closeRound(${CALL},uint32,uint32,uint256[],uint256[])`;
const OPEN = `openBids(${CALL},uint32,uint32,(uint8,address,bytes32,bytes32)[])`;

/** `expires` is the last second in which the call counts; it is one of the arguments that must be equal. */
export interface Where {
  readonly processId: Hex;
  readonly round: bigint;
  readonly expires: bigint;
}

function word(value: bigint | number): Uint8Array {
  return ofNumber(value, 32);
}

function filled(value: Hex): Uint8Array {
  return fromHex(value.padStart(64, "0"));
}

/** What nearly every act is called with, here without a release. */
function callWords({ processId, round, expires }: Where, ground: Hex): Uint8Array[] {
  return [fromHex(processId), word(expires), fromHex(ground), fromHex(ZERO), word(round)];
}

function call(signature: string, parts: readonly (Uint8Array | Dynamic)[]): Uint8Array {
  return concat(fromHex(labelDigest(signature)).subarray(0, SELECTOR), encoded(parts));
}

/** A list whose items have so many words. */
function listed(words: readonly Uint8Array[], each = 1): Dynamic {
  return new Dynamic(concat(word(words.length / each), joined(words)));
}

/** `ground` is the digest of the document that says why late bids are admitted; zero where none is. */
export function closeCall(
  where: Where, { counted, present, admitted }: Pick<Close, "counted" | "present" | "admitted">, ground: Hex,
): Uint8Array {
  return call(CLOSE, [...callWords(where, ground), word(counted), listed(present.map(word)), listed(admitted.map(word))]);
}

export function openCall(where: Where, start: number, outcomes: readonly RecordedOutcome[]): Uint8Array {
  const words = outcomes.flatMap(({ outcome, author, content, evidence }) =>
    [word(OUTCOMES.indexOf(outcome)), filled(author), fromHex(content), fromHex(evidence)]);
  return call(OPEN, [...callWords(where, ZERO), word(start), listed(words, 4)]);
}

const CALL_ARGUMENT: Argument = {
  name: "call", type: "tuple",
  components: ["processId", "expires", "ground", "release"].map((name) => ({ name, type: name === "expires" ? "uint64" : "bytes32" })),
};
const ARGUMENTS: Readonly<Record<string, readonly Argument[]>> = {
  [CLOSE]: [
    CALL_ARGUMENT, { name: "round", type: "uint32" }, { name: "counted", type: "uint32" }, { name: "present", type: "uint256[]" },
    { name: "admitted", type: "uint256[]" },
  ],
  [OPEN]: [
    CALL_ARGUMENT, { name: "round", type: "uint32" }, { name: "from", type: "uint32" },
    {
      name: "outcomes", type: "tuple[]",
      components: [
        { name: "outcome", type: "uint8" }, { name: "author", type: "address" }, { name: "content", type: "bytes32" },
        { name: "evidence", type: "bytes32" },
      ],
    },
  ],
};

/** The first argument but `expires` in which two calls differ: its name and both values, bids as people count; null if they are
 * the same. */
export function difference(ours: Uint8Array, theirs: Uint8Array): string | null {
  const [one, other] = [readCall(ours), readCall(theirs)];
  if (one === undefined || other === undefined || one.signature !== other.signature) return toHex(theirs.subarray(0, SELECTOR));
  return differing("", one.values, other.values, Number(new Map(Object.entries(one.values)).get("from") ?? 0));
}

/** What a call that closes a round admits; undefined of another call. */
export function proposedClose(data: Uint8Array): { readonly admitted: readonly number[]; readonly ground: Hex } | undefined {
  const found = readCall(data);
  if (found?.signature !== CLOSE) return undefined;
  const { call: { ground }, admitted } = found.values as unknown as { call: { ground: Hex }; admitted: readonly bigint[] };
  return { admitted: numbersOf(admitted), ground };
}

/** The evidence of each outcome that a call records, from bid `start` on; undefined of another call. */
export function proposedOutcomes(data: Uint8Array): { readonly start: number; readonly evidence: readonly Hex[] } | undefined {
  const found = readCall(data);
  if (found?.signature !== OPEN) return undefined;
  const { from, outcomes } = found.values as unknown as { from: bigint; outcomes: readonly { evidence: Hex }[] };
  return { start: Number(from), evidence: outcomes.map(({ evidence }) => evidence) };
}

function readCall(data: Uint8Array): { readonly signature: string; readonly values: Value } | undefined {
  const selector = toHex(data.subarray(0, SELECTOR));
  const signature = [CLOSE, OPEN].find((each) => labelDigest(each).startsWith(selector));
  if (signature === undefined) return undefined;
  try {
    return { signature, values: readerOf(ARGUMENTS[signature] as readonly Argument[], new Map())(data.subarray(SELECTOR)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
}

/** `start` is the first bid of a list of outcomes. */
function differing(name: string, one: Value, other: Value, start: number): string | null {
  if (typeof one !== "object" || typeof other !== "object") {
    return one === other || name === "expires" ? null : `${name}: ${shown(name, one)}, ${shown(name, other)}`;
  }
  if (BITMAPS.includes(name)) {
    const [ours, theirs] = [bidsOf(one), bidsOf(other)];
    const isSame = ours === theirs && Object.keys(one).length === Object.keys(other).length;
    return isSame ? null : `${name}: ${ours} / ${theirs}`;
  }
  const [mine, theirs] = [Object.entries(one), new Map<string, Value>(Object.entries(other))];
  if (mine.length !== theirs.size) return `${name}: ${mine.length}, ${theirs.size}`;
  for (const [member, value] of mine) {
    const place = name === "outcomes" ? `bid ${spokenBid(start + Number(member))}:` : member;
    const found = differing(place, value, theirs.get(member) as Value, start);
    if (found !== null) return name === "" || name === "call" ? found : `${name} ${found}`;
  }
  return null;
}

function shown(name: string, value: Value): string {
  if (name === "from") return spokenBid(Number(value));
  return typeof value === "string" ? `0x${value}` : String(value);
}

function bidsOf(words: Value): string {
  return spokenBids(numbersOf(words as readonly bigint[])) || "–";
}

/** The bids whose bits are set. */
function numbersOf(words: readonly bigint[]): number[] {
  return words.flatMap((word, at) => Array.from({ length: WORD }, (_, bit) => word >> BigInt(bit) & 1n ? [at * WORD + bit] : []).flat());
}
