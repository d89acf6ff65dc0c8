"""Words of 32 bytes, of which headers, contributions and HPKE's ``info`` are made (``docs/siegel-1.md``)."""

from __future__ import annotations

from typing import Final

WORD: Final = 32
ACCOUNT: Final = 20


def tag(text: str) -> bytes:
    """ASCII text at the start, zeros behind it."""
    return text.encode("ascii").ljust(WORD, b"\0")


def number(value: int) -> bytes:
    """Big-endian, zeros before it."""
    return value.to_bytes(WORD, "big")


def account(value: bytes) -> bytes:
    """Twenty bytes, zeros before them."""
    return value.rjust(WORD, b"\0")


def split(data: bytes) -> list[bytes]:
    """The words of bytes that are whole words."""
    return [data[at : at + WORD] for at in range(0, len(data), WORD)]
