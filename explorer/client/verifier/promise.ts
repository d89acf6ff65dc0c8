// A receiver's signed word that a commitment arrived (ITenderLedger.Promise; EIP-191 for 32 bytes).

import type { Act } from "./act.js";
import { ascii, concat, fromHex, NOBODY, type Hex } from "./bytes.js";
import { abiDigest, keccak, labelDigest } from "./digests.js";
import type { Procedure } from "./procedure.js";
import { isLowerHalf, signerOf } from "./signature.js";

const TYPE = labelDigest("siegel/1 promise");
const SIGNED = concat(Uint8Array.of(0x19), ascii("Ethereum Signed Message:\n32"));

export interface Promised {
  readonly receiver: Hex;
  readonly arrivedAt: bigint;
  readonly deliverBy: bigint;
  readonly signature: Uint8Array;
}

/** The account that signed the promise, nobody if none did: r || s || v, s in the lower half, v 27 or 28. */
export function promisorOf(procedure: Procedure, act: Act, { arrivedAt, deliverBy, signature }: Promised): Hex {
  const v = signature[64];
  if (signature.length !== 65 || (v !== 27 && v !== 28) || !isLowerHalf(signature.subarray(32, 64))) return NOBODY;
  const { chainId, ledger, id } = procedure;
  const promised = abiDigest(TYPE, chainId, ledger, id, act.round, act.subject, act.first, arrivedAt, deliverBy);
  return signerOf(signature.subarray(0, 64), v - 27, keccak(SIGNED, fromHex(promised))) ?? NOBODY;
}
