"""A thread that keeps the index up with the chain while something else serves."""

from __future__ import annotations

from collections.abc import Callable

from ledger.index.sync import Synchroniser
from ledger.keeper import Keeper


class Follower(Keeper):
    """Runs a synchroniser every ``poll_interval`` seconds until stopped, so that one bad answer of a node does not end
    the indexing. ``before`` is called before each round, for what the index is to see at once; it reports its failures
    itself."""

    def __init__(
        self, synchroniser: Synchroniser, poll_interval: float, before: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__("index follower", poll_interval, "the index stands still")
        self._synchroniser, self._before = synchroniser, before

    @property
    def last_error(self) -> str | None:
        """The failure as a report, with its values."""
        return None if self.failure is None else f"{type(self.failure).__name__}: {self.failure}"

    def round(self) -> None:
        """Take in what the chain has more."""
        self._before()
        self._synchroniser.run_once()
