"""Who acts in the demo: a fictional town, its neighbours, an association, a review body. Nobody of them exists.

The identifiers lie outside what is given out: no Kreis has the number 05999.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ledger.ocds.privacy import NATURAL_PERSON
from ledger.terms import OrganisationKind, Role

SCHEME: Final = "DE-LEITWEG"


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation and its people: the names of their keys with their roles."""

    uid: str
    name: str
    street: str
    postal_code: str
    place: str
    kinds: OrganisationKind
    people: tuple[tuple[str, Role], ...]
    scheme: str = SCHEME

    @property
    def party_id(self) -> str:
        """The organisation's id in releases."""
        return f"{self.scheme}-{self.uid}"

    @property
    def publisher_key(self) -> str:
        """The name of the key that publishes its notices."""
        return next(key for key, roles in self.people if roles & Role.PUBLISHER)

    def reference(self) -> dict[str, Any]:
        """How a release refers to it."""
        return {"id": self.party_id, "name": self.name}

    def party(self, *roles: str) -> dict[str, Any]:
        """The organisation among a release's parties; the clerk's name and number are erasable fields."""
        return {
            "id": self.party_id,
            "name": self.name,
            "identifier": {"scheme": self.scheme, "id": self.uid, "legalName": self.name},
            "address": {
                "streetAddress": self.street,
                "postalCode": self.postal_code,
                "locality": self.place,
                "countryName": "Deutschland",
            },
            "contactPoint": {
                "name": "Vergabestelle, Frau Beispiel",
                "telephone": "+49 2999 0",
                "email": "vergabe@example.org",
            },
            "roles": list(roles),
        }


BUYER: Final = Body(
    "059990001001-12345-67",
    "Stadt Musterbach",
    "Rathausplatz 1",
    "59999",
    "Musterbach",
    OrganisationKind.BUYER,
    (
        ("officer-one", Role.OFFICER),
        ("officer-two", Role.OFFICER),
        ("officer-three", Role.OFFICER | Role.EVALUATOR),
        ("publisher", Role.PUBLISHER),
        ("auditor", Role.AUDITOR),
    ),
)


def _company(uid: str, name: str, street: str, place: tuple[str, str], key: str) -> Body:
    """A body of the town that publishes its own notices."""
    people = ((f"{key}-publisher", Role.PUBLISHER), (f"{key}-one", Role.OFFICER), (f"{key}-two", Role.OFFICER))
    return Body(uid, name, street, *place, OrganisationKind.BUYER, people)


UTILITY: Final = _company(
    "059990001002-20001-31", "Stadtwerke Musterbach GmbH", "Pumpenweg 3", ("59999", "Musterbach"), "utility"
)
SCHOOLS: Final = _company(
    "059990001003-20002-42", "Schulverband Musterbach-Hinterfeld", "Schulweg 1", ("59982", "Hinterfeld"), "schools"
)
SEWERS: Final = _company(
    "059990001004-20003-53", "Abwasserverband Oberes Mustertal", "Klärwerk 1", ("59983", "Altenquell"), "sewers"
)

NEIGHBOUR: Final = Body(
    "059990003001-30001-64",
    "Stadt Drübenau",
    "Alter Markt 1",
    "59984",
    "Drübenau",
    OrganisationKind.BUYER,
    (),
)
"""The neighbour town: its notices stand in a notice service, from which the association pulls them."""

COUNTY: Final = Body(
    "059990000000-54321-09",
    "Kreis Beispielland",
    "Kreishausstraße 12",
    "59990",
    "Beispielstadt",
    OrganisationKind.BUYER,
    (),
)
"""Publishes elsewhere and takes no part: the association watches it."""

OBSERVER: Final = Body(
    "VR-9999",
    "Bürgerverein Gläserne Vergabe Musterbach",
    "Am Markt 5",
    "59999",
    "Musterbach",
    OrganisationKind.OBSERVER,
    (("observer", Role.PUBLISHER | Role.OFFICER), ("observer-two", Role.OFFICER)),
    scheme="SIEGEL-OBSERVER",
)

REVIEW_BODY: Final = Body(
    "059990000009-00001-11",
    "Vergabekammer Beispielland",
    "Gerichtsgasse 3",
    "59990",
    "Beispielstadt",
    OrganisationKind.REVIEW_BODY,
    (("review-one", Role.OFFICER), ("review-two", Role.OFFICER)),
)

