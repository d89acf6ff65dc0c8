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
    if not _is_publisher(list(_statements(buyer, found.release)), publisher):
        raise BuyerForeign(buyer=buyer.get("name") or buyer.get("id"), publisher=publisher.name)


def _statements(buyer: dict[str, Any], release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the release says about the buyer: in the reference, and in the party with the same id."""
    yield buyer
    for party in release.get("parties") or ():
        if isinstance(party, dict) and party.get("id") == buyer.get("id"):
            yield party


def _is_publisher(stated: list[dict[str, Any]], publisher: Publisher) -> bool:
    identifiers = [
        each
        for statement in stated
        for each in (statement.get("identifier"), *(statement.get("additionalIdentifiers") or ()))
        if isinstance(each, dict) and each.get("scheme") == publisher.scheme and each.get("id")
    ]
    # A register's identifier decides where there is one; a name is only what people call it.
    if identifiers:
        return all(each["id"] == publisher.uid for each in identifiers)
    if any(each.get("id") == f"{publisher.scheme}-{publisher.uid}" for each in stated):
        return True
    names = {str(each["name"]).casefold() for each in stated if each.get("name")}
    return bool(publisher.name) and names == {publisher.name.casefold()}
