// A contribution: one opened share, sealed to every officer of the key set.

import { concat } from "../verifier/bytes.js";
import { contextWords, differenceOf, readContext, type Sealed } from "./context.js";
import { requireKeySet, type Header } from "./header.js";
import { seal, type SealedMessage } from "./hpke.js";
import { CUSTODIANS, MOST_RECIPIENTS, OFFICERS, type GroupNumber, type KeySet, type Recipient } from "./key_set.js";
import { Refusal } from "./refusal.js";
import { openSealed, packSealed, placeNumber, readSealed, SEALED_SIZE, type Place, type Share } from "./sealed_share.js";
import { filled, number, tag, WORD, Words } from "./word.js";

const TAG = "siegel/1 contribution";
const OPENED = 10;
const OFFICER_COUNT = 11;
const FIXED_SIZE = 12 * WORD;

export interface Contribution {
  readonly sealed: Sealed;
  /** Whose share it is. */
  readonly place: Place;
  /** One for each officer, in the order of the key set. */
  readonly messages: readonly SealedMessage[];
}

/** Seals an opened share of this envelope to the officers. Throws KeySetDiffers. */
export async function contribute(header: Header, keySet: KeySet, share: Share): Promise<Uint8Array> {
  requireKeySet(header, keySet);
  const { recipients } = keySet.officers;
  const messages = await Promise.all(recipients.map(async (officer, at) =>
    packSealed(await seal(officer.key, contributionInfo(header.sealed, share, at + 1, officer), share.bytes))));
  return concat(tag(TAG), contextWords(header.sealed), number(placeNumber(share)), number(recipients.length), ...messages);
}

/** Throws ContributionMalformed. */
export function readContribution(bytes: Uint8Array): Contribution {
  if (bytes.length < FIXED_SIZE) malformed(bytes.length, "it is cut off");
  const words = new Words(bytes, malformed);
  words.tag(0, TAG);
  const sealed = readContext(words);
  const opened = words.number(OPENED);
  const [group, index] = [opened >> 8n, Number(opened & 0xffn)];
  if ((group !== BigInt(OFFICERS) && group !== BigInt(CUSTODIANS)) || index < 1 || index > MOST_RECIPIENTS) {
    malformed(OPENED * WORD, "this is no group and index");
  }
  const count = words.number(OFFICER_COUNT);
  if (count < 3n || count > MOST_RECIPIENTS) malformed(OFFICER_COUNT * WORD, "this is no number of officers");
  const size = FIXED_SIZE + Number(count) * SEALED_SIZE;
  if (bytes.length < size) malformed(bytes.length, "it is cut off");
  if (bytes.length > size) malformed(size, "there are bytes behind it");
  return { sealed, place: { group: Number(group) as GroupNumber, index }, messages: readSealed(bytes, FIXED_SIZE, malformed) };
}

/** Opens what an officer got. Throws ContributionForeign, KeySetDiffers, ShareUnopenable (of the share that it brings). */
export async function openContribution(
  { sealed, place, messages }: Contribution, header: Header, keySet: KeySet, officer: number, privateKey: Uint8Array,
): Promise<Share> {
  requireKeySet(header, keySet);
  const found = differenceOf(header.sealed, sealed, [
    "chainId", "ledger", "processId", "round", "author", "keySet", "notBefore", "bidRoot",
  ]);
  if (found) throw new Refusal("ContributionForeign", { ...found });
  const { recipients } = keySet.officers;
  if (messages.length !== recipients.length) {
    const reason = `it has ${recipients.length} officers; the contribution has ${messages.length}`;
    throw new Refusal("KeySetDiffers", { reason });
  }
  if (!header.shares.some(({ group, index }) => group === place.group && index === place.index)) {
    malformed(OPENED * WORD, "the envelope has no such share");
  }
  const [message, recipient] = [messages[officer - 1], recipients[officer - 1]];
  if (message === undefined || recipient === undefined) throw new Error(`there is no officer ${officer}`);
  return await openSealed(message, privateKey, contributionInfo(sealed, place, officer, recipient), place);
}

function contributionInfo(sealed: Sealed, place: Place, officer: number, { holder }: Recipient): Uint8Array {
  return concat(tag(TAG), contextWords(sealed), number(placeNumber(place)), number(officer), filled(holder));
}

function malformed(position: number, reason: string): never {
  throw new Refusal("ContributionMalformed", { position, reason });
}
