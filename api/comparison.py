"""Compares one process after the other with the chain, again and again, for as long as the service runs.

Without it an alteration is found only where somebody looks: by a reader of that process's page, or by ``siegel index
check``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.checks import Checks
from ledger.errors import ProcessUnknown, SiegelError
from ledger.keeper import Keeper

log = logging.getLogger(__name__)

SHARE: Final = 20
"""One part in so many of the time is spent on comparing, however many processes there are."""

SHORTEST_PAUSE: Final = 0.1
WITHOUT_ANY: Final = 5.0
"""Seconds to wait after a check, at least, and where there is nothing to check or the chain cannot be asked."""

NAMED: Final = 100
"""So many processes that differ are named; their number is always told."""


@dataclass(frozen=True, slots=True)
class Pass:
    """All processes once: when the last one was compared (Unix time), how many could be compared, how many not."""

    ended: int
    compared: int
    failed: int


@dataclass(frozen=True, slots=True)
class ComparisonStatus:
    """``since``: when this service began to compare (Unix time), ``None`` where it does not. ``compared`` and
    ``failed``: processes of the pass under way. ``differing``: how many processes differed when they were last
    compared, by a pass or for a reader; ``processes`` names the first of them."""

    since: int | None
    compared: int
    failed: int
    last: Pass | None
    differing: int
    processes: tuple[bytes, ...]


class Comparison(Keeper):
    """A thread that asks ``checks`` for every process in the order of their ids. ``after`` gives the next id."""

    def __init__(
        self, checks: Checks, after: Callable[[bytes], bytes | None], *, shortest_pause: float = SHORTEST_PAUSE
    ) -> None:
        super().__init__("comparison with the chain", WITHOUT_ANY, "the comparison with the chain stands still")
        self._checks, self._after, self._shortest_pause = checks, after, shortest_pause
        self._guard = threading.Lock()
        self._since: int | None = None
        self._place = b""
        self._compared = self._failed = 0
        self._last: Pass | None = None

    def start(self) -> None:
        """Begin to compare."""
        with self._guard:
            self._since = int(time.time())
        super().start()

    def status(self) -> ComparisonStatus:
        """How far it is and what it found."""
        differing = self._checks.differing
        with self._guard:
            return ComparisonStatus(
                since=self._since,
                compared=self._compared,
                failed=self._failed,
                last=self._last,
                differing=len(differing),
                processes=differing[:NAMED],
            )

    def round(self) -> float:
        """Compare the next process, or end the pass where there is none; the seconds to wait before the next step."""
        process_id = self._after(self._place)
        if process_id is None:
            return self._end()
        began = time.monotonic()
        compared = failed = False
        try:
            self._checks.of(process_id)
            compared = True
        except ProcessUnknown:
            pass  # rolled back in between: there is nothing to compare
        except SiegelError as error:
            log.warning("not compared with the chain: process %s (%s)", process_id.hex(), type(error).__name__)
            failed = True
        with self._guard:
            self._place = process_id
            self._compared += compared
            self._failed += failed
        pause = max(self._shortest_pause, (SHARE - 1) * (time.monotonic() - began))
        return max(pause, WITHOUT_ANY) if failed else pause

    def _end(self) -> float:
        with self._guard:
            any_processes = bool(self._place)
            if any_processes:
                self._last = Pass(int(time.time()), self._compared, self._failed)
            self._place, self._compared, self._failed = b"", 0, 0
        return self._shortest_pause if any_processes else WITHOUT_ANY
