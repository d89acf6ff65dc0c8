"""Places in a release (JSON Pointers) in the words of people who never saw a JSON Pointer."""

from __future__ import annotations

from typing import Any

from ledger.cli.language import say


def place_in_words(path: str) -> str:
    """``/parties/0/contactPoint/name`` as "organisation 1, contact point, name"; unknown names stay as they are."""
    words: list[str] = []
    for part in _parts(path):
        if part.isdigit() and words:
            words[-1] += f" {int(part) + 1}"
        else:
            words.append(_word(part))
    return ", ".join(words)


def value_at(release: Any, path: str) -> Any:
    """The value at a pointer. Raises ``KeyError``, ``IndexError`` or ``ValueError`` if there is none."""
    for part in _parts(path):
        release = release[int(part)] if isinstance(release, list) else release[part]
    return release


def _parts(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _word(name: str) -> str:
    return {
        "parties": say("organisation"),
        "buyer": say("buyer"),
        "suppliers": say("supplier"),
        "tenderers": say("tenderer"),
        "awards": say("award decision"),
        "contracts": say("contract"),
        "contactPoint": say("contact point"),
        "identifier": say("identifier"),
        "additionalIdentifiers": say("further identifier"),
        "address": say("address"),
        "name": say("name"),
        "legalName": say("legal name"),
        "id": say("number"),
        "email": say("e-mail"),
        "telephone": say("telephone"),
        "faxNumber": say("fax"),
        "streetAddress": say("street"),
        "locality": say("town"),
        "region": say("region"),
        "postalCode": say("postal code"),
    }.get(name, name)
