// A receiver's signed word that a commitment arrived (ITenderLedger.Promise; EIP-191 for 32 bytes).

import { ascii, concat, fromHex, NOBODY, type Hex } from "./bytes.js";
import { abiDigest, keccak, labelDigest } from "./digests.js";
import { lowSignerOf } from "./signature.js";

const TYPE = labelDigest("siegel/1 promise");
const SIGNED = concat(Uint8Array.of(0x19), ascii("Ethereum Signed Message:\n32"));

export interface Promised {
  readonly receiver: Hex;
  readonly arrivedAt: bigint;
  readonly deliverBy: bigint;
  readonly signature: Uint8Array;
}

/** A bid as a promise names it. */
export interface Promisable {
  readonly chainId: bigint;
  readonly ledger: Hex;
  readonly processId: Hex;
  readonly round: number;
  readonly commitment: Hex;
  readonly author: Hex;
}

/** The account that signed the promise, nobody if none did: r || s || v, s in the lower half, v 27 or 28. */
export function promisorOf(bid: Promisable, { arrivedAt, deliverBy, signature }: Promised): Hex {
  const v = signature[64];
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return NOBODY;
  const { chainId, ledger, processId, round, commitment, author } = bid;
  const promised = abiDigest(TYPE, chainId, ledger, processId, round, commitment, author, arrivedAt, deliverBy);
  return lowSignerOf(signature.subarray(0, 64), v - 27, keccak(SIGNED, fromHex(promised)));
}
