"""A thread that looks after what was handed in while something else serves."""

from __future__ import annotations

import time
from typing import Final

from api.receiver import Receiver
from api.relay import Relay
from ledger.keeper import Keeper

SWEEP_SECONDS: Final = 60.0


class ReceiverKeeper(Keeper):
    """Hands in again every ``poll_interval`` seconds what is in no block, and sweeps the envelopes every minute."""

    def __init__(self, receiver: Receiver, relay: Relay, poll_interval: float) -> None:
        super().__init__("receiver keeper", poll_interval, "what was handed in waits")
        self._receiver, self._relay = receiver, relay
        self._swept: float | None = None

    def round(self) -> None:
        """Hand in, and sweep if it is time to."""
        self._relay.run_once()
        if self._swept is None or time.monotonic() > self._swept + SWEEP_SECONDS:
            self._receiver.sweep()
            self._swept = time.monotonic()
