// The entry `proofs`: what a block's state says of accounts and heads (docs/bundle-1.md, proofs).

import { fromHex, toHex, ZERO, type Hex } from "./bytes.js";
import { keccak, keccakHex } from "./digests.js";
import type { Header } from "./header.js";
import { Refusal, shown } from "./refusal.js";
import * as rlp from "./rlp.js";
import { lookUp } from "./trie.js";

/** Code hashes by account; heads by account and series, zero for a series without items. */
export interface State {
  readonly codeHashes: ReadonlyMap<Hex, Hex>;
  readonly heads: ReadonlyMap<Hex, ReadonlyMap<Hex, Hex>>;
}

/** Throws MalformedRlp, AccountAbsent, and what speaks against a trie's nodes. */
export function proveState(header: Header, entry: Uint8Array): State {
  const proofs = rlp.decodeList(entry).map((item) => {
    const [account, nodes, heads] = rlp.listOf(item, 3) as [rlp.Item, rlp.Item, rlp.Item];
    const ofSeries = rlp.list(heads).map((head) => {
      const [series, below] = rlp.listOf(head, 2) as [rlp.Item, rlp.Item];
      return [rlp.fixed(series, 32), readNodes(below)] as const;
    });
    rlp.requireAscending(ofSeries.map(([series]) => series));
    return [rlp.fixed(account, 20), readNodes(nodes), ofSeries] as const;
  });
  rlp.requireAscending(proofs.map(([account]) => account));
  const codeHashes = new Map<Hex, Hex>();
  const heads = new Map<Hex, Map<Hex, Hex>>();
  for (const [account, nodes, ofSeries] of proofs) {
    const value = lookUp(header.stateRoot, keccakHex(account), nodes);
    if (value === null) throw new Refusal("AccountAbsent", { account: shown(toHex(account)), block: header.number });
    const fields = rlp.decodeList(value);
    if (fields.length !== 4) throw new Refusal("MalformedRlp", { reason: `${fields.length} fields`, offset: 0 });
    rlp.integer(fields[0] as rlp.Item, 8);
    rlp.integer(fields[1] as rlp.Item);
    const storageRoot = toHex(rlp.fixed(fields[2] as rlp.Item, 32));
    codeHashes.set(toHex(account), toHex(rlp.fixed(fields[3] as rlp.Item, 32)));
    heads.set(toHex(account), new Map(ofSeries.map(([series, below]) => [toHex(series), head(storageRoot, series, below)])));
  }
  return { codeHashes, heads };
}

/** What stands in the slot keccak256(series ++ 0), 32 bytes. */
function head(storageRoot: Hex, series: Uint8Array, nodes: readonly Uint8Array[]): Hex {
  const slot = keccak(series, fromHex(ZERO));
  const value = lookUp(storageRoot, keccakHex(slot), nodes);
  if (value === null) return ZERO;
  const word = rlp.string(rlp.decode(value));
  if (rlp.integer(word) === 0n) throw new Refusal("MalformedRlp", { reason: "a slot that holds zero", offset: 0 });
  return toHex(word).padStart(64, "0");
}

function readNodes(item: rlp.Item): Uint8Array[] {
  return rlp.list(item).map(rlp.string);
}
