"""Who recorded the notices of others, said in what is made around them: the releases themselves stay as published."""

from __future__ import annotations

from typing import Any, Final

from api.services import Services
from ledger.index.rows import ProcessRow

ROLE: Final = "observer"
"""A code of our extension for the roles of a party (OCDS ``parties/roles``, an open list)."""


def observer_of(services: Services, row: ProcessRow) -> dict[str, Any] | None:
    """The observer as a party (OCDS ``Organization``) of an observed process; ``None`` where the buyer recorded it.

    A registry holds no names, and releases of an observer name others; only this installation's own is known.
    """
    if row.mode != "observed":
        return None
    found = services.queries.organisation(row.organisation_id)
    own = services.settings.publisher
    # A home's observer has its publisher's number.
    name = own.name if found.identifier == own.uid and own.name else f"{found.scheme} {found.identifier}"
    identifier = {"scheme": found.scheme, "id": found.identifier}
    return {"id": f"{found.scheme}-{found.identifier}", "name": name, "identifier": identifier, "roles": [ROLE]}


def with_observer(compiled: dict[str, Any], observer: dict[str, Any] | None) -> dict[str, Any]:
    """A compiled release that says who observed what it was made of; no source can say it in somebody's stead."""
    if observer is None:
        return compiled
    others = [party for party in compiled.get("parties", ()) if party.get("id") != observer["id"]]
    return {**compiled, "parties": [*others, observer]}
