// A contribution and its signature: with it whoever keeps contributions cannot make one in another's name.

import { fromHex, NOBODY, type Hex } from "../verifier/bytes.js";
import { abiDigest, keccakHex, labelDigest } from "../verifier/digests.js";
import { Refusal } from "./refusal.js";
import { textSignerOf } from "./signed_text.js";

const TYPE = labelDigest("siegel/1 contribution");

export interface SignedContribution {
  readonly contribution: Uint8Array;
  /** r || s || v, 65 bytes. */
  readonly signature: Uint8Array;
}

/** 32 bytes, which the share's holder signs as text. */
export function contributionDigest(contribution: Uint8Array): Uint8Array {
  return fromHex(abiDigest(TYPE, keccakHex(contribution)));
}

/** Throws ContributionUnsigned unless this account signed it. */
export function requireSigned({ contribution, signature }: SignedContribution, account: Hex): void {
  const signer = textSignerOf(contributionDigest(contribution), signature);
  if (signer === NOBODY || signer !== account) throw new Refusal("ContributionUnsigned", { account });
}
