// The own share of a bid, sealed again to all officers (as ledger/opening/contributing.py).

import { contribute } from "../sealing/contribution.js";
import { readHeader } from "../sealing/header.js";
import { OFFICERS } from "../sealing/key_set.js";
import { openShare } from "../sealing/open.js";
import { OpeningRefusal } from "./refusal.js";
import { requireCommitted, requireFitting, type CommittedBid, type SealedRound } from "./sealed_round.js";

/**
 * The contribution of the officer with this index; `now` by the own clock, in seconds since 1970. Throws EnvelopeSwapped,
 * EnvelopeForeign, KeySetDiffers for another envelope than the bid's; ClockBeforeDeadline; ShareUnopenable.
 */
export async function contributionOf(
  round: SealedRound, bid: CommittedBid, headerBytes: Uint8Array, officer: number, key: Uint8Array, now: number,
): Promise<Uint8Array> {
  const header = readHeader(headerBytes);
  requireCommitted(round, bid, header);
  requireFitting(round, bid, header);
  if (BigInt(now) < header.sealed.notBefore) throw new OpeningRefusal("ClockBeforeDeadline");
  const share = await openShare(header, round.keySet, { group: OFFICERS, index: officer }, key);
  return await contribute(header, round.keySet, share);
}
