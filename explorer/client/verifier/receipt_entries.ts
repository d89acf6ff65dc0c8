// The small entries of a receipt: key set and promise (docs/siegel-1.md, the receipt).

import type { Group, KeySet } from "../sealing/key_set.js";
import { concat, EMPTY, equal, fromHex, ofNumber, toHex, toNumber, ZERO, type Hex } from "./bytes.js";
import { keccakHex } from "./digests.js";
import type { KeySetDetail } from "./key_sets.js";
import type { Promised } from "./promise.js";
import { Refusal, thrown } from "./refusal.js";
import type { Recipient } from "./standing.js";
import { act, rowIn, type Row } from "./statute_table.js";

const WORD = 32;
const SIGNATURE = 65n;
const TIME_LIMIT = 2n ** 64n;
const ROW = rowIn("roles", act("KeySetRegistered")) as Row;

export const NO_PROMISE: Promised = { receiver: ZERO, arrivedAt: 0n, deliverBy: 0n, signature: EMPTY };

export function invalid(entry: string, reason: string): Refusal {
  return new Refusal("EntryInvalid", { entry, reason });
}

/** What it reads, or why it cannot be read: a refusal of the entry. */
export function ofEntry<Found>(entry: string, read: () => Found): Found {
  try {
    return read();
  } catch (error) {
    const refusal = thrown(error, Refusal);
    throw refusal.error === "EntryInvalid" ? refusal : invalid(entry, refusal.message);
  }
}

/** From `abi.encode(keySet)`. Throws EntryInvalid. */
export function readKeySet(data: Uint8Array): KeySet {
  const { keySet } = ofEntry("key-set", () => ROW.read(data)) as unknown as { keySet: KeySetDetail };
  const group = (threshold: bigint, recipients: readonly Recipient[]): Group => ({ threshold: Number(threshold), recipients });
  const { custodianThreshold, custodians } = keySet;
  const isAlone = custodians.length === 0 && custodianThreshold === 0n;
  return {
    officers: group(keySet.officerThreshold, keySet.officers),
    custodians: isAlone ? null : group(custodianThreshold, custodians),
  };
}

/** The id of the key set with this encoding: keccak256(abi.encode(organisationId, keySet)). */
export function keySetId(organisation: Hex, data: Uint8Array): Hex {
  return keccakHex(concat(fromHex(organisation), ofNumber(2 * WORD, WORD), data.subarray(WORD)));
}

/** From its entry of 193 bytes. Throws EntryInvalid for numbers that a promise cannot have. */
export function readPromise(data: Uint8Array): Promised {
  const word = (place: number) => data.subarray(WORD * place, WORD * (place + 1));
  const receiver = toHex(word(0));
  const [arrivedAt, deliverBy, length] = [toNumber(word(1)), toNumber(word(2)), toNumber(word(3))];
  if (receiver === ZERO || arrivedAt >= TIME_LIMIT || deliverBy >= TIME_LIMIT || length !== SIGNATURE) {
    throw invalid("promise", "no receiver, a time beyond 64 bits, or another length than 65");
  }
  return { receiver, arrivedAt, deliverBy, signature: data.subarray(4 * WORD) };
}

/** The entry; nothing of none. */
export function writePromise({ receiver, arrivedAt, deliverBy, signature }: Promised): Uint8Array {
  if (receiver === ZERO) return EMPTY;
  const numbers = [arrivedAt, deliverBy, signature.length].map((number) => ofNumber(number, WORD));
  return concat(fromHex(receiver), ...numbers, signature);
}

export function isSame(one: Promised, other: Promised): boolean {
  return equal(writePromise(one), writePromise(other));
}
