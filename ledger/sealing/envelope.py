"""The header of an envelope: whom it is for, what it holds, and the sealed shares (``docs/siegel-1.md``)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.errors import EnvelopeMalformed, KeySetDiffers
from ledger.sealing.context import SUITE, Context, Group, KeySet, position, recipients_of, threshold_of
from ledger.sealing.hpke import ENC, TAG, public_key
from ledger.sealing.words import ACCOUNT, WORD, number, split, tag

SEALED: Final = ENC + 32 + TAG
"""Bytes of a sealed share: ``enc`` and ciphertext."""
SEALED_WORDS: Final = 4
LARGEST_CONTENT: Final = 2**40 - 1
MOST_RECIPIENTS: Final = 32
_MAGIC: Final = tag("siegel/1 envelope")
_FIXED: Final = 14
_ROOT: Final = 9
LONGEST_HEADER: Final = (_FIXED + 2 * MOST_RECIPIENTS * SEALED_WORDS) * WORD


@dataclass(frozen=True, slots=True)
class Header:
    """``content_size`` in bytes and ``content_digest`` are those of the age file; a sealed share has 113 bytes."""

    context: Context
    bid_root: bytes
    content_size: int
    content_digest: bytes
    thresholds: tuple[int, int]
    """Of officers and custodians, zero of none."""
    officers: tuple[bytes, ...]
    custodians: tuple[bytes, ...]

    def encoded(self) -> bytes:
        """The one encoding."""
        groups = ((self.thresholds[0], self.officers), (self.thresholds[1], self.custodians))
        return b"".join(
            (
                _MAGIC, self.context.words(self.bid_root), number(self.content_size), self.content_digest,
                *(number(threshold << 8 | len(shares)) for threshold, shares in groups),
                *(padded(sealed) for _, shares in groups for sealed in shares),
            )
        )  # fmt: skip

    @property
    def rest_digest(self) -> bytes:
        """SHA-256 of the header without the bid root: what the commitment binds beside it."""
        raw = self.encoded()
        return hashlib.sha256(raw[: _ROOT * WORD] + raw[(_ROOT + 1) * WORD :]).digest()

    def shares(self) -> Iterator[tuple[Group, int, bytes]]:
        """Group, index and sealed share, in the order of the header."""
        for group, shares in ((Group.OFFICERS, self.officers), (Group.CUSTODIANS, self.custodians)):
            for index, sealed in enumerate(shares, 1):
                yield group, index, sealed

    def info(self, group: Group, index: int, holder: bytes) -> bytes:
        """HPKE's ``info`` of a share."""
        return info(self.context.words(self.bid_root), group, index, holder)

    def require_key_set(self, key_set: KeySet) -> None:
        """Raises KeySetDiffers unless thresholds and numbers of shares are those of the key set, and its keys are."""
        require_usable(key_set)
        for group, threshold, shares in zip(Group, self.thresholds, (self.officers, self.custodians), strict=True):
            expected = threshold_of(key_set, group), len(recipients_of(key_set, group))
            if (threshold, len(shares)) != expected:
                got, wanted = f"{threshold} of {len(shares)}", f"{expected[0]} of {expected[1]}"
                raise KeySetDiffers(reason=f"{got} {group.name.lower()} in the envelope, not {wanted}")


def require_usable(key_set: KeySet) -> None:
    """Raises KeySetDiffers for thresholds that no header has, and for a key that is no point of the curve: what is
    sealed to it is sealed to nobody."""
    for group in Group:
        threshold, recipients = threshold_of(key_set, group), recipients_of(key_set, group)
        if not _is_size(threshold, len(recipients), may_be_none=group is Group.CUSTODIANS):
            raise KeySetDiffers(reason=f"{threshold} of {len(recipients)} {group.name.lower()}")
        for index, recipient in enumerate(recipients, 1):
            try:
                public_key(recipient.key)
            except ValueError:
                whose = f"number {index} of the {group.name.lower()}"
                raise KeySetDiffers(reason=f"the key of {whose} is not on the curve") from None


def info(context: bytes, group: Group, index: int, holder: bytes) -> bytes:
    """HPKE's ``info`` of a share; ``context``: words 1 to 9 of the header."""
    return tag("siegel/1 share") + context + number(position(group, index)) + holder


def read_header(stream: BinaryIO) -> Header:
    """Read from the start of an envelope; the age file is what follows. Raises EnvelopeMalformed."""
    fixed = stream.read(_FIXED * WORD)
    if len(fixed) < _FIXED * WORD:
        raise EnvelopeMalformed(position=len(fixed), reason="cut off in the header")
    words = split(fixed)
    if words[0] != _MAGIC:
        raise EnvelopeMalformed(position=0, reason="not an envelope of siegel/1")
    if _number(words, 1, 2**256 - 1) != SUITE:
        raise EnvelopeMalformed(position=WORD, reason="a suite that this format does not have")
    context = Context(
        _number(words, 2, 2**256 - 1), _account(words, 3), words[4], _number(words, 5, 2**32 - 1), _account(words, 6),
        words[7], _number(words, 8, 2**64 - 1),
    )  # fmt: skip
    size = _number(words, 10, LARGEST_CONTENT)
    officers, custodians = _counts(words, 12), _counts(words, 13)
    shares_of_both, each = officers[1] + custodians[1], SEALED_WORDS * WORD
    sealed = stream.read(shares_of_both * each)
    shares = [_sealed(sealed, place * each) for place in range(shares_of_both)]
    return Header(
        context, words[_ROOT], size, words[11], (officers[0], custodians[0]), tuple(shares[: officers[1]]),
        tuple(shares[officers[1] :]),
    )  # fmt: skip


def padded(sealed: bytes) -> bytes:
    """A sealed share in four words."""
    return sealed.ljust(SEALED_WORDS * WORD, b"\0")


def _number(words: list[bytes], place: int, most: int) -> int:
    value = int.from_bytes(words[place], "big")
    if value > most:
        raise EnvelopeMalformed(position=place * WORD, reason=f"a number above {most}")
    return value


def _account(words: list[bytes], place: int) -> bytes:
    if any(words[place][:-ACCOUNT]):
        raise EnvelopeMalformed(position=place * WORD, reason="an account of more than 20 bytes")
    return words[place][-ACCOUNT:]


def _counts(words: list[bytes], place: int) -> tuple[int, int]:
    """Threshold and number of shares; a set without custodians has neither."""
    threshold, shares = divmod(_number(words, place, 2**16 - 1), 256)
    if not _is_size(threshold, shares, may_be_none=place == _FIXED - 1):
        raise EnvelopeMalformed(position=place * WORD, reason=f"{threshold} of {shares} shares")
    return threshold, shares


def _is_size(threshold: int, shares: int, *, may_be_none: bool) -> bool:
    return 2 <= threshold < shares <= MOST_RECIPIENTS or (may_be_none and threshold == shares == 0)


def _sealed(data: bytes, at: int) -> bytes:
    part = data[at : at + SEALED_WORDS * WORD]
    if len(part) < SEALED_WORDS * WORD:
        raise EnvelopeMalformed(position=_FIXED * WORD + at + len(part), reason="cut off in the shares")
    if any(part[SEALED:]):
        raise EnvelopeMalformed(position=_FIXED * WORD + at, reason="a sealed share whose padding is not zero")
    return part[:SEALED]
