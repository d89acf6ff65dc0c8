"""Who signed a digest on secp256k1, as contracts and nodes read a signature."""

from __future__ import annotations

from typing import Final

import coincurve

from ledger.chain.keccak import keccak
from ledger.chain.record import NOBODY

HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""The largest s: of two equal signatures only the lower one is taken (EIP-2)."""


def signer_of(digest: bytes, signature: bytes, parity: int) -> bytes:
    """The account (20 bytes) that signed 32 bytes, zero if nobody did; ``signature`` is r || s, 64 bytes, ``parity`` 0
    or 1."""
    if int.from_bytes(signature[32:], "big") > HALF_ORDER:
        return NOBODY
    try:
        key = coincurve.PublicKey.from_signature_and_message(signature + bytes([parity]), digest, hasher=None)
    except Exception:  # noqa: BLE001 - the library raises bare Exception and ValueError for what is no signature
        return NOBODY
    return account_of(key)


def account_of(key: coincurve.PublicKey) -> bytes:
    """The account (20 bytes) of a public key."""
    return keccak(key.format(compressed=False)[1:])[12:]
