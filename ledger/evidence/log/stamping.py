"""Which checkpoints of the log are stamped by outside authorities, and when they are given to them.

Bundles carry checkpoints that most witnesses cosigned, so only those are stamped; of a log without witnesses the newest
one. An authority is asked for one in ``interval`` seconds: a tree that nobody is asked for is followed by a larger one
that is stamped, cosigned at most ``interval`` seconds later. For trees of long ago, before there were authorities, half
of what a policy allows as a delay is close enough.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger.evidence.log.cosignatures import CosignatureBook, ToStamp
from ledger.evidence.log.folder import LogFolder
from ledger.evidence.log.places import MAX_LOG_DELAY, most_of
from ledger.evidence.timestamps import Timestamps

OLD_INTERVAL: Final = MAX_LOG_DELAY // 2


class Stamping:
    """Chooses checkpoints for ``timestamps``. The book remembers the choice first: what a crash keeps from being added
    is added at the next start, and so is what an authority that is new has not stamped."""

    def __init__(self, folder: Path, timestamps: Timestamps, interval: int) -> None:
        """``folder``: the home's ``log``; ``interval`` in seconds."""
        self._book, self._timestamps, self._interval = CosignatureBook(folder), timestamps, interval
        self._covered: dict[str, ToStamp | None] = {}  # by origin the last tree that was chosen

    def round(self, log: LogFolder) -> None:
        """Choose what is due, and have it stamped."""
        if log.origin not in self._covered:
            before = self._book.chosen(log.origin)
            for tree in before:
                self._timestamps.add(tree.note)
            self._covered[log.origin] = before[-1] if before else None
        for tree in self._due(log):
            self._book.choose(log.origin, tree)
            self._timestamps.add(tree.note)
            self._covered[log.origin] = tree

    def _due(self, log: LogFolder) -> Iterator[ToStamp]:
        covered, now = self._covered[log.origin], int(time.time())
        waiting = self._seen(log, 0 if covered is None else covered.size, now)
        last = None if covered is None else covered.moment
        while waiting:
            first = waiting[0].moment
            interval = OLD_INTERVAL if first < now - MAX_LOG_DELAY else self._interval
            if last is not None and now < last + interval:
                return
            near = [tree for tree in waiting if tree.moment <= first + interval]
            yield near[-1]
            last = near[-1].moment
            waiting = waiting[len(near) :]

    def _seen(self, log: LogFolder, size: int, now: int) -> list[ToStamp]:
        threshold = most_of(self._book.witnesses())
        if threshold:
            return self._book.seen_after(log.origin, size, threshold)
        newest = log.newest()
        return [ToStamp(newest.size, now, newest.note)] if newest.size > size else []
