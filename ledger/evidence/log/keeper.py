"""Publishes the log, feeds its witnesses and has it stamped while something else serves."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from ledger.errors import SiegelError
from ledger.evidence.log.cosignatures import CosignatureBook, Witness
from ledger.evidence.log.folder import LogFolder, living_log
from ledger.evidence.log.publisher import Blocks, Publisher
from ledger.evidence.log.stamping import Stamping
from ledger.evidence.log.witnesses import TIMEOUT, feed
from ledger.evidence.timestamps import Timestamps
from ledger.index.database import Index
from ledger.keeper import Keeper

logger = logging.getLogger(__name__)

LONGEST_PAUSE: Final = 600.0
"""Seconds until a witness that failed again and again is asked once more."""


def feed_all(log: LogFolder, book: CosignatureBook, timeout: float = TIMEOUT) -> None:
    """Ask every witness once, all at the same time; what fails stands in the book."""
    witnesses = book.witnesses()
    if not witnesses:
        return

    def ask(witness: Witness) -> None:
        try:
            feed(log, book, witness, timeout)
        except SiegelError as error:
            logger.info("not cosigned: %s", error)

    with ThreadPoolExecutor(len(witnesses)) as pool:
        list(pool.map(ask, witnesses))


class LogKeeper(Keeper):
    """Runs a round every ``poll_interval`` seconds until stopped; ``failure`` is the one to publish. Each witness has
    its own thread while it is asked, so none waits for another, and publishing for none. Each authority of
    ``timestamps`` has one all the time."""

    def __init__(
        self,
        folder: Path,
        blocks: Blocks,
        index: Index,
        poll_interval: float,
        *,
        timestamps: Timestamps | None = None,
        stamp_interval: int = 600,
    ) -> None:
        """``folder``: the home's ``log``; a checkpoint is stamped every ``stamp_interval`` seconds."""
        super().__init__("log keeper", poll_interval, "the log stands still")
        self._folder = folder
        self._publisher, self._book = Publisher(folder, blocks, index), CosignatureBook(folder)
        self._timestamps = timestamps
        self._stamping = None if timestamps is None else Stamping(folder, timestamps, stamp_interval)
        self._asking: dict[str, threading.Thread] = {}
        self._pauses: dict[str, tuple[float, float]] = {}  # by witness: until when, and how long

    def start(self) -> None:
        """Begin."""
        super().start()
        if self._timestamps is not None:
            self._timestamps.start()

    def stop(self) -> None:
        """Stop after what is being written. A witness that is being asked is not waited for: what it answers is written
        whole or not at all."""
        super().stop()
        if self._timestamps is not None:
            self._timestamps.stop()

    def round(self) -> None:
        """Publish; and have the newest checkpoint cosigned and stamped, whatever came of that."""
        try:
            self._publisher.publish()
        finally:
            self._have_witnessed()

    def _have_witnessed(self) -> None:
        try:
            self._feed(living_log(self._folder))
        except Exception:
            logger.exception("the witnesses are not asked")
        try:
            if self._stamping is not None:
                self._stamping.round(living_log(self._folder))
        except Exception:
            logger.exception("no checkpoint is given to the time-stamping authorities")

    def _feed(self, log: LogFolder) -> None:
        size = log.newest().size
        for witness in self._book.witnesses():
            name = witness.name
            busy = name in self._asking and self._asking[name].is_alive()
            if busy or time.monotonic() < self._pauses.get(name, (0.0, 0.0))[0]:
                continue
            if size and not self._book.has(log.origin, size, name):
                self._asking[name] = threading.Thread(
                    target=self._ask, args=(log, witness), name=f"asking {name}", daemon=True
                )
                self._asking[name].start()

    def _ask(self, log: LogFolder, witness: Witness) -> None:
        try:
            feed(log, self._book, witness)
        except Exception as error:
            pause = min(LONGEST_PAUSE, 2 * self._pauses.get(witness.name, (0.0, self._pause))[1])
            self._pauses[witness.name] = time.monotonic() + pause, pause
            if isinstance(error, SiegelError):
                logger.info("not cosigned: %s", error)
            else:
                logger.exception("not cosigned")
        else:
            self._pauses.pop(witness.name, None)
