"""Reads the parameters of JSON-RPC requests. Every malformed one is :class:`RpcError` -32602."""

from __future__ import annotations

import re
from typing import Any

from eth_typing import Address

from ledger.errors import RpcError

INVALID = -32602
_HEX = re.compile(r"0x[0-9a-fA-F]*\Z")
# At most 256 bits: Python refuses to write out far longer numbers, and nothing here counts so far.
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}\Z")
MOST_ITEMS = 1_000
"""So many accounts, topics of one place, or storage keys at most: SQLite binds 32,766 values, proofs cost time."""


def quantity(value: Any, name: str) -> int:
    if isinstance(value, str) and _QUANTITY.match(value):
        return int(value, 16)
    raise RpcError(INVALID, f"{name}: expected a quantity such as 0x1f, got {value!r:.80}")


def data(value: Any, name: str, length: int | None = None) -> bytes:
    """Bytes as 0x and an even number of digits; exactly ``length`` bytes if given."""
    if not (isinstance(value, str) and _HEX.match(value) and len(value) % 2 == 0):
        raise RpcError(INVALID, f"{name}: expected data such as 0x00ff, got {value!r:.80}")
    found = bytes.fromhex(value[2:])
    if length is not None and len(found) != length:
        raise RpcError(INVALID, f"{name}: expected {length} bytes, got {len(found)}")
    return found


def account(value: Any, name: str = "address") -> Address:
    return Address(data(value, name, 20))


def hash32(value: Any, name: str = "hash") -> bytes:
    return data(value, name, 32)


def storage_key(value: Any) -> bytes:
    """A storage slot as 32 bytes; clients also send short ones and odd numbers of digits (web3.py: ``0x0``)."""
    if isinstance(value, str) and _QUANTITY.match(value) and len(value) <= 66:
        return int(value, 16).to_bytes(32, "big")
    raise RpcError(INVALID, f"storage key: expected at most 32 bytes as hex, got {value!r:.80}")


def items(value: list[Any], name: str) -> list[Any]:
    """The list, if it is not too long."""
    if len(value) > MOST_ITEMS:
        raise RpcError(INVALID, f"{name}: at most {MOST_ITEMS}, got {len(value)}")
    return value


def take(params: Any, least: int, most: int) -> list[Any]:
    """The positional parameters, filled up with None to ``most``."""
    if not isinstance(params, (list, tuple)) or not least <= len(params) <= most:
        count = len(params) if isinstance(params, (list, tuple)) else "named ones"
        raise RpcError(INVALID, f"expected {least} to {most} positional parameters, got {count}")
    return [*params, *[None] * (most - len(params))]
