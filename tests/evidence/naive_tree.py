"""A transparency log's tree as RFC 6962, section 2.1, defines it: slow, over all leaves, and by no code of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n])."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    middle = split(len(leaves))
    return hashlib.sha256(b"\x01" + root(leaves[:middle]) + root(leaves[middle:])).digest()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    if index < middle:
        return [*path(index, leaves[:middle]), root(leaves[middle:])]
    return [*path(index - middle, leaves[middle:]), root(leaves[:middle])]


def growth(old: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]); no hashes where one of the trees is empty or both are the same."""
    return subproof(old, leaves, True) if 0 < old < len(leaves) else []


def subproof(old: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    middle = split(len(leaves))
    if old <= middle:
        return [*subproof(old, leaves[:middle], whole), root(leaves[middle:])]
    return [*subproof(old - middle, leaves[middle:], False), root(leaves[:middle])]


def split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    middle = 1
    while middle * 2 < size:
        middle *= 2
    return middle
