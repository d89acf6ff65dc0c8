// The header of an envelope against what the ledger has of its bid (docs/siegel-1.md, opening, 1).

import { NOBODY, type Hex } from "../verifier/bytes.js";
import { abiDigest, labelDigest } from "../verifier/digests.js";
import type { Context } from "../sealing/context.js";
import { requireContext, requireKeySet, restDigest, type Header } from "../sealing/header.js";
import type { KeySet } from "../sealing/key_set.js";
import { Refusal } from "../sealing/refusal.js";
import type { Bid } from "./facts.js";
import { OpeningRefusal } from "./refusal.js";

/** A round on its chain; `context` is that of its bids, whose author each bid has. */
export interface SealedRound {
  readonly context: Omit<Context, "author">;
  readonly keySet: KeySet;
}

export type CommittedBid = Pick<Bid, "number" | "author" | "commitment">;

/** What a challenge is bound to: the round as it stands, and no bid. */
export function rehearsalContext({ context }: SealedRound): Context {
  return { ...context, author: NOBODY };
}

/**
 * The header is the one that the bid's author committed. Throws EnvelopeForeign where it is another author's, whose commitment was
 * copied: nobody can have an envelope of that; EnvelopeSwapped for any other envelope.
 */
export function requireCommitted(round: SealedRound, bid: CommittedBid, header: Header): void {
  if (commitmentBy(round, header, bid.author) === bid.commitment) return;
  const { author } = header.sealed;
  if (commitmentBy(round, header, author) === bid.commitment) {
    throw new Refusal("EnvelopeForeign", { field: "author", expected: bid.author, got: author });
  }
  throw new OpeningRefusal("EnvelopeSwapped", { bid: bid.number });
}

/** What the author committed is sealed for this round and its key set, and not for later. Throws EnvelopeForeign, KeySetDiffers. */
export function requireFitting({ context, keySet }: SealedRound, { author }: CommittedBid, header: Header): void {
  requireContext(header, { ...context, author });
  requireKeySet(header, keySet);
}

function commitmentBy({ context: { chainId, ledger, processId, round } }: SealedRound, header: Header, author: Hex): Hex {
  return abiDigest(
    labelDigest("siegel/1 bid"), chainId, ledger, processId, round, author, header.sealed.bidRoot, restDigest(header),
  );
}
