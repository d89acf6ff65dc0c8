"""Rows of ``processes`` written straight into an index, for questions that need many of them and no chain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert

from ledger.index.database import Index
from ledger.index.schema import processes
from ledger.index.words import search_text
from tests.index.town import START

BUYER = b"\x0b" * 32


def process_row(number: int, *, texts: Iterable[str] = (), **columns: Any) -> dict[str, Any]:
    """An anchored procedure of a fictional town, open for twenty days; ``texts`` is what words are looked for in."""
    return {
        "process_id": number.to_bytes(32, "big"), "organisation_id": BUYER, "parent_process_id": None,
        "ocid": f"ocds-a2ef3d-{number}", "mode": "anchored", "state": "active", "phase": "tendering", "title": None,
        "description": None, "language": "de", "buyer_name": "Stadt Musterlingen", "buyer_identifier": None,
        "procurement_method": "open", "procurement_category": None, "cpv": None, "value_amount": None,
        "value_currency": None, "suppliers": "[]", "award_amount": None, "award_currency": None,
        "deadline": START + 20 * 86_400, "letters_sent": None, "standstill_until": None, "suspended": False,
        "cancelled": False, "reinstated": False, "remands": 0, "exceptions": 0, "first_time": START + number,
        "last_time": START + number, "first_block": 1, "last_block": 1, "acts": 1, "releases": 1, "problems": 0,
        "head": bytes(32), "place": None, "month": "2026-01", "search": search_text(texts), **columns,
    }  # fmt: skip


def put(index: Index, rows: Iterable[dict[str, Any]]) -> None:
    """Write the rows in one transaction."""
    with index.writing() as connection:
        connection.execute(insert(processes), list(rows))
