// A contribution: one opened share, sealed to every officer of the key set.

import { concat, equal, fromHex, toHex } from "../verifier/bytes.js";
import { contextWords } from "./context.js";
import { requireKeySet, restDigest, type Header } from "./header.js";
import { seal, type SealedMessage } from "./hpke.js";
import { groupsOf, type KeySet, type Recipient } from "./key_set.js";
import { Refusal } from "./refusal.js";
import { openSealed, packSealed, placeNumber, readSealed, SEALED_SIZE, type Place, type Share } from "./sealed_share.js";
import { filled, number, tag, WORD, Words } from "./word.js";

const TAG = "siegel/1 contribution";
/** Words 1 to 10: of one envelope, not only of one bid, which somebody may have sealed twice. */
const OF_ENVELOPE = [
  "suite", "chainId", "ledger", "processId", "round", "author", "keySet", "notBefore", "bidRoot", "restDigest",
] as const;
const OPENED = 11;
const OFFICER_COUNT = 12;
const FIXED_SIZE = 13 * WORD;

export interface Contribution {
  /** Words 0 to 11. */
  readonly head: Uint8Array;
  /** Whose share it is. */
  readonly place: Place;
  /** One for each officer, in the order of the key set. */
  readonly messages: readonly SealedMessage[];
}

/** Seals an opened share of this envelope to the officers. Throws KeySetDiffers. */
export async function contribute(header: Header, keySet: KeySet, share: Share): Promise<Uint8Array> {
  requireKeySet(header, keySet);
  const { recipients } = keySet.officers;
  const head = concat(tag(TAG), envelopeWords(header), number(placeNumber(share)));
  const messages = await Promise.all(recipients.map(async (officer, at) =>
    packSealed(await seal(officer.key, contributionInfo(head, at + 1, officer), share.bytes))));
  return concat(head, number(recipients.length), ...messages);
}

/**
 * A contribution to the opening of this envelope; what is wrong first is refused first.
 * Throws KeySetDiffers, ContributionMalformed, ContributionForeign.
 */
export function readContribution(bytes: Uint8Array, header: Header, keySet: KeySet): Contribution {
  requireKeySet(header, keySet);
  if (bytes.length < FIXED_SIZE) malformed(bytes.length, "it is cut off");
  const words = new Words(bytes, malformed);
  words.tag(0, TAG);
  requireEnvelope(words, header);
  const place = readPlace(words, header);
  const count = keySet.officers.recipients.length;
  if (words.number(OFFICER_COUNT) !== BigInt(count)) malformed(OFFICER_COUNT * WORD, `there are ${count} officers`);
  const size = FIXED_SIZE + count * SEALED_SIZE;
  const messages = readSealed(bytes, FIXED_SIZE, size, malformed);
  if (bytes.length > size) malformed(size, "there are bytes behind it");
  return { head: bytes.subarray(0, OFFICER_COUNT * WORD), place, messages };
}

/** Opens what an officer got. Throws ShareUnopenable (of the share that it brings). */
export async function openContribution(
  { head, place, messages }: Contribution, keySet: KeySet, officer: number, privateKey: Uint8Array,
): Promise<Share> {
  const [message, recipient] = [messages[officer - 1], keySet.officers.recipients[officer - 1]];
  if (message === undefined || recipient === undefined) throw new Error(`there is no officer ${officer}`);
  return await openSealed(message, privateKey, contributionInfo(head, officer, recipient), place);
}

function requireEnvelope(words: Words, header: Header): void {
  const expected = new Words(envelopeWords(header), malformed);
  OF_ENVELOPE.forEach((field, at) => {
    const [wanted, got] = [expected.at(at), words.at(at + 1)];
    if (!equal(wanted, got)) throw new Refusal("ContributionForeign", { field, expected: toHex(wanted), got: toHex(got) });
  });
}

function readPlace(words: Words, header: Header): Place {
  const opened = words.number(OPENED);
  for (const [group, { count }] of groupsOf(header.sizes)) {
    for (let index = 1; index <= count; index += 1) {
      if (opened === BigInt(placeNumber({ group, index }))) return { group, index };
    }
  }
  return malformed(OPENED * WORD, "the key set has no such recipient");
}

function envelopeWords(header: Header): Uint8Array {
  return concat(contextWords(header.sealed), fromHex(restDigest(header)));
}

function contributionInfo(head: Uint8Array, officer: number, { holder }: Recipient): Uint8Array {
  return concat(head, number(officer), filled(holder));
}

function malformed(position: number, reason: string): never {
  throw new Refusal("ContributionMalformed", { position, reason });
}
