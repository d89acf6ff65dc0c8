"""The index against a naive one: events a second, memory, and whether an event's cost grows with their number.

``python -m benchmarks.index [EVENTS]`` (20,000 by default, the table in README.md is of 300,000) grows one chain on
anvil and reads ranges of it into empty databases, each time in a new process. The ratios are to a loop with web3.py and
an ORM in the same run, which stores the raw acts alone. Starting (imports, opening, making the tables) is not counted.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.index_chain import Grown, grown_ledger
from tests.postgres import new_databases, running_server

NAIVE = 10_000  # events are enough for the naive loop: its cost does not depend on how many there are
WITH_RELEASES = 5_000
SIZES = (10_000, 100_000, 300_000)


def main() -> None:
    """Grow the chain, measure, print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    sizes = [size for size in SIZES if size < events] + [events]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()}\n")
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        ledger = closing.enter_context(grown_ledger(Grown, folder, with_releases=WITH_RELEASES))
        databases = {"SQLite": _sqlite(folder)}
        if shutil.which("psql"):
            databases["PostgreSQL"] = new_databases(closing.enter_context(running_server("fsync=on")))
        ends = {size: ledger.until(size) for size in sorted({WITH_RELEASES, NAIVE, *sizes})}
        chain = ledger.town.chain
        chain.deployment.save(folder / "deployment.json")
        (folder / "nothing").mkdir()

        def measure(kind: str, database: str, size: int, store: str = "nothing") -> dict[str, Any]:
            address = next(databases[database])
            arguments = [kind, chain.transport.url, folder / "deployment.json", folder / store, address, ends[size]]
            command = [sys.executable, "-m", "benchmarks.index_measure", *map(str, arguments)]
            found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            assert not (kind != "naive" and (found["web3"] or found["evm"]))
            return found

        print("| what | events | events/s | µs/event | processor µs/event | MiB | naive : this | in processor time |")
        print("|---" * 8 + "|")
        for database in databases:
            naive = measure("naive", database, NAIVE)
            _row(f"{database}: web3.py and ORM, raw acts", naive, naive)
            _row(f"{database}: raw acts", measure("acts", database, events), naive)
            for size in sizes:
                _row(f"{database}: whole index", measure("index", database, size), naive)
            _row(f"{database}: whole index with releases", measure("index", database, WITH_RELEASES, "store"), naive)


def _row(what: str, found: dict[str, Any], naive: dict[str, Any]) -> None:
    def each(of: dict[str, Any], unit: str) -> float:
        return float(of[unit] / of["events"] * 1e6)

    wall, processor = each(found, "seconds"), each(found, "processor")
    cells = (
        what, f"{found['events']:,}", f"{1e6 / wall:,.0f}", f"{wall:,.0f}", f"{processor:,.0f}",
        f"{found['memory']:.0f}", f"{each(naive, 'seconds') / wall:.1f}", f"{each(naive, 'processor') / processor:.1f}",
    )  # fmt: skip
    print("| " + " | ".join(cells) + " |", flush=True)


def _sqlite(folder: Path) -> Iterator[str]:
    for number in count():
        yield f"sqlite:///{folder / f'index-{number}.sqlite'}"


if __name__ == "__main__":
    main()
