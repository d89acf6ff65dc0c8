// A sealed share as header and contributions have it, four words; and the `info` under which it is sealed.

import { concat } from "../verifier/bytes.js";
import { contextWords, type Sealed } from "./context.js";
import { ENC_SIZE, open, seal, TAG_SIZE, type SealedMessage } from "./hpke.js";
import { groupName, groupsOf, type GroupNumber, type KeySet, type Recipient } from "./key_set.js";
import { Refusal } from "./refusal.js";
import type { Secrets } from "./seed.js";
import { filled, number, tag, WORD, type Refuse } from "./word.js";

export const SHARE_SIZE = 32;
export const SEALED_SIZE = 4 * WORD;
const CIPHERTEXT_END = ENC_SIZE + SHARE_SIZE + TAG_SIZE;

/** Whose share it is. */
export interface Place {
  readonly group: GroupNumber;
  readonly index: number;
}

/** An opened share: what its recipient adds to the opening. */
export interface Share extends Place {
  readonly bytes: Uint8Array;
}

/** One number for group and index. */
export function placeNumber({ group, index }: Place): number {
  return group * 256 + index;
}

export function packSealed({ enc, ciphertext }: SealedMessage): Uint8Array {
  return concat(enc, ciphertext, new Uint8Array(SEALED_SIZE - CIPHERTEXT_END));
}

/** The sealed shares that stand between two bytes; what is wrong first is refused first. */
export function readSealed(bytes: Uint8Array, from: number, to: number, refuse: Refuse): SealedMessage[] {
  const found: SealedMessage[] = [];
  for (let at = from; at < to; at += SEALED_SIZE) {
    const four = bytes.subarray(at, at + SEALED_SIZE);
    if (four.length < SEALED_SIZE) refuse(bytes.length, "it is cut off in a sealed share");
    if (four.subarray(CIPHERTEXT_END).some((byte) => byte !== 0)) refuse(at, "what fills up this sealed share is not zero");
    found.push({ enc: four.subarray(0, ENC_SIZE), ciphertext: four.subarray(ENC_SIZE, CIPHERTEXT_END) });
  }
  return found;
}

interface PackedShare extends Place {
  readonly packed: Uint8Array;
}

/** All sealed shares of a bid, in the order of the header, one after the other. */
export async function* sealShares(secrets: Secrets, sealed: Sealed, keySet: KeySet): AsyncGenerator<PackedShare, void> {
  const shares = secrets.shares();
  for (const [group, { recipients }] of groupsOf(keySet)) {
    for (const [at, recipient] of recipients.entries()) {
      const place = { group, index: at + 1 };
      const share = shares.get(group)?.[at] as Uint8Array;
      const message = await seal(recipient.key, shareInfo(sealed, place, recipient), share, secrets.ephemeral(group, place.index));
      yield { ...place, packed: packSealed(message) };
    }
  }
}

/** Opens the share that was sealed to this place of the key set. Throws ShareUnopenable. */
export async function openSealed(message: SealedMessage, privateKey: Uint8Array, info: Uint8Array, place: Place): Promise<Share> {
  const bytes = await open(privateKey, info, message);
  if (bytes === undefined) throw new Refusal("ShareUnopenable", { group: groupName(place.group), index: place.index });
  return { group: place.group, index: place.index, bytes };
}

/** Binds a sealed share to its bid and its recipient. */
export function shareInfo(sealed: Sealed, place: Place, { holder }: Recipient): Uint8Array {
  return concat(tag("siegel/1 share"), contextWords(sealed), number(placeNumber(place)), filled(holder));
}
