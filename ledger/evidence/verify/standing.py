"""What an organisation was after each of the registry's acts on it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field


@dataclass(slots=True)
class KeySet:
    """A key set in its buyer's series; positions count that series' acts, None while it has not happened.
    ``custodians`` are organisation ids, each with its public key."""

    custodians: tuple[tuple[bytes, bytes], ...]
    awaited: set[bytes]
    ready: int | None = None
    retired: int | None = None


@dataclass(frozen=True, slots=True)
class Governors:
    """Governors from one act of their series on: ``since`` is its time, ``delay`` seconds."""

    accounts: frozenset[bytes]
    threshold: int
    delay: int
    since: int


@dataclass(slots=True)
class Standing:
    """Lists by position, how many acts of the series there had been; position 0 is before the first."""

    times: list[int] = field(default_factory=list)
    """Times of the acts; no list by position, it begins with the first act's."""
    kinds: list[int] = field(default_factory=lambda: [0])
    suspended: list[bool] = field(default_factory=lambda: [False])
    governors: list[Governors | None] = field(default_factory=lambda: [None])
    """Of the series zero; None elsewhere."""
    people: dict[bytes, list[tuple[int, int, int]]] = field(default_factory=dict)
    """Of an account, each time it was set: the position from which on, roles, and their last second or zero."""
    lasting: int = 0
    """Officers without an end, after the last act."""
    governed: int = 0
    """How long the governors' series was when they last acted on this one."""
    key_sets: dict[bytes, KeySet] = field(default_factory=dict)

    def begin_act(self, time: int) -> None:
        """The next position, which is as the last one until the act changes it."""
        self.times.append(time)
        self.kinds.append(self.kinds[-1])
        self.suspended.append(self.suspended[-1])
        self.governors.append(self.governors[-1])

    def held(self, account: bytes, at: int) -> tuple[int, int]:
        """Role bits as they were set last by the first ``at`` acts, and their last second (zero: without end)."""
        entries = self.people.get(account, [])
        place = bisect_right(entries, at, key=lambda entry: entry[0])
        return entries[place - 1][1:] if place else (0, 0)

    def roles(self, account: bytes, at: int, time: int) -> int:
        """Role bits of the account after the first ``at`` acts, in a block of ``time``; none under suspension."""
        roles, until = self.held(account, at)
        return 0 if self.suspended[at] or 0 < until < time else roles

    def positions(self, time: int) -> range:
        """How many acts there can have been before some act elsewhere in a block of ``time``: more than one number if
        acts of this series are in that very block."""
        return range(bisect_left(self.times, time), bisect_right(self.times, time) + 1)
