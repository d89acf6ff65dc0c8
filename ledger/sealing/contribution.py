"""An opened share, sealed again to every officer (``docs/siegel-1.md``, contributions)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.errors import ContributionForeign, ContributionMalformed, ShareUnopenable
from ledger.sealing.context import Group, KeySet, position, recipients_of
from ledger.sealing.envelope import SEALED, SEALED_WORDS, Header, padded
from ledger.sealing.hpke import seal, unseal
from ledger.sealing.words import WORD, number, split, tag

_MAGIC: Final = tag("siegel/1 contribution")
_FIXED: Final = 13
_NAMES: Final = (
    "suite", "chainId", "ledger", "processId", "round", "author", "keySet", "notBefore", "bidRoot", "restDigest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contribution:
    """Whose share it is, and the share sealed (113 bytes) to each officer of the key set."""

    head: bytes
    """Words 0 to 11."""
    group: Group
    index: int
    sealed: tuple[bytes, ...]

    def encoded(self) -> bytes:
        """The one encoding."""
        return self.head + number(len(self.sealed)) + b"".join(map(padded, self.sealed))


@dataclass(frozen=True, slots=True)
class Claim:
    """Which bid a contribution says it is to, and whose share it brings; whole words."""

    chain_id: bytes
    ledger: bytes
    process_id: bytes
    round: bytes
    author: bytes
    key_set: bytes
    bid_root: bytes
    rest_digest: bytes
    share: bytes


def contribute(header: Header, key_set: KeySet, group: Group, index: int, share: bytes) -> Contribution:
    """Seal an opened share (32 bytes) to all officers. Raises KeySetDiffers."""
    header.require_key_set(key_set)
    head = _MAGIC + _bid(header) + number(position(group, index))
    sealed = (
        seal(officer.key, _info(head, at, officer.holder), share) for at, officer in enumerate(key_set.officers, 1)
    )
    return Contribution(head, group, index, tuple(sealed))


def claim_of(data: bytes) -> Claim:
    """What bytes say of themselves before the header they are compared with is found. Raises ContributionMalformed."""
    words = _head(data)
    return Claim(*words[2:8], *words[9:12])


def read_contribution(data: bytes, header: Header, key_set: KeySet) -> Contribution:
    """A contribution to the opening of this bid; what is wrong first is refused first.

    Raises KeySetDiffers, ContributionMalformed, ContributionForeign.
    """
    header.require_key_set(key_set)
    words = _head(data)
    for name, wanted, got in zip(_NAMES, split(_bid(header)), words[1:11], strict=True):
        if got != wanted:
            raise ContributionForeign(field=name, expected=wanted, got=got)
    return read_form(data, key_set)


def read_form(data: bytes, key_set: KeySet) -> Contribution:
    """A contribution as far as it can be read without the header of its bid. Raises ContributionMalformed."""
    words = _head(data)
    group, index = _whose(words[11], key_set)
    if words[12] != number(len(key_set.officers)):
        raise ContributionMalformed(position=12 * WORD, reason="another number of officers")
    each, size = SEALED_WORDS * WORD, (_FIXED + len(key_set.officers) * SEALED_WORDS) * WORD
    sealed = tuple(_sealed(data, at) for at in range(_FIXED * WORD, size, each))
    if len(data) > size:
        raise ContributionMalformed(position=size, reason="bytes behind the end")
    return Contribution(data[: 12 * WORD], group, index, sealed)


def open_contribution(
    contribution: Contribution, key_set: KeySet, officer: int, key: ec.EllipticCurvePrivateKey
) -> bytes:
    """The share (32 bytes) in it, for the officer with this index. Raises ShareUnopenable."""
    found = unseal(key, info_of(contribution, key_set, officer), contribution.sealed[officer - 1])
    if found is None:
        raise ShareUnopenable(group=contribution.group.name.lower(), index=contribution.index)
    return found


def info_of(contribution: Contribution, key_set: KeySet, officer: int) -> bytes:
    """HPKE's ``info`` of what is sealed to the officer with this index."""
    return _info(contribution.head, officer, key_set.officers[officer - 1].holder)


def _head(data: bytes) -> list[bytes]:
    if len(data) < _FIXED * WORD:
        raise ContributionMalformed(position=len(data), reason="cut off")
    words = split(data[: _FIXED * WORD])
    if words[0] != _MAGIC:
        raise ContributionMalformed(position=0, reason="not a contribution of siegel/1")
    return words


def _bid(header: Header) -> bytes:
    """Words 1 to 10: of one envelope, not only of one bid, which somebody may have sealed twice."""
    return header.context.words(header.bid_root) + header.rest_digest


def _whose(word: bytes, key_set: KeySet) -> tuple[Group, int]:
    value = int.from_bytes(word, "big")
    group, index = divmod(value, 256)
    if group not in tuple(Group) or not 0 < index <= len(recipients_of(key_set, Group(group))):
        raise ContributionMalformed(position=11 * WORD, reason=f"the key set has no recipient {value}")
    return Group(group), index


def _sealed(data: bytes, at: int) -> bytes:
    part = data[at : at + SEALED_WORDS * WORD]
    if len(part) < SEALED_WORDS * WORD:
        raise ContributionMalformed(position=len(data), reason="cut off in a sealed share")
    if any(part[SEALED:]):
        raise ContributionMalformed(position=at, reason="a sealed share whose padding is not zero")
    return part[:SEALED]


def _info(head: bytes, officer: int, holder: bytes) -> bytes:
    return head + number(officer) + holder
