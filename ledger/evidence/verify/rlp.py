"""Recursive Length Prefix, read strictly (Ethereum Yellow Paper, appendix B).

Every value has exactly one encoding here: whatever another reader would forgive (a length written in too many bytes,
a single byte wrapped in a prefix, bytes after the end) is refused, so that no two byte sequences mean the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ledger.errors import MalformedRlp

Item: TypeAlias = "bytes | list[Item]"

# Headers nest three deep (QBFT votes), trie nodes sixteen at most; beyond that somebody wants our stack.
_MAX_DEPTH = 32


def decode(data: bytes) -> Item:
    """Read the one item that ``data`` encodes: bytes, or a list of items.

    Raises MalformedRlp with the offset where the encoding is cut off, not canonical, or nested too deep, or goes on.
    """
    item, end = _item(data, 0, len(data), 0)
    if end != len(data):
        raise MalformedRlp(reason="bytes after the end", offset=end)
    return item


def decode_list(data: bytes) -> list[Item]:
    """Read one item that must be a list; raises MalformedRlp otherwise."""
    item = decode(data)
    if isinstance(item, bytes):
        raise MalformedRlp(reason="a list was expected", offset=0)
    return item


def encode(item: bytes | Sequence[object]) -> bytes:
    """The one encoding of bytes, or of a sequence of items."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _prefix(len(item), 0x80) + item
    payload = b"".join(encode(part) for part in item)  # type: ignore[arg-type]
    return _prefix(len(payload), 0xC0) + payload


def integer(item: Item, max_bytes: int = 32) -> int:
    """A non-negative integer: big-endian, without leading zeros, zero being the empty string.

    Raises MalformedRlp for anything else.
    """
    if not isinstance(item, bytes):
        raise MalformedRlp(reason="an integer was expected, not a list", offset=0)
    if len(item) > max_bytes:
        raise MalformedRlp(reason=f"an integer of at most {max_bytes} bytes was expected, not {len(item)}", offset=0)
    if item[:1] == b"\x00":
        raise MalformedRlp(reason="an integer with a leading zero", offset=0)
    return int.from_bytes(item, "big")


def fixed(item: Item, size: int) -> bytes:
    """Bytes of exactly ``size``; raises MalformedRlp for anything else."""
    if not isinstance(item, bytes):
        raise MalformedRlp(reason=f"{size} bytes were expected, not a list", offset=0)
    if len(item) != size:
        raise MalformedRlp(reason=f"{size} bytes were expected, not {len(item)}", offset=0)
    return item


def _prefix(length: int, base: int) -> bytes:
    if length < 56:
        return bytes([base + length])
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(size)]) + size


def _item(data: bytes, at: int, end: int, depth: int) -> tuple[Item, int]:
    if at >= end:
        raise MalformedRlp(reason="cut off before an item", offset=at)
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    base = 0x80 if first < 0xC0 else 0xC0
    start, stop = _span(data, at, end, first - base)
    if base == 0x80:
        if stop - start == 1 and data[start] < 0x80:
            raise MalformedRlp(reason="a single byte below 0x80 with a prefix", offset=at)
        return data[start:stop], stop
    if depth == _MAX_DEPTH:
        raise MalformedRlp(reason="lists nested too deep", offset=at)
    items: list[Item] = []
    while start < stop:
        # Most items are a short string of none or several bytes: read here, for a proof has hundreds.
        after = start + data[start] - 0x7F
        if start < after <= min(stop, start + 56) and after != start + 2:
            items.append(data[start + 1 : after])
            start = after
        else:
            item, start = _item(data, start, stop, depth + 1)
            items.append(item)
    return items, stop


def _span(data: bytes, at: int, end: int, short: int) -> tuple[int, int]:
    """Start and end of the payload of the item at ``at``, which must not reach beyond ``end``."""
    start = at + 1
    length = short
    if short > 55:
        size = short - 55
        start += size
        if start > end:
            raise MalformedRlp(reason="cut off in a length", offset=at)
        length = int.from_bytes(data[at + 1 : start], "big")
        if data[at + 1] == 0 or length < 56:
            raise MalformedRlp(reason="a length written longer than needed", offset=at)
    if start + length > end:
        raise MalformedRlp(reason="an item longer than what holds it", offset=at)
    return start, start + length
