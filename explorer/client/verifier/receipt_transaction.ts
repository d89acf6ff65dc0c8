// The signed raw transaction in a receipt: what it calls, and who signed it (EIP-155, EIP-2930, EIP-1559).

import { readerOf } from "./abi.js";
import { ascii, concat, EMPTY, equal, ofNumber, toHex, type Hex } from "./bytes.js";
import { keccak } from "./digests.js";
import type { Promised } from "./promise.js";
import { invalid, ofEntry } from "./receipt_entries.js";
import { decode, encode, fixed, integer, listOf, string } from "./rlp.js";
import { lowSignerOf } from "./signature.js";
import { TERMS, type Argument } from "./statute_table.js";
import statute from "../../../ledger/statute.json" with { type: "json" };

const COMMIT = keccak(ascii("commitBid(bytes32,uint32,bytes32,bytes32,uint64,(bytes32,uint64,uint64,bytes))")).subarray(0, 4);
const [SUPERSEDES, PROMISED] = statute.acts.find(({ name }) => name === "BidCommitted")?.detail as unknown as readonly [Argument, Argument];
const readCall = readerOf([
  { name: "processId", type: "bytes32" }, { name: "round", type: "uint32" }, { name: "commitment", type: "bytes32" },
  SUPERSEDES, { name: "expires", type: "uint64" }, PROMISED,
], TERMS);

/** Of each type of transaction the number of fields, and which is the receiving account; the call stands two further. */
const TYPED = new Map([[1, [11, 4]], [2, [12, 5]]]);
const LEGACY = [9, 3];

/** A call of commitBid. */
export interface Commit {
  readonly chainId: bigint;
  readonly to: Hex;
  readonly processId: Hex;
  readonly round: number;
  readonly commitment: Hex;
  readonly supersedes: Hex;
  readonly promised: Promised;
  readonly signer: Hex;
}

/** Throws EntryInvalid for a transaction that does something else, and for one without a chain id. */
export function readCommit(raw: Uint8Array): Commit {
  return ofEntry("transaction", () => {
    const { data, ...signed } = transaction(raw);
    if (!equal(data.subarray(0, 4), COMMIT)) throw invalid("transaction", "it does not call commitBid");
    const call = readCall(data.subarray(4)) as unknown as Omit<Commit, "round"> & { round: bigint };
    return { ...call, ...signed, round: Number(call.round) };
  });
}

function transaction(raw: Uint8Array): Pick<Commit, "chainId" | "to" | "signer"> & { data: Uint8Array } {
  const typed = TYPED.get(raw[0] as number);
  const type = raw.subarray(0, typed === undefined ? 0 : 1);
  const [count, place] = (typed ?? LEGACY) as [number, number];
  const fields = listOf(decode(raw.subarray(type.length)), count);
  const to = toHex(fixed(fields[place] as Uint8Array, 20));
  const data = string(fields[place + 2] as Uint8Array);
  const [last, r, s] = fields.slice(-3).map((field) => integer(field)) as [bigint, bigint, bigint];
  const chainId = typed === undefined ? (last - 35n) >> 1n : integer(fields[0] as Uint8Array);
  const parity = typed === undefined ? (last - 35n) & 1n : last;
  if (chainId <= 0n || parity > 1n) throw invalid("transaction", "it is bound to no chain, or no signature");
  const ahead = fields.slice(0, -3);
  const signed = typed === undefined ? [...ahead, minimalOf(chainId), EMPTY, EMPTY] : ahead;
  const signature = concat(ofNumber(r, 32), ofNumber(s, 32));
  return { chainId, to, data, signer: lowSignerOf(signature, Number(parity), keccak(type, encode(signed))) };
}

/** A number above zero in as few bytes as hold it. */
function minimalOf(number: bigint): Uint8Array {
  return ofNumber(number, Math.ceil(number.toString(16).length / 2));
}
