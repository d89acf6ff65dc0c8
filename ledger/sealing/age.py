"""age (age-encryption.org/v1) over streams. What fails at either end is raised as it is, not as age tells it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO, Final, TypeVar

import pyrage

from ledger.errors import ContentUnreadable
from ledger.sealing.bech32 import encode

LARGEST_HEADER: Final = 2**16
"""Bytes; age holds a header in memory, and whoever lies could make it as long as the file."""
_HEADER: Final = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"(?:-> (?!scrypt[ \n])[!-~]++(?: [!-~]++)*+\n(?:[A-Za-z0-9+/]{64}\n)*+[A-Za-z0-9+/]{0,63}\n)++"
    rb"--- [A-Za-z0-9+/]{43}\n"
)
"""Its form, without what a stanza means. Libraries are not of one mind about the end of a stanza, nor about one of a
passphrase beside others; a bid must not open with one of them and stay closed with another."""
_PIECE: Final = 2**16
Given = TypeVar("Given")
Taken = TypeVar("Taken")


def identity(scalar: bytes) -> pyrage.x25519.Identity:
    """The identity with this X25519 scalar (32 bytes)."""
    return pyrage.x25519.Identity.from_str(encode("age-secret-key-", scalar).upper())


def encrypt(pieces: Iterator[bytes], write: Callable[[bytes], int], scalar: bytes) -> None:
    """Encrypt to the identity with this scalar."""
    ends = _Ends(_joined(pieces), write)
    try:
        pyrage.encrypt_io(ends, ends, [identity(scalar).to_public()])
    except (pyrage.EncryptError, OSError):
        if ends.failure is None:
            raise
        raise ends.failure from None


def decrypt(stream: BinaryIO, write: Callable[[bytes], int], scalar: bytes) -> None:
    """Decrypt with the identity that has this scalar. What is written is certain when this returns.

    Raises ContentUnreadable.
    """
    start = stream.read(LARGEST_HEADER)
    if not _HEADER.match(start):
        raise ContentUnreadable(reason=f"no header of age in the first {LARGEST_HEADER} bytes")
    ends = _Ends(_joined(chain([start], iter(lambda: stream.read(_PIECE), b""))), write)
    try:
        pyrage.decrypt_io(ends, ends, [identity(scalar)])
    except (pyrage.DecryptError, OSError) as error:
        raise ends.failure or ContentUnreadable(reason=str(error)) from None


class _Ends:
    """The file that age reads and the one that it writes, and the first failure of one of them."""

    def __init__(self, read: Callable[[int], bytes], write: Callable[[bytes], int]) -> None:
        self._read, self._write = read, write
        self.failure: Exception | None = None

    def read(self, size: int) -> bytes:
        return self._kept(self._read, size)

    def write(self, piece: bytes) -> int:
        return self._kept(self._write, piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def _kept(self, call: Callable[[Given], Taken], argument: Given) -> Taken:
        try:
            return call(argument)
        except Exception as failure:
            self.failure = self.failure or failure
            raise


def _joined(pieces: Iterator[bytes]) -> Callable[[int], bytes]:
    """Reads pieces of any size in pieces of the size that is asked for, or smaller ones."""
    left = b""

    def read(size: int) -> bytes:
        nonlocal left
        left = left or next(pieces, b"")
        piece, left = left[:size], left[size:]
        return piece

    return read
