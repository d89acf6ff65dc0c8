// What somebody who takes part in a round signs to be answered as such (docs/handing-in.md, being entitled).

import { fromHex, toHex, type Hex } from "../verifier/bytes.js";
import { abiDigest, labelDigest } from "../verifier/digests.js";
import { textSignature } from "./account.js";

/** A round on its chain, and whose account asks; `expires` is the last second in which the signature counts. */
export interface Access {
  readonly chainId: bigint;
  readonly ledger: Hex;
  readonly processId: Hex;
  readonly round: bigint;
  readonly account: Hex;
  readonly expires: bigint;
}

/** 32 bytes, which are signed as text (EIP-191). */
export function accessDigest({ chainId, ledger, processId, round, account, expires }: Access): Uint8Array {
  return fromHex(abiDigest(labelDigest("siegel/1 access"), chainId, ledger, processId, round, account, expires));
}

/** The value of `Authorization`. */
export function accessHeader(access: Access, key: Uint8Array): string {
  const signature = toHex(textSignature(accessDigest(access), key));
  return `Siegel account=0x${access.account}, expires=${access.expires}, signature=0x${signature}`;
}
