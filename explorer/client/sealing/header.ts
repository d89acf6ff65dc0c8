// The header of an envelope: fourteen words, and the sealed shares.

import { abiDigest, labelDigest, sha256 } from "../verifier/digests.js";
import { concat, toHex, type Hex } from "../verifier/bytes.js";
import { contextWords, differenceOf, readContext, type Context, type Sealed } from "./context.js";
import type { SealedMessage } from "./hpke.js";
import { groupsOf, isSize, requireSizes, type KeySet, type Size, type Sizes } from "./key_set.js";
import { Refusal } from "./refusal.js";
import { readSealed, SEALED_SIZE, type Place } from "./sealed_share.js";
import { filled, number, tag, WORD, Words } from "./word.js";

const TAG = "siegel/1 envelope";
const BID_ROOT = 9;
const FIXED_WORDS = 14;
export const FIXED_SIZE = FIXED_WORDS * WORD;
export const CONTENT_LIMIT = 2 ** 40;
const SIZE_LIMIT = 2n ** 16n;

/** What stands before the shares. `contentSize` and `contentDigest` are those of the age file. */
export interface Fixed {
  readonly sealed: Sealed;
  readonly contentSize: number;
  readonly contentDigest: Hex;
  readonly sizes: Sizes;
}

export interface Header extends Fixed {
  readonly bytes: Uint8Array;
  readonly shares: readonly (Place & SealedMessage)[];
}

export function headerSize(sizes: Sizes): number {
  return FIXED_SIZE + SEALED_SIZE * groupsOf(sizes).reduce((sum, [, { count }]) => sum + count, 0);
}

export function writeHeader({ sealed, contentSize, contentDigest, sizes }: Fixed, shares: readonly Uint8Array[]): Uint8Array {
  const size = (group: Size | null): Uint8Array => number(group === null ? 0 : group.threshold * 256 + group.count);
  return concat(
    tag(TAG), contextWords(sealed), number(contentSize), filled(contentDigest),
    size(sizes.officers), size(sizes.custodians), ...shares,
  );
}

/** The first fourteen words, without those that follow. Throws EnvelopeMalformed. */
export function readFixed(bytes: Uint8Array): Fixed {
  if (bytes.length < FIXED_SIZE) malformed(bytes.length, "the header is cut off");
  const words = new Words(bytes, malformed);
  words.tag(0, TAG);
  const sealed = readContext(words);
  const contentSize = words.number(10, BigInt(CONTENT_LIMIT));
  const officers = readSize(words, 12);
  const custodians = words.number(13) === 0n ? null : readSize(words, 13);
  return { sealed, contentSize: Number(contentSize), contentDigest: words.hex(11), sizes: { officers, custodians } };
}

/** A whole header, and nothing behind it. Throws EnvelopeMalformed. */
export function readHeader(bytes: Uint8Array): Header {
  const fixed = readFixed(bytes);
  const size = headerSize(fixed.sizes);
  if (bytes.length > size) malformed(size, "there are bytes behind the header");
  const messages = readSealed(bytes, FIXED_SIZE, size, malformed);
  const places = groupsOf(fixed.sizes).flatMap(([group, { count }]) =>
    Array.from({ length: count }, (_, at) => ({ group, index: at + 1 })));
  return { ...fixed, bytes, shares: messages.map((message, at) => ({ ...(places[at] as Place), ...message })) };
}

/** Requires the expected context, of which `notBefore` is the latest that may be. Throws EnvelopeForeign. */
export function requireContext({ sealed }: Header, expected: Context): void {
  const found = differenceOf(expected, sealed, ["chainId", "ledger", "processId", "round", "author", "keySet"]);
  if (found) throw new Refusal("EnvelopeForeign", { ...found });
  if (sealed.notBefore > expected.notBefore) {
    throw new Refusal("EnvelopeForeign", { field: "notBefore", expected: expected.notBefore, got: sealed.notBefore });
  }
}

/** Throws KeySetDiffers. */
export function requireKeySet({ sizes }: Header, keySet: KeySet): void {
  requireSizes(keySet, sizes);
}

/** The digest of all but the bidRoot. */
export function restDigest({ bytes }: Pick<Header, "bytes">): Hex {
  return toHex(sha256(bytes.subarray(0, BID_ROOT * WORD), bytes.subarray((BID_ROOT + 1) * WORD)));
}

/** What stands on the chain for this envelope (`ITenderLedger.sol`). */
export function commitment(header: Header): Hex {
  const { chainId, ledger, processId, round, author, bidRoot } = header.sealed;
  return abiDigest(labelDigest("siegel/1 bid"), chainId, ledger, processId, round, author, bidRoot, restDigest(header));
}

function readSize(words: Words, index: number): Size {
  const value = words.number(index, SIZE_LIMIT);
  const size = { threshold: Number(value >> 8n), count: Number(value & 0xffn) };
  if (!isSize(size)) malformed(index * WORD, "this is no threshold with a number of shares");
  return size;
}

export function malformed(position: number, reason: string): never {
  throw new Refusal("EnvelopeMalformed", { position, reason });
}
