"""Whose notices are looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

_PLAIN_RUN = re.compile(r"[a-z0-9]+")
_REFERENCE = re.compile(rb"&#|\\u00[2-7]")


def is_chosen(release: dict[str, Any], buyers: Iterable[str]) -> bool:
    """Whether a buyer of the release is one of ``buyers``: by name, by the number in its register, or by
    ``SCHEME:NUMBER``. Case and runs of blanks do not count."""
    wanted = {_folded(buyer) for buyer in buyers}
    return any(_folded(text) in wanted for party in _buyers(release) for text in _texts(party))


def needles(texts: Iterable[str]) -> tuple[bytes, ...] | None:
    """For each text what a file must hold if it is to hold the text, as bytes in lower case; ``None``: cannot be told.

    A day's export holds the notices of the whole country, and most of its files need not be read at all. The longest
    run of plain letters and digits stands in every spelling of a text that ``is_chosen`` takes for the same.
    """
    found = []
    for text in texts:
        runs = _PLAIN_RUN.findall(text.rpartition(":")[2].lower().replace("ss", " "))
        if not runs:
            return None
        found.append(max(runs, key=len).encode())
    return tuple(found)


def may_hold(data: bytes, needles: tuple[bytes, ...]) -> bool:
    """Whether a file can hold one of the texts that ``needles`` are of: one that writes plain letters as references or
    in another encoding than UTF-8 always can."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4] or _REFERENCE.search(data):
        return True
    text = data.lower()
    return any(needle in text for needle in needles)


def _buyers(release: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The reference to the buyer, and every party in that role."""
    buyer = release.get("buyer")
    if isinstance(buyer, dict):
        yield buyer
    for party in release.get("parties") or ():
        if isinstance(party, dict) and "buyer" in (party.get("roles") or ()):
            yield party


def _texts(party: dict[str, Any]) -> Iterator[str]:
    if isinstance(name := party.get("name"), str):
        yield name
    for identifier in (party.get("identifier"), *(party.get("additionalIdentifiers") or ())):
        if isinstance(identifier, dict) and isinstance(number := identifier.get("id"), str):
            yield number
            yield f"{identifier.get('scheme')}:{number}"


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
