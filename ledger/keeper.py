"""A thread that does the same again and again while something else serves."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from ledger.errors import SiegelError

log = logging.getLogger(__name__)


class Keeper(ABC):
    """Does ``round`` every ``pause`` seconds until stopped. A failure is kept in ``failure`` until a round succeeds,
    and the next round tries again; the log says what it ``means``, once for the same failure."""

    def __init__(self, name: str, pause: float, means: str) -> None:
        """``name``: the thread's."""
        self._pause, self._means = pause, means
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the round that is being done, and wait for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def round(self) -> float | None:
        """What is to be done; raises what it fails with. Seconds to wait after it, None: ``pause``."""

    def _run(self) -> None:
        while not self._stop.is_set():
            pause = None
            try:
                pause = self.round()
                self.failure = None
            except SiegelError as error:
                if repr(self.failure) != repr(error):  # once, not every second
                    log.warning("%s: %s: %s", self._means, error.name, error)
                self.failure = error
            except Exception as error:
                log.exception("%s", self._means)
                self.failure = error
            self._stop.wait(self._pause if pause is None else pause)
