"""The opening's result for tenderers, printed on a page: what § 14(3) VOB/A lists under a to d."""

from __future__ import annotations

from typing import Any

from ledger.evaluation.figures import read_decimal, read_percentage
from ledger.opening.german_print import printed_amount, printed_moment, printed_percent, printed_text
from ledger.opening.minutes import Minutes
from ledger.opening.minutes_json import opening_result
from ledger.opening.printed_parts import Lines, column, digest, fact, lines, section, tenderer_lines
from ledger.opening.stated_offers import Tenderer


def printed_result(minutes: Minutes) -> dict[str, Any]:
    """What the template ``minutes.typ`` takes, of ``opening_result`` alone. Raises OpeningResultForbidden."""
    result = opening_result(minutes)
    return {
        "title": "Ergebnis der Öffnung der Angebote",
        "short": "Ergebnis der Öffnung",
        "basis": f"Mitteilung an die Bieter nach {result['source']}",
        "confidential": "Nur für die Bieter dieser Runde, nicht zur Veröffentlichung",
        "authority": printed_text(result["authority"]),
        "ocid": printed_text(result["ocid"]),
        "round": str(result["round"]),
        "facts": [
            fact("Auftraggeber", lines(printed_text(result["authority"]))),
            fact("Gegenstand", lines(printed_text(result["title"]))),
            fact("Ablauf der Angebotsfrist", lines(printed_moment(result["deadline"]))),
            fact("Angebote geöffnet", lines(printed_moment(result["openedAt"]))),
            fact("Verfahren im Register", lines(f"Kette {result['chainId']}"), digest(result["processId"])),
        ],
        "sections": [_lot(lot) for lot in result["lots"]],
        "signatures": [],
    }


def _lot(lot: dict[str, Any]) -> dict[str, Any]:
    return section(
        f"Los {printed_text(lot['id'])}: {printed_text(lot['title'])}",
        "Beträge ohne Umsatzsteuer, wie abgegeben, rechnerisch nicht geprüft.",
        columns=[
            column("Bieter", share=1),
            column("Endbetrag netto", width=3.8, number=True),
            column("Nachlass ohne Bedingung", width=2.6, number=True),
            column("Zahl der Nebenangebote", width=2.6, number=True),
        ],
        rows=(_row(offer) for offer in lot["offers"]),
    )


def _row(offer: dict[str, Any]) -> list[Lines]:
    whose = [Tenderer(name=one["name"], identifier=None, address=one["address"]) for one in offer["tenderers"]]
    return [
        tenderer_lines(whose),
        lines(_amount(offer["amount"], offer["currency"])),
        lines(_percent(offer["discount"])),
        lines(str(offer["variants"])),
    ]


def _amount(amount: str | None, currency: str | None) -> str:
    """What is no figure as it was written."""
    if amount is None:
        return "–"
    if currency is None or read_decimal(amount) is None:
        return printed_text(f"{amount} {currency or ''}")
    return printed_amount(amount, printed_text(currency))


def _percent(percentage: str | None) -> str:
    if percentage is None:
        return "–"
    return printed_text(percentage) if read_percentage(percentage) is None else printed_percent(percentage)
