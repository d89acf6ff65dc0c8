"""Where the chain's time comes from: the wall, or (demo and tests only) a clock that starts in the past.

Times are whole seconds since 1970-01-01 UTC, as in a block header.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

from ledger.errors import ClockAheadOfNow


class Clock(Protocol):
    """What the block maker needs to know about time."""

    @property
    def is_wall(self) -> bool:
        """True if this clock shows wall time now and from now on. Only such a clock may be served over HTTP."""

    def now(self) -> int:
        """The present second; a block made now carries it. Never more than wall time."""

    def wait_after(self, second: int) -> float:
        """Seconds to wait until :meth:`now` is later than ``second``; 0 if it is."""


class WallClock:
    """The machine's clock."""

    is_wall = True

    def now(self) -> int:
        return int(time.time())

    def wait_after(self, second: int) -> float:
        return max(0.0, second + 1 - time.time())


class DevelopmentClock:
    """A clock for demo and tests: starts in the past, moves when told or when a block needs a second, ends at now.

    It stands still until :meth:`advance_to`, except that a block which needs a later second than its parent's takes
    the next one: so a story of hundreds of transactions needs no waiting. It never shows more than wall time; once it
    has reached it, it is the wall clock.
    """

    def __init__(self, start: int) -> None:
        """``start``: first second shown; not after wall time (:class:`ClockAheadOfNow`)."""
        self._lock = threading.Lock()
        self._second: int | None = None
        self._check(start)
        self._second = start

    @property
    def is_wall(self) -> bool:
        with self._lock:
            return self._second is None

    def now(self) -> int:
        with self._lock:
            return int(time.time()) if self._second is None else self._second

    def advance_to(self, second: int) -> None:
        """Show ``second`` from now on. Earlier than shown: nothing happens. Later than wall time: refused."""
        self._check(second)
        with self._lock:
            self._move(second)

    def finish(self) -> None:
        """Reach wall time; from here on this is the wall clock."""
        with self._lock:
            self._second = None

    def wait_after(self, second: int) -> float:
        with self._lock:
            if self._second is not None and self._second <= second:
                self._move(second + 1)
            return max(0.0, second + 1 - time.time()) if self._second is None else 0.0

    def _move(self, second: int) -> None:
        if self._second is None:
            return
        wall = int(time.time())
        self._second = None if second >= wall else max(second, self._second)

    @staticmethod
    def _check(second: int) -> None:
        wall = int(time.time())
        if second > wall:
            raise ClockAheadOfNow(second=second, now=wall)
