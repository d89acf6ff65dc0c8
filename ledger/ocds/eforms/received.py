"""Numbers of what was received for a lot."""

from __future__ import annotations

from typing import Any, Final

from ledger.ocds.eforms import values
from ledger.ocds.eforms.rules import NO_CODE, Reading, amount
from ledger.ocds.eforms.sourced import of
from ledger.ocds.eforms.xml_tree import Node

_MEASURES: Final = {
    "tenders": "bids",
    "part-req": "requests",
    "t-esubm": "electronicBids",
    "t-micro": "microBids",
    "t-small": "smallBids",
    "t-med": "mediumBids",
    "t-sme": "smeBids",
    "t-no-eea": "foreignBidsFromNonEU",
    "t-oth-eea": "foreignBidsFromEU",
    "t-verif-inad": "disqualifiedBids",
    "t-verif-inad-low": "tendersAbnormallyLow",
    "t-no-verif": "unverifiedBids",
}
_EXTREMES: Final = (
    ("cbc:LowerTenderAmount", "lowestValidBidValue"),
    ("cbc:HigherTenderAmount", "highestValidBidValue"),
)


def statistics_of(result: Node, reading: Reading) -> list[dict[str, Any]]:
    """Bids and requests by kind (BT-759, BT-760), lowest and highest value (BT-710, BT-711)."""
    lots = lots_of(result)
    related = of(lots[0].text, *lots[:1]) if lots else None
    where = lots[0].text if lots else "notice"
    found: list[dict[str, Any]] = []
    for node in result.find("efac:ReceivedSubmissionsStatistics"):
        code, count = node.value("efbc:StatisticsCode"), node.value("efbc:StatisticsNumeric")
        if code is None or count is None:
            continue
        if code.text not in _MEASURES:
            reading.unused(code, NO_CODE)
            continue
        measure = _MEASURES[code.text]
        found.append(
            {
                "id": f"{where}-{measure}",
                "measure": of(measure, code),
                "value": of(values.number(count.text), count),
            },
        )
    for path, measure in _EXTREMES:
        if extreme := result.value(path):
            value = amount(extreme)
            found.append(
                {"id": f"{where}-{measure}", "measure": of(measure, extreme), "value": value["amount"],
                 "currency": value.get("currency")}
            )  # fmt: skip
    return [{**each, "relatedLot": related} for each in found]


def lots_of(node: Node) -> list[Node]:
    """The lots, or the group of lots, that a result or a bid is for (BT-13713, BT-13714)."""
    return [each for each in node.find("efac:TenderLot/cbc:ID") if each.text]
