"""Asks a node for the proof of a head, and believes nothing of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from ledger.errors import BlockHashMismatch, SlotAbsent
from ledger.evidence.verify.head_proof import HeadProof, verify_head
from ledger.evidence.verify.header import read_header


class ProofSource(Protocol):
    """A node's answers that a proof is made of; none of them is believed."""

    def raw_header(self, block: int, /) -> bytes: ...

    def block_hash(self, block: int, /) -> bytes: ...

    def proof(
        self, account: bytes, slots: Sequence[bytes], block: int, /
    ) -> tuple[Sequence[bytes], Sequence[Sequence[bytes]]]: ...


def prove_head(source: ProofSource, ledger: bytes, slot: bytes, block: int) -> HeadProof:
    """Fetch the proof of ``slot`` of ``ledger`` after block number ``block`` and verify it before handing it on.

    A slot that is absent is proven, too. Raises what else ``verify_head`` raises, and BlockHashMismatch if the header
    is not the one the node names by hash.
    """
    account_proof, (storage_proof,) = source.proof(ledger, [slot], block)
    proof = HeadProof(source.raw_header(block), tuple(account_proof), tuple(storage_proof), ledger, slot)
    got, expected = read_header(proof.header).block_hash, source.block_hash(block)
    if got != expected:
        raise BlockHashMismatch(expected=expected, got=got)
    # A series without items has no head: that the slot is absent is proven just as well.
    with suppress(SlotAbsent):
        verify_head(proof.header, proof.account_proof, proof.storage_proof, proof.ledger, proof.slot)
    return proof
