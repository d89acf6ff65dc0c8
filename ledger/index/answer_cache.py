"""Answers that are kept as long as nothing they were made from has changed.

An answer from the index follows from what stands in it and from the clock. So each is kept with the index's position
(:meth:`ledger.index.database.Index.position`) and the seconds for which it holds. Whatever commits to the index, an act
or an erasure, a rollback or a repair by hand, lets go of all of them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")
Position = Hashable


class AnswerCache(Generic[Value]):
    """The ``most`` answers that were asked for last; safe to use from many threads. ``size`` tells what one counts."""

    def __init__(self, most: int, size: Callable[[Value], int] = lambda _: 1) -> None:
        self._most, self._size = most, size
        self._position: Position = None
        self._held = 0
        self._entries: OrderedDict[Hashable, tuple[int, int, Value]] = OrderedDict()
        self._changing = threading.Lock()

    def get(self, position: Position, key: Hashable, now: int) -> Value | None:
        """The answer of this position that holds at the second ``now``."""
        with self._changing:
            self._move(position)
            entry = self._entries.get(key)
            if entry is None or not entry[0] <= now <= entry[1]:
                return None
            self._entries.move_to_end(key)
            return entry[2]

    def put(self, position: Position, key: Hashable, value: Value, first: int, last: int) -> None:
        """Keep an answer that was made from ``position`` or what came after it, and holds from ``first`` to ``last``.

        If the index has moved since, it is not kept.
        """
        with self._changing:
            if position != self._position or self._size(value) > self._most:
                return
            self._drop(key)
            self._entries[key] = (first, last, value)
            self._held += self._size(value)
            while self._held > self._most:
                self._drop(next(iter(self._entries)))

    def clear(self) -> None:
        """Let go of everything."""
        with self._changing:
            self._position = None
            self._entries.clear()
            self._held = 0

    def _move(self, position: Position) -> None:
        if position != self._position:
            self._position = position
            self._entries.clear()
            self._held = 0

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._held -= self._size(entry[2])
