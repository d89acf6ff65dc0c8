// Block headers, read strictly (Yellow Paper, section 4.3), and the bytes that their hash covers.

import { EMPTY, toHex, type Hex } from "./bytes.js";
import { keccak, keccakHex } from "./digests.js";
import { isQbft, readExtraData, writeExtraData } from "./qbft.js";
import { Refusal } from "./refusal.js";
import * as rlp from "./rlp.js";

// Fields of the forks: the beginning, EIP-1559, EIP-4895, EIP-4844 with EIP-4788, EIP-7685.
const FIELDS = [15, 16, 17, 20, 21];
const EXTRA_DATA = 12;

/** `items` are all fields as they stand there. */
export interface Header {
  readonly raw: Uint8Array;
  readonly items: readonly rlp.Item[];
  readonly beneficiary: Hex;
  readonly stateRoot: Hex;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly time: bigint;
  readonly extraData: Uint8Array;
  readonly mixHash: Hex;
}

/** Throws MalformedRlp, MalformedHeader. */
export function readHeader(raw: Uint8Array): Header {
  const items = rlp.decodeList(raw);
  if (!FIELDS.includes(items.length)) throw new Refusal("MalformedHeader", { reason: `${items.length} fields` });
  const at = (place: number) => items[place] as rlp.Item;
  for (const place of [0, 1, 3, 4, 5, 13, 16, 19, 20]) if (place < items.length) rlp.fixed(at(place), 32);
  for (const place of [9, 10, 15, 17, 18]) if (place < items.length) rlp.integer(at(place));
  rlp.fixed(at(6), 256);
  rlp.fixed(at(14), 8);
  if (Array.isArray(at(EXTRA_DATA))) throw new Refusal("MalformedHeader", { reason: "extra data that is a list" });
  return {
    raw,
    items,
    beneficiary: toHex(rlp.fixed(at(2), 20)),
    stateRoot: toHex(rlp.fixed(at(3), 32)),
    difficulty: rlp.integer(at(7)),
    number: rlp.integer(at(8), 8),
    time: rlp.integer(at(11), 8),
    extraData: rlp.string(at(EXTRA_DATA)),
    mixHash: toHex(rlp.fixed(at(13), 32)),
  };
}

/** Whether validators' seals stand in the extra data. Nobody seals block 0. */
export function isSealed(header: Header): boolean {
  return isQbft(header.mixHash) && header.number > 0n;
}

/** The bytes that the block hash covers, a leaf of the log: for QBFT with round 0 and without seals. */
export function hashedBytes(header: Header): Uint8Array {
  if (!isSealed(header)) return header.raw;
  const extra = readExtraData(header.extraData);
  return withExtraData(header, writeExtraData({ ...extra, round: EMPTY, seals: [] }));
}

export function blockHash(header: Header): Hex {
  return keccakHex(hashedBytes(header));
}

/** What a seal signs: the header with its round and without seals. */
export function sealedDigest(header: Header): Uint8Array {
  return keccak(withExtraData(header, writeExtraData({ ...readExtraData(header.extraData), seals: [] })));
}

function withExtraData(header: Header, extraData: Uint8Array): Uint8Array {
  return rlp.encode(header.items.map((item, place) => (place === EXTRA_DATA ? extraData : item)));
}
