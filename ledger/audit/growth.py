"""The tree of a log while it is read leaf by leaf (RFC 9162, 2.1.1): no more is kept than its right edge.

Whoever reads every leaf needs no proofs of consistency: the roots of the tree as it was and as it is follow from the
same leaves.
"""

from __future__ import annotations

from ledger.evidence.verify.merkle import EMPTY_ROOT, node_hash


class Growth:
    """``size`` leaves so far; ``edge`` are the roots of the whole subtrees on the right, the largest first."""

    def __init__(self, size: int = 0, edge: tuple[bytes, ...] = ()) -> None:
        assert len(edge) == size.bit_count()
        self.size = size
        self._edge = list(edge)

    @property
    def edge(self) -> tuple[bytes, ...]:
        """What ``Growth`` goes on from."""
        return tuple(self._edge)

    def add(self, leaf: bytes) -> None:
        """Take in the next leaf's hash (32 bytes)."""
        hash, size = leaf, self.size
        while size & 1:
            hash = node_hash(self._edge.pop(), hash)
            size >>= 1
        self._edge.append(hash)
        self.size += 1

    @property
    def root(self) -> bytes:
        """Root (32 bytes) of the tree so far."""
        if not self._edge:
            return EMPTY_ROOT
        *before, root = self._edge
        for hash in reversed(before):
            root = node_hash(hash, root)
        return root
