// Opening an envelope (docs/siegel-1.md, opening): its five steps, those of a recipient and those of the officers.

import { decrypted } from "./age.js";
import type { Bid } from "./bid.js";
import { readContent, type Receiver } from "./content_reader.js";
import type { Context } from "./context.js";
import { checkContent, readEnvelope, type Envelope } from "./envelope.js";
import { requireContext, requireKeySet, type Header } from "./header.js";
import { groupsOf, type KeySet } from "./key_set.js";
import { requireSeed } from "./reseal.js";
import { openSealed, shareInfo, type Place, type Share } from "./sealed_share.js";
import { Secrets } from "./seed.js";
import type { Source } from "./source.js";

/**
 * Step 1, without the chain: whoever opens also compares `commitment(header)` with the one there.
 * Throws EnvelopeMalformed, EnvelopeForeign, KeySetDiffers, ContentAltered.
 */
export async function openEnvelope(file: Source, expected: Context, keySet: KeySet): Promise<Envelope> {
  const envelope = await readEnvelope(file);
  requireContext(envelope.header, expected);
  requireKeySet(envelope.header, keySet);
  await checkContent(envelope);
  return envelope;
}

/** Step 2. Throws ShareUnopenable, KeySetDiffers. */
export async function openShare(header: Header, keySet: KeySet, place: Place, privateKey: Uint8Array): Promise<Share> {
  requireKeySet(header, keySet);
  const recipient = groupsOf(keySet).find(([group]) => group === place.group)?.[1].recipients[place.index - 1];
  const message = header.shares.find(({ group, index }) => group === place.group && index === place.index);
  if (recipient === undefined || message === undefined) throw new Error("there is no such recipient");
  return await openSealed(message, privateKey, shareInfo(header.sealed, place, recipient), place);
}

/**
 * Steps 4 and 5 with a seed: of `findSeed`, of a receipt, or published as evidence; the content was checked before
 * (`openEnvelope`, `checkContent`), or what somebody altered later would seem to be the sealer's doing. Documents are handed on
 * piece by piece, and are the bid's only when this has come to its end. Throws KeySetDiffers, SealsDiffer, ContentUnreadable,
 * BidMalformed, BidRootDiffers, DocumentAltered.
 */
export async function readBid({ header, content }: Envelope, keySet: KeySet, seed: Uint8Array, receive: Receiver): Promise<Bid> {
  await requireSeed(header, keySet, seed);
  const { age } = new Secrets(seed, header.sealed, header.sizes);
  return await readContent(decrypted(content.stream(), age), header.sealed.bidRoot, receive);
}
