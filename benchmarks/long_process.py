"""What one bid more costs in a process that has many already.

``python -m benchmarks.long_process [BIDS]`` (20,000 by default) lets one sealed process take bids on anvil and indexes
it, by a synchroniser that keeps histories from run to run and by one that keeps none. What must not grow with the bids
that are there: the cost of one block more with one bid. Processor time is that of the indexing process; databases are
on SQLite.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.index_chain import Grown, grown_ledger
from ledger.index.database import Index
from ledger.index.long_histories import LongHistories
from ledger.index.sync import Synchroniser
from ledger.store import ObjectStore
from tests.index.town import Town

SIZES = (500, 2_500, 10_000, 20_000)
AT_ONCE = 250  # bids in a block while it grows
BLOCKS = 5  # with one bid each, measured after each size


def main() -> None:
    """Grow, measure, print."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()}\n")
    print("| bids | catching up, µs each | one bid more, ms | the same, derived whole, ms | whole : kept |")
    print("|---" * 5 + "|")
    with tempfile.TemporaryDirectory() as name, grown_ledger(LongProcess, Path(name)) as ledger:
        for size in [size for size in SIZES if size < most] + [most]:
            while ledger.bids < size:
                ledger.bid(min(AT_ONCE, size - ledger.bids))
            _row(Path(name), ledger)


class LongProcess(Grown):
    """A ledger with one sealed process that takes bids."""

    def __init__(self, town: Town, with_releases: int = 0) -> None:
        super().__init__(town, with_releases)
        self.bids = 0
        self._sealed = self._begin_tenders(1)
        self._mine(1)

    def bid(self, number: int) -> None:
        """So many bids more, in one block."""
        self._commit_bids(number)
        self._mine(number)
        self.bids += number


def _row(folder: Path, ledger: LongProcess) -> None:
    chain, size = ledger.town.chain, ledger.bids

    def follow(kept: bool) -> tuple[float, Callable[[], float]]:
        index = Index.open(f"sqlite:///{folder / f'index-{size}-{kept}.sqlite'}")
        long = LongHistories() if kept else LongHistories(least=sys.maxsize)
        synchroniser = Synchroniser(index, chain, ObjectStore(folder / "nothing"), long=long)

        def run() -> float:
            begun = time.process_time()
            synchroniser.run_once()
            return time.process_time() - begun

        return run(), run

    caught_up, again = follow(True)
    _, again_whole = follow(False)
    kept, whole = [], []
    for _ in range(BLOCKS):
        ledger.bid(1)
        kept.append(again())
        whole.append(again_whole())
    one, all_of_it = statistics.median(kept), statistics.median(whole)
    cells = f"{size:,}", f"{caught_up / size * 1e6:,.0f}", f"{one * 1e3:.1f}", f"{all_of_it * 1e3:,.0f}"
    print(f"| {' | '.join(cells)} | {all_of_it / one:.1f} |", flush=True)


if __name__ == "__main__":
    main()
