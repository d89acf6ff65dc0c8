"""Criteria documents of the demo's tenders (``docs/criteria-1.md``)."""

from __future__ import annotations

from typing import Any, Final

from ledger.cli.demo.procedure import Procedure
from ledger.ocds.json_text import write_json

PRICE_ALONE: Final[dict[str, Any]] = {"method": "lowestPrice", "priceWeight": None, "criteria": []}
PRICE_AND_CONCEPT: Final[dict[str, Any]] = {
    "method": "weightedPoints",
    "priceWeight": "70",
    "criteria": [
        {"id": "concept", "title": "Konzept zur Qualitätssicherung", "weight": "20", "mostPoints": "10"},
        {"id": "response", "title": "Reaktionszeit bei Ausfällen", "weight": "10", "mostPoints": "10"},
    ],
}
POINTS_PER_PRICE: Final[dict[str, Any]] = {
    "method": "ufabSimple",
    "priceWeight": None,
    "criteria": [
        {"id": "equipment", "title": "Gebrauchswert von Aufbau und Beladung", "weight": "60", "mostPoints": "10"},
        {"id": "delivery", "title": "Lieferzeit", "weight": "25", "mostPoints": "10"},
        {"id": "service", "title": "Kundendienst", "weight": "15", "mostPoints": "10"},
    ],
}


def criteria_document(procedure: Procedure, method: dict[str, Any]) -> bytes:
    """One way of ranking for all lots; what is asked of every tenderer is the same in the town."""
    ties = ["lot"] if method is PRICE_ALONE else ["price", "lot"]
    lots = [{"id": lot, "title": title, "variants": False, "ties": ties, **method} for lot, title in procedure.lots]
    document = {
        "format": "siegel-criteria/1",
        "currency": "EUR",
        "mainBids": 1,
        "lots": lots,
        "requirements": [
            {
                "id": "exclusion",
                "title": "Es liegen keine Ausschlussgründe nach §§ 123, 124 GWB vor",
                "description": None,
                "dataType": "boolean",
                "required": True,
                "lots": [],
            }
        ],
        "documents": [
            {
                "id": "prices",
                "title": "Ausgefülltes Preisblatt oder Leistungsverzeichnis",
                "description": "Als GAEB-Datei X84, als Tabelle oder als PDF.",
                "required": True,
                "lots": [],
                "documentType": None,
                "mostBytes": None,
            }
        ],
    }
    return write_json(document)
