"""Roots and proofs of a log's tree (RFC 6962, 2.1), from hashes of whole subtrees that somebody keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.evidence.verify.merkle import EMPTY_ROOT, node_hash

Subtree = Callable[[int, int], bytes]
"""Hash of the ``index``-th (second) whole subtree of 2**``height`` (first) leaves."""


def root(size: int, subtree: Subtree) -> bytes:
    """Root of the tree of the first ``size`` leaves."""
    return _over(0, size, subtree) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Hashes that prove leaf ``index`` in the tree of ``size``, from the leaf upwards."""
    first, end, proof = 0, size, list[bytes]()
    while end - first > 1:
        middle = first + _left(end - first)
        if index < middle:
            proof.append(_over(middle, end, subtree))
            end = middle
        else:
            proof.append(_over(first, middle, subtree))
            first = middle
    return proof[::-1]


def consistency_proof(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """Hashes that prove that the tree of ``size`` begins with that of ``old``; none if ``old`` is 0 or ``size``."""
    if old in (0, size):
        return []
    first, end, proof = 0, size, list[bytes]()
    while end != old:
        middle = first + _left(end - first)
        if old <= middle:
            proof.append(_over(middle, end, subtree))
            end = middle
        else:
            proof.append(_over(first, middle, subtree))
            first = middle
    # The old tree's root is known to whoever asks, unless it is only a part of it that remains.
    if first:
        proof.append(_over(first, end, subtree))
    return proof[::-1]


def perfect(hashes: Sequence[bytes]) -> bytes:
    """Root over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def _over(first: int, end: int, subtree: Subtree) -> bytes:
    """Hash over the leaves from ``first`` to before ``end``, which begin a subtree."""
    size = end - first
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return subtree(height, first >> height)
    middle = first + _left(size)
    return node_hash(_over(first, middle, subtree), _over(middle, end, subtree))


def _left(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1
