"""A thread that keeps the index up with the chain while something else serves."""

from __future__ import annotations

import logging
import threading

from ledger.errors import SiegelError
from ledger.index.sync import Synchroniser

log = logging.getLogger(__name__)


class Follower:
    """Runs a synchroniser every ``poll_interval`` seconds until stopped; a failure is kept in ``last_error`` and the
    next round tries again, so that one bad answer of a node does not end the indexing."""

    def __init__(self, synchroniser: Synchroniser, poll_interval: float) -> None:
        self._synchroniser = synchroniser
        self._poll_interval = poll_interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="index follower", daemon=True)
        self.last_error: str | None = None

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
                self._synchroniser.run_once()
                self.last_error = None
            except SiegelError as error:
                self._report(error)
            except Exception as error:
                log.exception("the index stands still")
                self.last_error = f"{type(error).__name__}: {error}"
            self._stop.wait(self._poll_interval)

    def _report(self, error: SiegelError) -> None:
        report = f"{error.name}: {error}"
        if report != self.last_error:  # once, not every second
            log.warning("the index stands still: %s", report)
        self.last_error = report
