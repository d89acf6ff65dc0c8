"""Searching, facets and lists at 100,000 contracting processes.

``python -m benchmarks.search [DATABASE-URL]`` writes generated rows straight into a new index (by default SQLite in a
temporary folder) and prints how long questions take.
"""

from __future__ import annotations

import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.many_processes import NOW, PROCESSES, fill
from ledger.index.database import Index
from ledger.index.facets import count
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter, Sort, Status

TIMES = 5


def median(ask: Callable[[], Any]) -> float:
    """Milliseconds."""
    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1_000)
    return statistics.median(took)


def measure(index: Index) -> None:
    """Print one line a question."""
    queries = Queries(index)
    asked = {
        "all, newest first": ProcessFilter(),
        "one process's number": ProcessFilter(q="a2ef3d-4711"),
        "Feuerwachen Sanierung Beispieldorf": ProcessFilter(q="Feuerwachen Sanierung Beispieldorf"),
        "Firma 1234": ProcessFilter(q='"Firma 1234"'),
        "Schule": ProcessFilter(q="Schule"),
        "Schule, sealed, open": ProcessFilter(q="Schule", mode="sealed", status=Status.OPEN),
        "nothing": ProcessFilter(q="Weltraumbahnhof"),
        "open, next deadline first": ProcessFilter(status=Status.OPEN, sort=Sort.DEADLINE),
        "buyer, year, division": ProcessFilter(buyer_name="Stadt Neutal 3", year=2024, cpv="45"),
        "silent for 90 days": ProcessFilter(silent_days=90),
    }
    print("| list of 20 | found | milliseconds |\n|---|---|---|")
    for name, wanted in asked.items():
        total = queries.processes(wanted, None, 20, now=NOW).total
        took = median(lambda wanted=wanted: queries.processes(wanted, None, 20, now=NOW))  # type: ignore[misc]
        print(f"| {name} | {total:,} | {took:.1f} |")

    print("\n| counted anew | milliseconds |\n|---|---|")
    for name, wanted in {"facets of all": ProcessFilter(), "facets of Schule": asked["Schule"]}.items():
        with index.reading() as connection:
            print(f"| {name} | {median(lambda wanted=wanted: count(connection, wanted, NOW)):.1f} |")  # type: ignore[misc]
    print(f"| sums of one buyer ({PROCESSES // 250:,}) | {median(lambda: queries.organisation_sums(bytes(32))):.1f} |")
    print(f"| statistics | {median(lambda: queries.statistics(now=NOW)):.1f} |")


def main() -> None:
    """Build the index and measure."""
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder) / 'index.sqlite'}"
        index = Index.open(url)
        where = f"{platform.machine()}, Python {platform.python_version()}, {url.partition(':')[0]}"
        print(f"{where}, {PROCESSES:,} processes")
        print(f"rows written in {fill(index, PROCESSES):.0f} s\n")
        measure(index)
        index.close()


if __name__ == "__main__":
    main()
