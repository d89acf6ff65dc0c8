// Opening a challenge, which shows before the deadline that a key opens what is sealed to it (as ledger/sealing/rehearsal.py).
// Its tag is another than a share's, so that no server gets a bid's share opened as a challenge.

import { concat, ZERO } from "../verifier/bytes.js";
import { contextWords } from "../sealing/context.js";
import { ENC_SIZE } from "../sealing/hpke.js";
import { OFFICERS, type Recipient } from "../sealing/key_set.js";
import { openSealed, placeNumber } from "../sealing/sealed_share.js";
import { filled, number, tag } from "../sealing/word.js";
import { rehearsalContext, type SealedRound } from "./sealed_round.js";

/** The 32 bytes in it, of the officer with this index. Throws ShareUnopenable. */
export async function openChallenge(round: SealedRound, sealed: Uint8Array, officer: number, key: Uint8Array): Promise<Uint8Array> {
  const place = { group: OFFICERS, index: officer } as const;
  const { holder } = round.keySet.officers.recipients[officer - 1] as Recipient;
  const words = contextWords({ ...rehearsalContext(round), bidRoot: ZERO });
  const info = concat(tag("siegel/1 rehearsal"), words, number(placeNumber(place)), filled(holder));
  const message = { enc: sealed.subarray(0, ENC_SIZE), ciphertext: sealed.subarray(ENC_SIZE) };
  return (await openSealed(message, key, info, place)).bytes;
}
