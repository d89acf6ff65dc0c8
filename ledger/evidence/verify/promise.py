"""A receiver's signed word that a commitment arrived (``ITenderLedger.Promise``; EIP-191 for 32 bytes)."""

from __future__ import annotations

from ledger.chain.keccak import keccak
from ledger.chain.record import NOBODY
from ledger.evidence.verify.signature import signer_of
from ledger.evidence.verify.statute_row import digest

MAX_PROMISE = 86_400
"""Seconds from the arrival to when it is to be delivered, at most."""
_TYPE = keccak(b"siegel/1 promise")
_SIGNED = b"\x19Ethereum Signed Message:\n32"


def promisor(chain_id: int, ledger: bytes, process_id: bytes, *promised: bytes | int, signature: bytes) -> bytes:
    """The account (20 bytes) that signed the promise, or zero if nobody did; ``promised`` is round, commitment,
    author, arrivedAt and deliverBy. As the contract reads them: r || s || v, s in the lower half, v 27 or 28."""
    message = keccak(_SIGNED + digest(_TYPE, chain_id, ledger, process_id, *promised))
    if len(signature) != 65 or signature[64] not in (27, 28):
        return NOBODY
    return signer_of(message, signature[:64], signature[64] - 27)
