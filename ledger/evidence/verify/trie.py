"""Merkle-Patricia proofs, read strictly (Yellow Paper, appendix D).

Only *secured* tries are read, whose paths are 32-byte digests: the state trie and the storage tries. A proof is the
list of nodes from the root down, each once, none missing, none left over; nodes shorter than 32 bytes stand inside
their parent. There is one valid list for one answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.chain.keccak import keccak
from ledger.errors import MalformedTrieNode, MissingProofNode, ProofNodeMismatch, UnusedProofNodes
from ledger.evidence.verify import rlp

EMPTY_TRIE_ROOT = keccak(b"\x80")

_PATH_NIBBLES = 64
_MOST_ITEMS = 17
_DIGITS = bytes.maketrans(b"0123456789abcdef", bytes(range(16)))


def read(root: bytes, path: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """The value at ``path`` (32 bytes) of the trie with this ``root``, or None if the proof shows that there is none.

    Raises ProofNodeMismatch (a node's digest is not the one its parent names), MissingProofNode, UnusedProofNodes,
    MalformedTrieNode, MalformedRlp.
    """
    if len(path) != 32:
        raise MalformedTrieNode(reason=f"a path of 32 bytes was expected, not {len(path)}", depth=0)
    value, used = (None, 0) if root == EMPTY_TRIE_ROOT else _walk(root, _nibbles(path), nodes)
    if used != len(nodes):
        raise UnusedProofNodes(used=used, given=len(nodes))
    return value


def _walk(root: bytes, path: bytes, nodes: Sequence[bytes]) -> tuple[bytes | None, int]:
    reference: rlp.Item = root
    used = depth = 0
    under_extension = False
    while True:
        if isinstance(reference, bytes):
            node = _resolve(reference, nodes, used)
            used += 1
        else:
            node = reference
        if len(node) == 17:
            children = _branch(node, depth)
            if depth == _PATH_NIBBLES:
                raise MalformedTrieNode(reason="a branch below the end of every path", depth=depth)
            reference = children[path[depth]]
            depth += 1
            under_extension = False
            if reference == b"":
                return None, used
            continue
        if len(node) != 2:
            raise MalformedTrieNode(reason=f"a node of {len(node)} items", depth=depth)
        if under_extension:
            raise MalformedTrieNode(reason="an extension that does not lead to a branch", depth=depth)
        part, is_leaf = _hex_prefix(node[0], depth)
        target = node[1]
        here = path[depth : depth + len(part)]
        if is_leaf:
            if depth + len(part) != _PATH_NIBBLES:
                raise MalformedTrieNode(reason="a leaf whose path has not 64 nibbles", depth=depth)
            if not isinstance(target, bytes) or not target:
                raise MalformedTrieNode(reason="a leaf without a value", depth=depth)
            return (target if part == here else None), used
        if not part or depth + len(part) >= _PATH_NIBBLES:
            raise MalformedTrieNode(reason="an extension of impossible length", depth=depth)
        _check_reference(target, depth)
        if target == b"":
            raise MalformedTrieNode(reason="an extension that leads nowhere", depth=depth)
        if part != here:
            return None, used
        depth += len(part)
        reference = target
        under_extension = True


def _resolve(digest: bytes, nodes: Sequence[bytes], used: int) -> list[rlp.Item]:
    if used == len(nodes):
        raise MissingProofNode(expected=digest, given=len(nodes))
    encoded = nodes[used]
    if keccak(encoded) != digest:
        raise ProofNodeMismatch(expected=digest, got=keccak(encoded), position=used)
    if used > 0 and len(encoded) < 32:
        raise MalformedTrieNode(reason="a node short enough to stand in its parent", depth=used)
    return rlp.decode_list(encoded)


def _branch(node: list[rlp.Item], depth: int) -> list[rlp.Item]:
    children = node[:16]
    empty = children.count(b"")
    for child in children:
        if child != b"":
            _check_reference(child, depth)
    if node[16] != b"":
        raise MalformedTrieNode(reason="a value in a branch, though all paths are equally long", depth=depth)
    if empty > 14:
        raise MalformedTrieNode(reason="a branch with fewer than two children", depth=depth)
    return children


def _check_reference(reference: rlp.Item, depth: int) -> None:
    if isinstance(reference, bytes):
        if len(reference) not in (0, 32):
            raise MalformedTrieNode(reason=f"a reference of {len(reference)} bytes", depth=depth)
    elif len(reference) > _MOST_ITEMS:  # not encoded anew, for it could have a million
        raise MalformedTrieNode(reason=f"a node of {len(reference)} items", depth=depth)
    elif len(rlp.encode(reference)) >= 32:
        raise MalformedTrieNode(reason="a node too long to stand in its parent", depth=depth)


def _hex_prefix(encoded: rlp.Item, depth: int) -> tuple[bytes, bool]:
    """Nibbles and leaf flag of a compact path (Yellow Paper, appendix C)."""
    if not isinstance(encoded, bytes) or not encoded:
        raise MalformedTrieNode(reason="a path that is no string", depth=depth)
    nibbles = _nibbles(encoded)
    flag = nibbles[0]
    if flag > 3:
        raise MalformedTrieNode(reason=f"path flag {flag}", depth=depth)
    if flag % 2 == 0 and nibbles[1] != 0:
        raise MalformedTrieNode(reason="a path of even length with a padding that is not zero", depth=depth)
    return nibbles[1 if flag % 2 else 2 :], flag >= 2


def _nibbles(data: bytes) -> bytes:
    """Half bytes, each as a byte."""
    return data.hex().encode().translate(_DIGITS)
