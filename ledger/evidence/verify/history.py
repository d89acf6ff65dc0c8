"""A whole history against one proven head: what is missing, added, altered or swapped shows."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.chain.heads import fold
from ledger.errors import HeadMismatch, SlotAbsent
from ledger.evidence.verify.head_proof import HeadProof, verify_head


def verify_history(proof: HeadProof, genesis: bytes, items: Iterable[bytes]) -> bytes:
    """The proven head, if the items at hand (digests of acts, or process ids) are all items of the series, in order.

    ``genesis`` is where the series starts (``ledger.chain.heads``). The head of a series without items is zero, proven
    by the absence of its slot. Raises HeadMismatch, and as ``verify_head``, but for SlotAbsent.
    """
    try:
        expected = verify_head(proof.header, proof.account_proof, proof.storage_proof, proof.ledger, proof.slot)
    except SlotAbsent:
        expected = bytes(32)
    require_fold(genesis, items, expected)
    return expected


def require_fold(genesis: bytes, items: Iterable[bytes], head: bytes) -> None:
    """Raises HeadMismatch unless the items, from ``genesis`` on, lead to this head (zero: there are none)."""
    require_head(head, fold(genesis, items))


def require_head(head: bytes, got: bytes) -> None:
    """Raises HeadMismatch."""
    if got != head:
        raise HeadMismatch(expected=head, got=got)
