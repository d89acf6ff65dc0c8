"""Searching, facets and lists at 100,000 contracting processes.

``python -m benchmarks.search [DATABASE-URL]`` writes generated rows straight into a new index (by default SQLite in a
temporary folder) and prints how long questions take; the words are those of fictional notices, drawn by a fixed seed.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text

from ledger.index.database import Index
from ledger.index.facets import count
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter, Sort, Status
from ledger.index.schema import processes
from ledger.index.words import search_text
from ledger.index.writer import insert_many

PROCESSES = int(os.environ.get("PROCESSES", "100000"))
BATCH = 5_000
TIMES = 5
NOW = 1_767_600_000
DAY = 86_400

DONE = (
    "Neubau", "Sanierung", "Lieferung", "Erneuerung", "Abbruch", "Planung", "Reinigung", "Wartung", "Umbau",
    "Ausbau",
)  # fmt: skip
FIRST = (
    "grund", "real", "musik", "haupt", "stadt", "kreis", "feuer", "wasser", "licht", "dach", "sport", "wald",
    "kanal", "brand", "schul", "markt", "bahn", "heiz", "kranken", "garten", "fern", "boden", "strom",
    "abfall",
)  # fmt: skip
LAST = (
    "schule", "halle", "straße", "brücke", "wache", "anlage", "bücherei", "mensa", "fenster", "dächer",
    "werk", "platz", "haus", "wehr", "leitung", "fahrzeug", "technik", "zaun", "pflege", "gebäude", "geräte",
    "hof",
)  # fmt: skip
MIDDLE = ("", "bau", "schutz", "betriebs", "neben", "mittel", "innen", "außen", "alt", "neu", "süd", "west")
NOUNS = tuple(f"{first}{middle}{last}".capitalize() for first in FIRST for middle in MIDDLE for last in LAST)
PLACES = tuple(f"{first}{last}" for first in ("Muster", "Beispiel", "Probe", "Neu", "Alten") for last in
               ("lingen", "stadt", "dorf", "hausen", "berg", "tal"))  # fmt: skip
PHASES = ("planned", "tendering", "evaluation", "awarded", "concluded", "completed", "cancelled", "unsuccessful")


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Processes of five years and 300 buyers."""
    draw = random.Random(20260105)
    for number in range(count):
        nouns = [NOUNS[int(len(NOUNS) * draw.random() ** 3)] for _ in range(6)]  # some words are common, most are rare
        title = f"{draw.choice(DONE)} {nouns[0]} {draw.choice(PLACES)}, Los {number % 90}"
        described = f"{title}: {draw.choice(DONE)} von {', '.join(nouns[1:])}, Abschnitt {draw.randrange(9_999)}."
        place = draw.choice(PLACES)
        first = NOW - draw.randrange(5 * 365) * DAY
        supplier = f"Firma {draw.randrange(3_000)} GmbH"
        ocid = f"ocds-a2ef3d-{number}"
        amount = str(draw.randrange(1_000, 5_000_000))
        phase = draw.choice(PHASES)
        awarded = phase in ("awarded", "concluded", "completed")
        yield {
            "process_id": draw.randbytes(32), "organisation_id": bytes([number % 250]) * 32, "parent_process_id": None,
            "ocid": ocid, "mode": draw.choice(("observed", "anchored", "anchored", "sealed")), "state": "active",
            "phase": phase, "title": title, "description": described, "language": "de",
            "buyer_name": f"Stadt {place} {number % 10}", "buyer_identifier": None,
            "procurement_method": draw.choice(("open", "open", "selective", "limited", "direct")),
            "procurement_category": "works",
            "cpv": f"{draw.choice((30, 33, 45, 45, 71, 90))}{draw.randrange(10**6):06}-1",
            "value_amount": amount, "value_currency": "EUR", "suppliers": f'["{supplier}"]' if awarded else "[]",
            "award_amount": amount if awarded else None, "award_currency": "EUR" if awarded else None,
            "deadline": first + 35 * DAY, "letters_sent": None, "standstill_until": None, "suspended": False,
            "cancelled": False, "reinstated": False, "remands": 0, "exceptions": 0, "first_time": first,
            "last_time": first + draw.randrange(100) * DAY, "first_block": number, "last_block": number, "acts": 1,
            "releases": 1, "problems": 0, "head": bytes(32), "place": place,
            "month": time.strftime("%Y-%m", time.gmtime(first)),
            "search": search_text((title, place, ocid, supplier if awarded else None, described)),
        }  # fmt: skip


def fill(index: Index, count: int) -> float:
    """Write the rows; seconds for all of it."""
    started = time.perf_counter()
    batch: list[dict[str, Any]] = []
    for row in rows(count):
        batch.append(row)
        if len(batch) == BATCH:
            with index.writing() as connection:
                insert_many(connection, processes, batch)
            batch = []
    with index.writing() as connection:
        insert_many(connection, processes, batch)
        connection.execute(text("ANALYZE"))
    return time.perf_counter() - started


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
