"""Whose notice it is: a publisher anchors its own, an observer those of others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any, TypeGuard

from ledger.errors import BuyerForeign
from ledger.ocds.importer import SourceRelease
from ledger.settings import Publisher


def require_own(found: SourceRelease, publisher: Publisher) -> None:
    """Raises ``BuyerForeign`` if the release is of another buyer than ``publisher``.

    The ``buyer`` says whose it is. Where there is none, it is one of the parties in the role of a buyer, and where
    there is none either, the procuring entity. A release that names nobody passes: OCDS lets later releases leave out
    what did not change.
    """
    named = list(_named(found.release))
    if named and not any(_is_publisher(list(_statements(each, found.release)), publisher) for each in named):
        raise BuyerForeign(buyer=named[0].get("name") or named[0].get("id"), publisher=publisher.name)


def _named(release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Who the release says is the buyer: one, or several parties that buy together."""
    buyer = release.get("buyer")
    if _names_somebody(buyer):
        yield buyer
        return
    for role in ("buyer", "procuringEntity"):
        parties = [party for party in _parties(release) if role in (party.get("roles") or ())]
        yield from parties
        if parties:
            return
    procuring = (release.get("tender") or {}).get("procuringEntity")
    if _names_somebody(procuring):
        yield procuring


def _names_somebody(reference: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(reference, dict) and bool(reference.get("id") or reference.get("name"))


def _parties(release: dict[str, Any]) -> list[dict[str, Any]]:
    return [party for party in release.get("parties") or () if isinstance(party, dict)]


def _statements(reference: dict[str, Any], release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the release says about somebody: in the reference, and in the party with the same id."""
    yield reference
    if reference.get("id"):
        yield from (party for party in _parties(release) if party.get("id") == reference["id"])


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
    names = {_spoken(str(each["name"])) for each in stated if each.get("name")}
    return bool(publisher.name) and names == {_spoken(publisher.name)}


def _spoken(name: str) -> str:
    """Without what nobody hears: case, repeated blanks, the ways of writing the same letter in Unicode."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
