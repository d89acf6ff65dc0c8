// Merkle-Patricia proofs (Yellow Paper, appendix D) of secured tries: all paths are digests of 32 bytes.

import { toHex, type Hex } from "./bytes.js";
import { keccakHex } from "./digests.js";
import { Refusal, shown } from "./refusal.js";
import * as rlp from "./rlp.js";

const EMPTY_ROOT = keccakHex(Uint8Array.of(0x80));
const PATH = 64;
const MOST_ITEMS = 17;

function malformed(reason: string, depth: number): Refusal {
  return new Refusal("MalformedTrieNode", { reason, depth });
}

/** The nodes of a proof, to be taken one after the other, each exactly once. */
class Nodes {
  used = 0;

  constructor(private readonly nodes: readonly Uint8Array[]) {}

  next(digest: Hex): rlp.Item[] {
    const node = this.nodes[this.used];
    if (node === undefined) {
      throw new Refusal("MissingProofNode", { expected: shown(digest), given: this.nodes.length });
    }
    const got = keccakHex(node);
    if (got !== digest) {
      throw new Refusal("ProofNodeMismatch", { expected: shown(digest), got: shown(got), position: this.used });
    }
    if (this.used > 0 && node.length < 32) throw malformed("a node short enough to stand in its parent", this.used);
    this.used += 1;
    return rlp.decodeList(node);
  }

  finish(): void {
    if (this.used !== this.nodes.length) {
      throw new Refusal("UnusedProofNodes", { used: this.used, given: this.nodes.length });
    }
  }
}

/** The value at a path (64 digits of hex) of the trie with this root; null if the proof shows that there is none. */
export function lookUp(root: Hex, path: Hex, proof: readonly Uint8Array[]): Uint8Array | null {
  const nodes = new Nodes(proof);
  const value = root === EMPTY_ROOT ? null : follow(nodes.next(root), path, nodes);
  nodes.finish();
  return value;
}

function follow(root: rlp.Item[], path: Hex, nodes: Nodes): Uint8Array | null {
  let node = root;
  let depth = 0;
  let mustBranch = false;
  for (;;) {
    let target: rlp.Item;
    if (node.length === 17) {
      target = child(node, path, depth);
      if (rlp.isEmpty(target)) return null;
      depth += 1;
      mustBranch = false;
    } else {
      if (node.length !== 2) throw malformed(`a node of ${node.length} items`, depth);
      if (mustBranch) throw malformed("an extension that does not lead to a branch", depth);
      const [part, isLeaf] = readPath(node[0] as rlp.Item, depth);
      target = node[1] as rlp.Item;
      const fits = path.startsWith(part, depth);
      if (isLeaf) {
        if (depth + part.length !== PATH) throw malformed("a leaf whose path has not 64 nibbles", depth);
        if (Array.isArray(target) || target.length === 0) throw malformed("a leaf without a value", depth);
        return fits ? target : null;
      }
      if (part === "" || depth + part.length >= PATH) throw malformed("an extension of impossible length", depth);
      requireReference(target, depth);
      if (rlp.isEmpty(target)) throw malformed("an extension that leads nowhere", depth);
      if (!fits) return null;
      depth += part.length;
      mustBranch = true;
    }
    node = Array.isArray(target) ? target : nodes.next(toHex(target));
  }
}

function child(branch: rlp.Item[], path: Hex, depth: number): rlp.Item {
  const children = branch.slice(0, 16);
  for (const each of children) requireReference(each, depth);
  if (!rlp.isEmpty(branch[16] as rlp.Item)) throw malformed("a value in a branch", depth);
  if (children.filter((each) => !rlp.isEmpty(each)).length < 2) {
    throw malformed("a branch with fewer than two children", depth);
  }
  if (depth === PATH) throw malformed("a branch below the end of every path", depth);
  return children[Number.parseInt(path[depth] as string, 16)] as rlp.Item;
}

function requireReference(reference: rlp.Item, depth: number): void {
  if (Array.isArray(reference)) {
    // Not encoded anew, for it could have a million.
    if (reference.length > MOST_ITEMS) throw malformed(`a node of ${reference.length} items`, depth);
    if (rlp.encode(reference).length >= 32) throw malformed("a node too long to stand in its parent", depth);
  } else if (reference.length !== 0 && reference.length !== 32) {
    throw malformed(`a reference of ${reference.length} bytes`, depth);
  }
}

/** The digits of a compact path, and whether it is a leaf's (appendix C). */
function readPath(encoded: rlp.Item, depth: number): [Hex, boolean] {
  if (Array.isArray(encoded) || encoded.length === 0) throw malformed("a path that is no string", depth);
  const digits = toHex(encoded);
  const flag = Number.parseInt(digits[0] as string, 16);
  if (flag > 3) throw malformed(`path flag ${flag}`, depth);
  if (flag % 2 === 0 && digits[1] !== "0") throw malformed("a padding that is not zero", depth);
  return [digits.slice(flag % 2 ? 1 : 2), flag >= 2];
}
