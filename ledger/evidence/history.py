"""A whole history against one proven head: what is missing, added, altered or swapped shows."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.chain.heads import fold
from ledger.errors import HeadMismatch
from ledger.evidence.head_proof import HeadProof, verify_head


def verify_history(proof: HeadProof, genesis: bytes, items: Iterable[bytes]) -> bytes:
    """The proven head, if the items at hand (digests of acts, or process ids) are all items of the series, in order.

    ``genesis`` is where the series starts (``ledger.chain.heads``). Raises HeadMismatch, and as
    ``verify_head``.
    """
    expected = verify_head(proof.header, proof.account_proof, proof.storage_proof, proof.ledger, proof.slot)
    got = fold(genesis, items)
    if got != expected:
        raise HeadMismatch(expected=expected, got=got)
    return expected
