"""Whose notice it is: a publisher anchors its own, an observer those of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.errors import BuyerForeign
from ledger.ocds.importer import SourceRelease
from ledger.settings import Publisher


def require_own(found: SourceRelease, publisher: Publisher) -> None:
    """Raises ``BuyerForeign`` if the release names another buyer than ``publisher``.

    A release that names no buyer passes: OCDS lets later releases leave out what did not change.
    """
    buyer = found.release.get("buyer")
    if not isinstance(buyer, dict) or not (buyer.get("id") or buyer.get("name")):
        return
    if not any(_is_publisher(each, publisher) for each in _statements(buyer, found.release)):
        raise BuyerForeign(buyer=buyer.get("name") or buyer.get("id"), publisher=publisher.name)


def _statements(buyer: dict[str, Any], release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the release says about the buyer: in the reference, and in the party with the same id."""
    yield buyer
    for party in release.get("parties") or ():
        if isinstance(party, dict) and party.get("id") == buyer.get("id"):
            yield party


def _is_publisher(stated: dict[str, Any], publisher: Publisher) -> bool:
    identifiers = [stated.get("identifier"), *(stated.get("additionalIdentifiers") or ())]
    known = [each for each in identifiers if isinstance(each, dict) and each.get("id")]
    # A register's identifier decides where there is one; a name is only what people call it.
    if any(each.get("scheme") == publisher.scheme for each in known):
        return any((each.get("scheme"), each.get("id")) == (publisher.scheme, publisher.uid) for each in known)
    if stated.get("id") in (f"{publisher.scheme}-{publisher.uid}", f"{publisher.scheme}:{publisher.uid}"):
        return True
    name = stated.get("name")
    return isinstance(name, str) and bool(publisher.name) and name.casefold() == publisher.name.casefold()
