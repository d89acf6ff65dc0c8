"""All that is secret about a bid, from its one seed (``docs/siegel-1.md``, one seed)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from ledger.sealing import shamir
from ledger.sealing.context import Group

SEED: Final = 32
"""Bytes of a seed, of each half and of each share."""


_START: Final = 2


class Seed:
    """What follows from a seed under words 1 to 9 of a header."""

    def __init__(self, seed: bytes, context: bytes) -> None:
        self._seed = seed
        self._root = HKDF.extract(hashes.SHA256(), hashlib.sha256(context).digest(), seed)

    def scalar(self) -> bytes:
        """The X25519 scalar (32 bytes) of the age identity to which the content is encrypted."""
        return self._expand(b"age", SEED)

    def share(self, group: Group, index: int, *, threshold: int, has_custodians: bool) -> bytes:
        """The share of the recipient with this index."""
        return shamir.share(self._half(group, has_custodians), self._coefficients(group, threshold), index)

    def has_shares(
        self, group: Group, given: Mapping[int, bytes], *, threshold: int, has_custodians: bool
    ) -> Iterator[bool]:
        """Of shares by index, one after the other, whether they are those of the recipients. Most that are not begin
        otherwise, so the rest of them is not computed."""
        half, coefficients = self._half(group, has_custodians), self._coefficients(group, threshold)
        first, firsts = half[:_START], [each[:_START] for each in coefficients]
        for index, share in given.items():
            begins = shamir.share(first, firsts, index) == share[:_START]
            yield begins and shamir.share(half, coefficients, index) == share

    def ephemeral(self, group: Group, index: int) -> bytes:
        """HPKE's ``ikm`` for the seal of that share."""
        return self._expand(b"ephemeral" + bytes([group, index]), SEED)

    def _half(self, group: Group, has_custodians: bool) -> bytes:
        if not has_custodians:
            return self._seed
        half = self._expand(b"half", SEED)
        return half if group is Group.OFFICERS else joined(self._seed, half)

    def _coefficients(self, group: Group, threshold: int) -> list[bytes]:
        all_of_them = self._expand(b"coefficients" + bytes([group]), SEED * (threshold - 1))
        return [all_of_them[at : at + SEED] for at in range(0, len(all_of_them), SEED)]

    def _expand(self, info: bytes, length: int) -> bytes:
        return HKDFExpand(hashes.SHA256(), length, info).derive(self._root)


def joined(half: bytes, other: bytes) -> bytes:
    """Exclusive or: the seed from both halves, or a half from the seed and the other half."""
    return bytes(left ^ right for left, right in zip(half, other, strict=True))
