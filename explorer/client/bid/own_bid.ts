// A receipt of the round's process, of whatever round: who its bid's account is, and which bid it is. It is only read.

import { accountOf } from "../verifier/signature.js";
import { readEnvelope } from "../sealing/envelope.js";
import { commitment } from "../sealing/header.js";
import { openSecret, readReceipt, type ReceiptParts } from "../receipt/receipt.js";
import type { Hex } from "../verifier/bytes.js";
import { PageRefusal } from "./refusal.js";
import type { Terms } from "./terms.js";

/** A bid, by its receipt; hex without 0x. */
export interface NamedBid {
  readonly round: bigint;
  readonly author: Hex;
  readonly commitment: Hex;
}

/** With the account's key: who has it can ask as the bid's author. */
export interface OwnBid extends NamedBid {
  readonly chainId: bigint;
  readonly ledger: Hex;
  readonly processId: Hex;
  readonly key: Uint8Array;
}

export interface NamedBidTask {
  readonly receipt: Blob;
  readonly terms: Terms;
}

export interface OwnBidTask extends NamedBidTask {
  readonly passphrase: string;
}

/**
 * The bid that an answer belongs to: which one it is, needs no passphrase. Throws what `readReceipt` throws, ReceiptForeign,
 * ReceiptUnreadable, MainBidHere for a bid of the very round of the answer.
 */
export async function namedBid({ receipt, terms }: NamedBidTask): Promise<NamedBid> {
  const parts = await partsOf(receipt, terms);
  const round = BigInt(parts.round);
  if (round === terms.round) throw new PageRefusal("MainBidHere");
  return { round, author: parts.author, commitment: parts.commitment };
}

/** Throws what `namedBid` throws but for MainBidHere, and what `openSecret` throws. */
export async function ownBid({ receipt, passphrase, terms }: OwnBidTask): Promise<OwnBid> {
  const { chainId, ledger, processId, round, author, commitment, secret } = await partsOf(receipt, terms);
  const { accountKey: key } = await openSecret(secret, passphrase);
  if (accountOf(key) !== author) damaged("the key is not the account's");
  return { chainId, ledger, processId, round: BigInt(round), author, commitment, key };
}

/** The envelope is the one of the commitment: a file that was made to name another bid is found out. */
async function partsOf(receipt: Blob, terms: Terms): Promise<ReceiptParts> {
  const parts = await readReceipt(receipt);
  const { chainId, ledger, processId } = parts;
  if (chainId !== terms.chainId || ledger !== terms.ledger || processId !== terms.processId) throw new PageRefusal("ReceiptForeign");
  const { header } = await readEnvelope(parts.envelope);
  const { sealed } = header;
  const isSame = sealed.processId === processId && sealed.round === BigInt(parts.round) && sealed.author === parts.author;
  if (!isSame || commitment(header) !== parts.commitment) damaged("the envelope is not the commitment's");
  return parts;
}

function damaged(reason: string): never {
  throw new PageRefusal("ReceiptUnreadable", { reason });
}
