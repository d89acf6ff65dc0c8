"""A receiver's signed word that a commitment arrived (``ITenderLedger.Promise``; EIP-191 for 32 bytes)."""

from __future__ import annotations

import coincurve

from ledger.chain.keccak import keccak
from ledger.chain.record import NOBODY
from ledger.evidence.verify.statute_row import digest

_TYPE = keccak(b"siegel/1 promise")
_SIGNED = b"\x19Ethereum Signed Message:\n32"
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


def promisor(chain_id: int, ledger: bytes, process_id: bytes, *promised: bytes | int, signature: bytes) -> bytes:
    """The account (20 bytes) that signed the promise, or zero if nobody did; ``promised`` is round, commitment,
    author, arrivedAt and deliverBy. As the contract reads them: r || s || v, s in the lower half, v 27 or 28."""
    message = keccak(_SIGNED + digest(_TYPE, chain_id, ledger, process_id, *promised))
    if len(signature) != 65 or signature[64] not in (27, 28) or int.from_bytes(signature[32:64], "big") > _HALF_ORDER:
        return NOBODY
    recoverable = signature[:64] + bytes([signature[64] - 27])
    try:
        key = coincurve.PublicKey.from_signature_and_message(recoverable, message, hasher=None)
    except Exception:  # noqa: BLE001 - the library raises bare Exception and ValueError for what is no signature
        return NOBODY
    return keccak(key.format(compressed=False)[1:])[12:]
