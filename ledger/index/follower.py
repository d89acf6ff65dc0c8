"""A thread that keeps the index up with the chain while something else serves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ledger.errors import SiegelError
from ledger.index.sync import Synchroniser

log = logging.getLogger(__name__)


class Follower:
    """Runs a synchroniser every ``poll_interval`` seconds until stopped; a failure is kept in ``failure`` and the
    next round tries again, so that one bad answer of a node does not end the indexing. ``before`` is called before
    each round, for what the index is to see at once; it reports its failures itself."""

    def __init__(
        self, synchroniser: Synchroniser, poll_interval: float, before: Callable[[], None] = lambda: None
    ) -> None:
        self._synchroniser = synchroniser
        self._poll_interval = poll_interval
        self._before = before
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="index follower", daemon=True)
        self.failure: Exception | None = None

    @property
    def last_error(self) -> str | None:
        """The failure as a report, with its values."""
        return None if self.failure is None else f"{type(self.failure).__name__}: {self.failure}"

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the batch that is being written, and wait for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._before()
                self._synchroniser.run_once()
                self.failure = None
            except SiegelError as error:
                self._report(error)
            except Exception as error:
                log.exception("the index stands still")
                self.failure = error
            self._stop.wait(self._poll_interval)

    def _report(self, error: SiegelError) -> None:
        reported, self.failure = self.last_error, error
        if self.last_error != reported:  # once, not every second
            log.warning("the index stands still: %s", self.last_error)