CUSTODIANS: Final = tuple(
    Body(
        f"05999000200{number}-00000-0{number}",
        name,
        "Rathausstraße 1",
        f"5998{number}",
        place,
        OrganisationKind.CUSTODIAN | OrganisationKind.MEMBER,
        ((f"custodian-{key}-one", Role.OFFICER), (f"custodian-{key}-two", Role.OFFICER)),
    )
    for number, (name, place, key) in enumerate(
        (
            ("Stadt Nebenau", "Nebenau", "nebenau"),
            ("Gemeinde Hinterfeld", "Hinterfeld", "hinterfeld"),
            ("Stadt Altenquell", "Altenquell", "altenquell"),
        ),
        1,
    )
)
"""Neighbours that hold shares of release: without them no bid could be read before its time, not by the town either."""

RECEIVER: Final = Body(
    "059990000010-00002-22",
    "Kommunales Rechenzentrum Beispielland",
    "Serverweg 1",
    "59990",
    "Beispielstadt",
    OrganisationKind.RECEIVER | OrganisationKind.MEMBER,
    (("receiver", Role.PUBLISHER), ("receiver-one", Role.OFFICER), ("receiver-two", Role.OFFICER)),
)
"""Takes sealed bids in and promises when they arrived: what the town itself said of that would be in its own cause."""

ON_THE_LEDGER: Final = (BUYER, UTILITY, SCHOOLS, SEWERS, OBSERVER, REVIEW_BODY, RECEIVER, *CUSTODIANS)
ADMITTED_KEYS: Final = ("governor", *(key for body in ON_THE_LEDGER for key, _ in body.people))


@dataclass(frozen=True, slots=True)
class Firm:
    """A fictional tenderer."""

    uid: str
    name: str
    street: str
    postal_code: str
    place: str
    sole_trader: bool = False

    @property
    def party_id(self) -> str:
        """The firm's id in releases."""
        return f"DE-HRB-{self.uid}"

    def reference(self) -> dict[str, Any]:
        """How a release refers to it."""
        return {"id": self.party_id, "name": self.name}

    def party(self, *roles: str) -> dict[str, Any]:
        """The firm among a release's parties; a sole trader's name is a personal field and erasable."""
        party: dict[str, Any] = {
            "id": self.party_id,
            "name": self.name,
            "identifier": {"scheme": "DE-HRB", "id": self.uid, "legalName": self.name},
            "address": {
                "streetAddress": self.street,
                "postalCode": self.postal_code,
                "locality": self.place,
                "countryName": "Deutschland",
            },
            "roles": list(roles),
        }
        if self.sole_trader:
            party["details"] = {"scale": NATURAL_PERSON}
        return party


BRIGHT: Final = Firm("90001", "Blitzblank Gebäudedienste GmbH", "Werkstraße 4", "59999", "Musterbach")
CLEAN: Final = Firm("90002", "Sauber & Söhne KG", "Industriering 18", "59985", "Nebenau")
TRUCKS: Final = Firm("90003", "Rüstfahrzeuge Hinterfeld GmbH", "Hauptstraße 77", "59982", "Hinterfeld")
RESCUE: Final = Firm("90004", "Retter Fahrzeugbau AG", "Am Hafen 2", "59983", "Altenquell")
TABLETS: Final = Firm("90005", "Lernwelt Digital GmbH", "Schulweg 9", "59990", "Beispielstadt")
PLUMBER: Final = Firm(
    "90006", "Rohr und Rinne, Inh. K. Muster", "Brunnengasse 6", "59999", "Musterbach", sole_trader=True
)
GRITTERS: Final = Firm("90007", "Winterdienst Altenquell eG", "Salzlager 1", "59983", "Altenquell")
ROADS: Final = Firm("90008", "Tiefbau Beispielland GmbH", "Kiesweg 30", "59990", "Beispielstadt")
BUSES: Final = Firm("90009", "Omnibus Beispielland KG", "Depotstraße 1", "59990", "Beispielstadt")
COACHES: Final = Firm("90010", "Linie Eins Reisen GmbH", "Busweg 12", "59999", "Musterbach")
VALLEY: Final = Firm("90011", "Mustertal-Reisen OHG", "Talstraße 40", "59983", "Altenquell")
MINIBUSES: Final = Firm("90012", "Kleinbus Hinterfeld eG", "Feldweg 8", "59982", "Hinterfeld")
QUICK: Final = Firm("90013", "Schnelllinie Nebenau GmbH", "Ringstraße 2", "59985", "Nebenau")
RIDES: Final = Firm(
    "90014", "Fahrdienst Beispiel, Inh. A. Muster", "Gartenweg 3", "59999", "Musterbach", sole_trader=True
)
WHEELS: Final = Firm("90015", "Rollimobil Nebenau gGmbH", "Rampenweg 5", "59985", "Nebenau")
