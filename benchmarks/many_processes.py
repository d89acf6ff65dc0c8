"""Contracting processes of fictional notices, as many as wanted: the same ones each time, drawn by a fixed seed.

As rows of the index for questions that need nothing else, and as the OCDS releases that say the same.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import text

from ledger.index.database import Index
from ledger.index.schema import processes
from ledger.index.words import search_text
from ledger.index.writer import insert_many

PROCESSES = int(os.environ.get("PROCESSES", "100000"))
BATCH = 5_000
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


_TENDER = {"planned": "planned", "tendering": "active", "evaluation": "complete", "cancelled": "cancelled",
           "unsuccessful": "unsuccessful"}  # fmt: skip


def release_of(row: dict[str, Any]) -> dict[str, Any]:
    """A release that says what a row says."""
    ocid, phase, value = row["ocid"], row["phase"], {"amount": int(row["value_amount"]), "currency": "EUR"}
    buyer = {"id": f"DE-TEST-{row['buyer_name']}", "name": row["buyer_name"]}
    found = {
        "ocid": ocid,
        "id": f"{ocid}-1",
        "date": _moment(row["first_time"]),
        "tag": ["tender"],
        "initiationType": "tender",
        "language": "de",
        "parties": [
            {
                **buyer,
                "identifier": {"scheme": "DE-TEST", "id": row["buyer_name"]},
                "address": {"locality": row["place"], "countryName": "Deutschland"},
                "contactPoint": {"name": "Vergabestelle", "email": "vergabe@example.org"},
                "roles": ["buyer"],
            }
        ],
        "buyer": buyer,
        "tender": {
            "id": f"{ocid}-tender",
            "title": row["title"],
            "description": row["description"],
            "status": _TENDER.get(phase, "complete"),
            "procurementMethod": row["procurement_method"],
            "mainProcurementCategory": row["procurement_category"],
            "value": value,
            "tenderPeriod": {"startDate": _moment(row["first_time"]), "endDate": _moment(row["deadline"])},
            "items": [{"id": "1", "classification": {"scheme": "CPV", "id": row["cpv"]}}],
        },
    }
    if row["award_amount"] is None:
        return found
    suppliers = [{"id": f"DE-TEST-{name}", "name": name} for name in orjson.loads(row["suppliers"])]
    found["tag"].append("award")
    found["awards"] = [{"id": "1", "status": "active", "value": value, "suppliers": suppliers}]
    if phase != "awarded":
        signed = {"id": "1", "awardID": "1", "status": "terminated" if phase == "completed" else "active"}
        found["contracts"] = [signed | {"value": value}]
    return found


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
