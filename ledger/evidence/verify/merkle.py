"""Proofs of a transparency log's tree: that it holds a leaf, and that it grew out of an earlier one (RFC 9162, 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from ledger.errors import MerkleProofMalformed, NotIncluded, TreesInconsistent

EMPTY_ROOT: Final = sha256().digest()
"""Root of a tree without leaves."""

LARGEST: Final = 2**63 - 1
"""Size of the largest tree (RFC 6962 leaves the top bit to signed numbers)."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash (32 bytes) of a leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash (32 bytes) of an inner node over its two children."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """That the tree of ``size`` leaves and ``root`` has the hash ``leaf`` at ``index`` (RFC 9162, 2.1.3.2).

    ``proof`` has exactly the hashes needed, from the leaf upwards. Raises MerkleProofMalformed, NotIncluded.
    """
    if not 0 <= index < size <= LARGEST:
        raise MerkleProofMalformed(reason=f"there is no leaf {index} in a tree of {size}")
    below, beside = _steps(index, size)
    _require_hashes(proof, below + beside)
    got = _over(leaf, proof[:below], index)
    for sibling in proof[below:]:
        got = node_hash(sibling, got)
    if got != root:
        raise NotIncluded(expected=root, got=got, index=index, size=size)


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """That the tree of ``size`` and ``root`` begins with the leaves of the tree of ``old_size`` (RFC 9162, 2.1.4.2).

    ``proof`` has exactly the hashes needed, none for equal sizes or an empty old tree. Raises MerkleProofMalformed,
    TreesInconsistent.
    """
    if not 0 <= old_size <= size <= LARGEST:
        raise MerkleProofMalformed(reason=f"a tree of {size} cannot have grown out of one of {old_size}")
    if old_size in (0, size):
        _require_hashes(proof, 0)
        expected = root if old_size else EMPTY_ROOT
        if old_root != expected:
            raise TreesInconsistent(expected=expected, got=old_root, size=old_size)
        return
    # The old tree's rightmost whole subtree is where both trees begin to differ.
    whole = (old_size & -old_size).bit_length() - 1
    below, beside = _steps(old_size - 1, size)
    below -= whole
    is_perfect = old_size == 1 << whole
    _require_hashes(proof, below + beside + (not is_perfect))
    seed, path = (old_root, proof) if is_perfect else (proof[0], proof[1:])
    place = (old_size - 1) >> whole
    old, new = seed, _over(seed, path[:below], place)
    for level, sibling in enumerate(path[:below]):
        if place >> level & 1:
            old = node_hash(sibling, old)
    for sibling in path[below:]:
        old, new = node_hash(sibling, old), node_hash(sibling, new)
    if old != old_root:
        raise TreesInconsistent(expected=old_root, got=old, size=old_size)
    if new != root:
        raise TreesInconsistent(expected=root, got=new, size=size)


def _steps(index: int, size: int) -> tuple[int, int]:
    """How many levels lie between a leaf and the tree's right edge, and how many subtrees left of it from there on."""
    below = (index ^ (size - 1)).bit_length()
    return below, (index >> below).bit_count()


def _over(hash: bytes, siblings: Sequence[bytes], place: int) -> bytes:
    for level, sibling in enumerate(siblings):
        hash = node_hash(sibling, hash) if place >> level & 1 else node_hash(hash, sibling)
    return hash


def _require_hashes(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) != expected:
        raise MerkleProofMalformed(reason=f"{expected} hashes were expected, not {len(proof)}")
    if any(len(each) != 32 for each in proof):
        raise MerkleProofMalformed(reason="a hash that has not 32 bytes")
