"""A thread that looks after what was handed in while something else serves."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from api.receiver import Receiver
from api.relay import Relay
from ledger.errors import SiegelError

log = logging.getLogger(__name__)

SWEEP_SECONDS: Final = 60.0


class ReceiverKeeper:
    """Hands in again every ``poll_interval`` seconds what is in no block, and sweeps the envelopes every minute.

    A failure is kept in ``failure`` and tried again.
    """

    def __init__(self, receiver: Receiver, relay: Relay, poll_interval: float) -> None:
        self._receiver, self._relay, self._poll_interval = receiver, relay, poll_interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="receiver keeper", daemon=True)
        self._swept: float | None = None
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is being done, and wait for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._round()
            self._stop.wait(self._poll_interval)

    def _round(self) -> None:
        try:
            self._relay.run_once()
            if self._swept is None or time.monotonic() > self._swept + SWEEP_SECONDS:
                self._receiver.sweep()
                self._swept = time.monotonic()
            self.failure = None
        except SiegelError as error:
            if repr(self.failure) != repr(error):  # once, not every second
                log.warning("what was handed in waits: %s: %s", error.name, error)
            self.failure = error
        except Exception as error:
            log.exception("what was handed in waits")
            self.failure = error
