"""What a bid is sealed for, and to whom (``docs/siegel-1.md``, the header)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Protocol

from ledger.errors import EnvelopeForeign
from ledger.sealing.words import account, number

SUITE: Final = 1
"""age with X25519; HPKE with P-256, HKDF-SHA256, AES-256-GCM."""


class Group(IntEnum):
    """Whose half of the seed a share is of."""

    OFFICERS = 1
    CUSTODIANS = 2


class Recipient(Protocol):
    """Whom a share is sealed to: ``holder`` 32 bytes, ``key`` P-256, 65 bytes uncompressed."""

    @property
    def holder(self) -> bytes: ...
    @property
    def key(self) -> bytes: ...


class KeySet(Protocol):
    """As the registry has it (``IOrganisationRegistry.sol``); an index counts from 1."""

    @property
    def officer_threshold(self) -> int: ...
    @property
    def custodian_threshold(self) -> int: ...
    @property
    def officers(self) -> Sequence[Recipient]: ...
    @property
    def custodians(self) -> Sequence[Recipient]: ...


def threshold_of(key_set: KeySet, group: Group) -> int:
    """How many of the group must contribute; zero of no custodians."""
    return key_set.officer_threshold if group is Group.OFFICERS else key_set.custodian_threshold


def recipients_of(key_set: KeySet, group: Group) -> Sequence[Recipient]:
    """The group's recipients in order."""
    return key_set.officers if group is Group.OFFICERS else key_set.custodians


def position(group: Group, index: int) -> int:
    """Group and index of a recipient in one number."""
    return group << 8 | index


@dataclass(frozen=True, slots=True)
class Context:
    """``ledger`` and ``author`` have 20 bytes, ``process_id`` and ``key_set`` (its id) 32; ``not_before``: the round's
    deadline when the bid was sealed, in seconds since 1970."""

    chain_id: int
    ledger: bytes
    process_id: bytes
    round: int
    author: bytes
    key_set: bytes
    not_before: int

    def words(self, bid_root: bytes) -> bytes:
        """Words 1 to 9 of the header."""
        return b"".join(
            (
                number(SUITE), number(self.chain_id), account(self.ledger), self.process_id, number(self.round),
                account(self.author), self.key_set, number(self.not_before), bid_root,
            )
        )  # fmt: skip

    def require(self, expected: Context, latest: int) -> None:
        """Raises EnvelopeForeign for the first field that is another; ``not_before`` need only be at most ``latest``,
        the round's final deadline."""
        for field in ("chain_id", "ledger", "process_id", "round", "author", "key_set"):
            _require(_CAMEL[field], getattr(expected, field), getattr(self, field))
        if self.not_before > latest:
            raise EnvelopeForeign(field="notBefore", expected=latest, got=self.not_before)


_CAMEL: Final = {
    "chain_id": "chainId", "ledger": "ledger", "process_id": "processId", "round": "round", "author": "author",
    "key_set": "keySet",
}  # fmt: skip


def _require(field: str, expected: Any, got: Any) -> None:
    if got != expected:
        raise EnvelopeForeign(field=field, expected=expected, got=got)
