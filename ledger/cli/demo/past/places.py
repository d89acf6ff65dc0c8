"""Who buys in the past, how its procedures are numbered, and what lies in its area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.cli.demo.past.subjects import SCHOOLS as SCHOOL_MATTERS
from ledger.cli.demo.past.subjects import SEWERS as SEWER_MATTERS
from ledger.cli.demo.past.subjects import TOWN as TOWN_MATTERS
from ledger.cli.demo.past.subjects import UTILITY as UTILITY_MATTERS
from ledger.cli.demo.town import BUYER, COUNTY, NEIGHBOUR, SCHOOLS, SEWERS, UTILITY, Body


@dataclass(frozen=True, slots=True)
class Area:
    """A buyer. ``buys``: which subjects are its own; ``prefix`` of its ocids; ``share`` of all procedures in per
    cent."""

    body: Body
    buys: str
    prefix: str
    share: int
    districts: tuple[str, ...]
    streets: tuple[str, ...]
    schools: tuple[str, ...]
    kitas: tuple[str, ...] = ()

    def names(self, kind: str) -> tuple[str, ...]:
        """Names of its ``district``, ``street``, ``school`` or ``kita``."""
        return {"district": self.districts, "street": self.streets, "school": self.schools, "kita": self.kitas}[kind]


_DISTRICTS: Final = ("Unterbach", "Oberbach", "Mühlhain", "Lindenrode", "Altstadt")
_STREETS: Final = (
    "Rosenweg", "Ahornallee", "Mühlenstraße", "Bahnhofstraße", "Gartenstraße", "Kirchgasse", "Am Anger",
    "Eichendamm", "Töpfergasse", "Industriering", "Schillerstraße", "Hohler Weg", "Bachaue", "Sonnenhang",
    "Turmstraße", "Am Sportplatz", "Marktstraße", "Fliederweg",
)  # fmt: skip
_SCHOOLS: Final = (
    "Grundschule Unterbach", "Grundschule am Mühlteich", "Grundschule Altstadt", "Gesamtschule Musterbach",
    "Gymnasium am Stadtpark", "Realschule Oberbach",
)  # fmt: skip

AREAS: Final = (
    Area(
        BUYER, TOWN_MATTERS, "ocds-demo00", 46, _DISTRICTS, _STREETS, _SCHOOLS,
        ("Kita Regenbogen", "Kita Löwenzahn", "Kita Mühlhain", "Kita Spatzennest"),
    ),
    Area(UTILITY, UTILITY_MATTERS, "ocds-demo01", 13, _DISTRICTS, _STREETS, _SCHOOLS),
    Area(
        SCHOOLS, SCHOOL_MATTERS, "ocds-demo02", 13, ("Hinterfeld", "Unterbach"), ("Schulweg", "Rathausallee"),
        ("Förderschule Hinterfeld", "Sekundarschule Mustertal", "Schulzentrum Hinterfeld", "Grundschule Lindenrode"),
    ),
    Area(
        SEWERS, SEWER_MATTERS, "ocds-demo03", 10, (*_DISTRICTS, "Altenquell", "Quellental"),
        (*_STREETS[:9], "Klärwerkstraße", "Wiesengrund"), (),
    ),
    Area(
        NEIGHBOUR, TOWN_MATTERS, "ocds-demo10", 13, ("Niederau", "Weinberg", "Neustadt"),
        ("Alte Poststraße", "Brückenstraße", "Wallgraben", "Parkallee", "Fährweg", "Zum Hafen", "Postgasse"),
        ("Grundschule Niederau", "Brüder-Grimm-Schule", "Realschule Weinberg"),
        ("Kita Purzelbaum", "Kita am Fährweg"),
    ),
    Area(
        COUNTY, TOWN_MATTERS, "ocds-demo11", 5, ("Hinterfeld", "Quellental", "Nebenau"),
        ("Kreisstraße 3", "Kreisstraße 8", "Kreisstraße 21", "Kreishausstraße"),
        ("Berufskolleg Beispielland", "Kreisgymnasium Beispielstadt"),
    ),
)  # fmt: skip
"""Shares add up to a hundred; the last two are observed, as they take no part."""
