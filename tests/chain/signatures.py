"""What can be done to a signature of secp256k1 without its key."""

from __future__ import annotations

from typing import Final

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def mirrored(signature: bytes) -> bytes:
    """The other one that the same key could have made: s negated, v (27 or 28) turned."""
    s = ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])
