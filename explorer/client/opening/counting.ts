// What became of one bid of a closed round, from its envelope and all contributions (as ledger/opening/counting.py). Two
// officers with the same of both get the same outcome, byte for byte.

import { ZERO, type Hex } from "../verifier/bytes.js";
import type { Outcome } from "../verifier/procedure.js";
import { NamedParts } from "../sealing/blob_parts.js";
import { openContribution, readContribution } from "../sealing/contribution.js";
import { checkContent, readEnvelope, type Envelope } from "../sealing/envelope.js";
import { findSeed, partialSeed } from "../sealing/find_seed.js";
import { restDigest, type Header } from "../sealing/header.js";
import { OFFICERS, type GroupNumber, type KeySet } from "../sealing/key_set.js";
import { readBid } from "../sealing/open.js";
import { Refusal, SealsDiffer } from "../sealing/refusal.js";
import { placeNumber, type Share } from "../sealing/sealed_share.js";
import { requireSigned, type SignedContribution } from "../sealing/signed_contribution.js";
import type { Source } from "../sealing/source.js";
import { evidenceDigest, evidenceOf, type Evidence } from "./evidence.js";
import { OpeningRefusal } from "./refusal.js";
import { requireCommitted, requireFitting, type CommittedBid, type SealedRound } from "./sealed_round.js";

/** What the act says of one bid. */
export interface RecordedOutcome {
  readonly outcome: Outcome;
  readonly author: Hex;
  /** Bid root of an opened one, else the commitment. */
  readonly content: Hex;
  /** restDigest of an opened one, digest of the evidence of an unreadable one, else zero. */
  readonly evidence: Hex;
}

/**
 * A contribution as the server has it: whose share, and which account brought it. That this account signed it is verified, and
 * that it holds an officer's share; that it acts for a custodian is the server's word.
 */
export interface Brought extends SignedContribution {
  readonly group: GroupNumber;
  readonly index: number;
  readonly account: Hex;
}

/** A contribution that is none, or brings another share than was sealed; `why` is the refusal's name. */
export interface FalseContribution {
  readonly bid: number;
  readonly group: GroupNumber;
  readonly index: number;
  readonly account: Hex;
  readonly why: string;
}

export interface OpenedDocument {
  /** Its field: `documents/0001`. */
  readonly name: string;
  readonly title: string;
  readonly content: Blob;
}

export interface Found {
  readonly bid: number;
  readonly outcome: RecordedOutcome;
  /** The fields' texts of an opened bid, in their order. */
  readonly disclosures?: readonly string[];
  readonly documents?: readonly OpenedDocument[];
  /** Of an unreadable one. */
  readonly document?: Evidence;
}

export interface Opening {
  readonly found: Found;
  readonly false: readonly FalseContribution[];
}

/** What this officer found in the bids; `unfinished` are those that cannot be opened yet, and why. */
export interface Count {
  readonly found: readonly Found[];
  readonly unfinished: readonly { readonly bid: number; readonly error: unknown }[];
  readonly wrong: readonly FalseContribution[];
}

/** What follows without opening it. */
export function followed({ number, author, commitment }: CommittedBid, outcome: Outcome): Found {
  return { bid: number, outcome: { outcome, author, content: commitment, evidence: ZERO } };
}

/**
 * Opens one bid as the officer with this index and key; `brought` are the contributions to it.
 * What fails through too few or false contributions, or an envelope that is another, is thrown: it is no tenderer's doing.
 */
export async function openBid(
  round: SealedRound, bid: CommittedBid, file: Source, brought: readonly Brought[], officer: number, key: Uint8Array,
): Promise<Opening> {
  const envelope = await readEnvelope(file);
  const { header } = envelope;
  try {
    requireCommitted(round, bid, header);
    requireFitting(round, bid, header);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { found: unreadable(bid, error), false: [] };
  }
  await checkContent(envelope);
  const wrong: FalseContribution[] = [];
  const counted = await countedOf(header, round.keySet, bid, brought, officer, key, wrong);
  const shares = [...counted.values()].map(({ share }) => share);
  let seed: Uint8Array;
  try {
    const found = await findSeed(header, round.keySet, shares);
    seed = found.seed;
    for (const place of found.wrong) {
      const { one: { group, index, account } } = counted.get(placeNumber(place)) as Counted;
      wrong.push({ bid: bid.number, group, index, account, why: "SealsDiffer" });
    }
  } catch (error) {
    if (!(error instanceof SealsDiffer)) throw error;
    const partial = await partialSeed(header, round.keySet, shares);
    // Also with signed shares of all: holders can lie, some or all together, and a good bid would be called its tenderer's doing.
    if (partial === undefined) throw error;
    return { found: unreadable(bid, partial, partial.seed), false: wrong };
  }
  return { found: await contentOf(envelope, round.keySet, bid, seed), false: wrong };
}

interface Counted {
  readonly one: Brought;
  readonly share: Share;
}

/** Of each share, by the number of its place, the later contribution that its holder signed, and what is in it. */
async function countedOf(
  header: Header, keySet: KeySet, { number }: CommittedBid, brought: readonly Brought[], officer: number, key: Uint8Array,
  wrong: FalseContribution[],
): Promise<Map<number, Counted>> {
  const counted = new Map<number, Counted>();
  for (const one of brought) {
    const { group, index, account } = one;
    try {
      const read = readContribution(one.contribution, header, keySet);
      requireSigned(one, account);
      const holder = keySet.officers.recipients[index - 1]?.holder;
      const isHolder = group !== OFFICERS || holder === account.padStart(64, "0");
      if (read.place.group !== group || read.place.index !== index || !isHolder) throw new OpeningRefusal("ShareNotHeld");
      counted.set(placeNumber(read.place), { one, share: await openContribution(read, keySet, officer, key) });
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof OpeningRefusal)) throw error;
      wrong.push({ bid: number, group, index, account, why: error.error });
    }
  }
  return counted;
}

/** With a seed that passed the re-seal check; what fails here is the sealer's doing. */
async function contentOf(envelope: Envelope, keySet: KeySet, bid: CommittedBid, seed: Uint8Array): Promise<Found> {
  const kept = new NamedParts();
  try {
    const read = await readBid(envelope, keySet, seed, ({ name }, piece) => kept.add(name, piece));
    const { header } = envelope;
    return {
      bid: bid.number,
      outcome: { outcome: "opened", author: bid.author, content: header.sealed.bidRoot, evidence: restDigest(header) },
      disclosures: read.fields.map(({ text }) => text),
      documents: read.documents.map(({ name, title }) => ({ name, title, content: kept.whole(name) })),
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return unreadable(bid, error, seed);
  }
}

/** The sealer's doing. */
function unreadable(bid: CommittedBid, { error, values }: Refusal, seed?: Uint8Array): Found {
  return unreadableBy(bid, evidenceOf(bid.commitment, error, values, seed));
}

/** Two officers go on without it, and blame nobody: whatever each of them saw of it, both write the same. */
export function givenUp(bid: CommittedBid): Found {
  return unreadableBy(bid, evidenceOf(bid.commitment, "SharesTooFew", {}));
}

function unreadableBy({ number, author, commitment }: CommittedBid, document: Evidence): Found {
  return { bid: number, outcome: { outcome: "unreadable", author, content: commitment, evidence: evidenceDigest(document) }, document };
}
