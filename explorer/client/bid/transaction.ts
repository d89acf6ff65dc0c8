// The transactions of a bid's account: a signed raw one that any relay can carry (EIP-155; gas costs nothing here).

import { EMPTY, ZERO, concat, fromHex, ofNumber, toHex, toNumber, type Hex } from "../verifier/bytes.js";
import { keccak, labelDigest } from "../verifier/digests.js";
import type { Promised } from "../verifier/promise.js";
import { decode, encode, integer, listOf, string, type Item } from "../verifier/rlp.js";
import { signature } from "./account.js";
import { bytes, encoded, structure, type Part } from "./abi_writing.js";

/** It only has to suffice, and stays below the cap of 2^24 that Osaka sets. */
const GAS = 1_000_000;
const SELECTOR = 4;

/** Where in a call of `commitBid` the promise's second stands: behind five words, the offset, and the receiver. */
const ARRIVED_AT = SELECTOR + 7 * 32;
const LEGACY_FIELDS = 9;

/** No receiver vouches: the block's time is the arrival (ITenderLedger.Promise). */
const UNPROMISED: Promised = { receiver: ZERO, arrivedAt: 0n, deliverBy: 0n, signature: EMPTY };

export interface Commit {
  readonly processId: Hex;
  readonly round: bigint;
  readonly commitment: Hex;
  /** An own earlier commitment, or zeros. */
  readonly supersedes: Hex;
  /** Last second in which the call counts. */
  readonly expires: bigint;
  /** Null without one. */
  readonly promised: Promised | null;
}

export type Withdraw = Pick<Commit, "processId" | "round" | "commitment" | "expires">;

function call(name: string, parts: readonly Part[]): Uint8Array {
  return concat(fromHex(labelDigest(name)).subarray(0, SELECTOR), encoded(parts));
}

function number(value: bigint): Uint8Array {
  return ofNumber(value, 32);
}

export function commitCall({ processId, round, commitment, supersedes, expires, promised }: Commit): Uint8Array {
  const { receiver, arrivedAt, deliverBy, signature: word } = promised ?? UNPROMISED;
  return call("commitBid(bytes32,uint32,bytes32,bytes32,uint64,(bytes32,uint64,uint64,bytes))", [
    fromHex(processId), number(round), fromHex(commitment), fromHex(supersedes), number(expires),
    structure(fromHex(receiver), number(arrivedAt), number(deliverBy), bytes(word)),
  ]);
}

export function withdrawCall({ processId, round, commitment, expires }: Withdraw): Uint8Array {
  return call("withdrawBid(bytes32,uint32,bytes32,uint64)", [
    fromHex(processId), number(round), fromHex(commitment), number(expires),
  ]);
}

/** Signed for one chain; the same arguments give the same bytes, so whoever repeats it hands in the same. */
export function signedTransaction(
  chainId: bigint, ledger: Hex, nonce: bigint, data: Uint8Array, key: Uint8Array, gas = GAS,
): Uint8Array {
  const fields: Item[] = [whole(nonce), EMPTY, whole(BigInt(gas)), fromHex(ledger), EMPTY, data];
  const { rs, point } = signature(keccak(encode([...fields, whole(chainId), EMPTY, EMPTY])), key);
  const v = whole(chainId * 2n + 35n + BigInt(point));
  return encode([...fields, v, stripped(rs.subarray(0, 32)), stripped(rs.subarray(32))]);
}

/** The number and the call of a transaction as it is signed here; null for another kind. */
export function readSigned(raw: Uint8Array): { readonly nonce: bigint; readonly data: Uint8Array } | null {
  try {
    const fields = listOf(decode(raw), LEGACY_FIELDS);
    return { nonce: integer(fields[0] as Item, 8), data: string(fields[5] as Item) };
  } catch {
    return null;
  }
}

/** The second of arrival that a call of `commitBid` carries as promised; null without a promise. */
export function arrivalIn(data: Uint8Array): bigint | null {
  const arrivedAt = toNumber(data.subarray(ARRIVED_AT, ARRIVED_AT + 32));
  return arrivedAt === 0n ? null : arrivedAt;
}

export function transactionHash(raw: Uint8Array): Hex {
  return toHex(keccak(raw));
}

function whole(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY;
  const digits = value.toString(16);
  return fromHex(digits.length % 2 ? "0" + digits : digits);
}

/** RLP has no zeros in front of a number. */
function stripped(value: Uint8Array): Uint8Array {
  return value.subarray(value.findIndex((byte) => byte !== 0));
}
