"""A procedure of the demo as its releases tell it: what stays the same, and what each release adds (OCDS 1.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ledger.cli.demo.calendar import stamp
from ledger.cli.demo.town import BUYER, Body, Firm


def euros(amount: float) -> dict[str, Any]:
    """An OCDS value."""
    return {"amount": amount, "currency": "EUR"}


@dataclass
class Procedure:
    """One contracting process. ``tender`` is what every release repeats of it; releases are numbered from 1.
    ``documents`` joins it once there are any.

    ``place``: where it is delivered, if that is worth saying; ``details``: the procedure's name in German law.
    """

    ocid: str
    title: str
    description: str
    category: str
    method: str
    cpv: tuple[str, str]
    value: float
    buyer: Body = BUYER
    lots: tuple[tuple[str, str], ...] = ()
    place: str | None = None
    details: str | None = None
    documents: list[dict[str, Any]] = field(default_factory=list, init=False)
    number: int = field(default=0, init=False)

    def tender(self, status: str, **more: Any) -> dict[str, Any]:
        """The ``tender`` section in a state (``active``, ``complete``, ...)."""
        code, words = self.cpv
        tender: dict[str, Any] = {
            "id": self.ocid,
            "title": self.title,
            "description": self.description,
            "status": status,
            "value": euros(self.value),
            "procurementMethod": self.method,
            "mainProcurementCategory": self.category,
            "procuringEntity": self.buyer.reference(),
            "items": [
                {
                    "id": "1",
                    "description": self.title,
                    "classification": {"scheme": "CPV", "id": code, "description": words},
                }
            ],
        }
        if self.place:
            tender["items"][0]["deliveryAddresses"] = [{"locality": self.place, "countryName": "Deutschland"}]
        if self.details:
            tender["procurementMethodDetails"] = self.details
        if self.lots:
            tender["lots"] = [{"id": lot, "title": title, "status": status} for lot, title in self.lots]
        if self.documents:
            tender["documents"] = self.documents
        return tender | more

    def release(
        self, when: int, *tags: str, firms: tuple[Firm, ...] = (), roles: tuple[str, ...] = (), **sections: Any
    ) -> dict[str, Any]:
        """The next release of the procedure, dated ``when`` (seconds since 1970)."""
        self.number += 1
        return {
            "ocid": self.ocid,
            "id": f"{self.ocid}-{self.number}",
            "date": stamp(when),
            "tag": list(tags),
            "initiationType": "tender",
            "language": "de",
            "parties": [
                self.buyer.party("buyer", "procuringEntity"),
                *(firm.party(*(roles or ("tenderer", "supplier"))) for firm in firms),
            ],
            "buyer": self.buyer.reference(),
            **sections,
        }


def award(firm: Firm, amount: float, when: int, *, number: str = "1", lot: str | None = None) -> dict[str, Any]:
    """An OCDS award to one firm."""
    found: dict[str, Any] = {
        "id": number,
        "title": f"Zuschlag an {firm.name}" if not firm.sole_trader else "Zuschlag",
        "status": "active",
        "date": stamp(when),
        "value": euros(amount),
        "suppliers": [firm.reference()],
    }
    if lot:
        found["relatedLots"] = [lot]
    return found


def contract(
    amount: float, when: int, *, number: str = "1", award_id: str = "1", lot: str | None = None
) -> dict[str, Any]:
    """An OCDS contract of an award."""
    found: dict[str, Any] = {
        "id": number,
        "awardID": award_id,
        "status": "active",
        "dateSigned": stamp(when),
        "value": euros(amount),
    }
    if lot:
        found["relatedLots"] = [lot]
    return found
