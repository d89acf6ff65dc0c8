"""Texts by which a sealed bid is known again, and every form in which they could stand somewhere in public."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus

from ledger.ocds.disclosure import read_disclosure

SHARED: Final = frozenset({"scheme", "postalCode", "locality", "currency", "format", "requirement", "mainBid"})
"""Members of a bid whose texts others use, too: where those are found, nothing was told of a bid. The commitment that
an answer names as its ``mainBid`` stands on the ledger."""
SHORTEST: Final = 8
"""Characters of a text that is not found by chance."""
DEEPEST: Final = 5
"""So many archives in one another are looked into."""


def canaries_of(values: Mapping[str, Any], disclosures: Iterable[str] = ()) -> Iterator[str]:
    """Of each field of a bid the texts that nobody else uses; of its disclosures themselves and their salts."""
    yield from _texts(values)
    for text in disclosures:
        yield text
        yield read_disclosure(text).salt


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str() if len(value) >= SHORTEST:
            yield value
        case dict():
            for name, each in value.items():
                if name not in SHARED:
                    yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


class Search:
    """Looks for canaries, whatever form they have, also in what is packed."""

    def __init__(self, canaries: Iterable[str]) -> None:
        self.canaries = frozenset(canaries)
        self._forms = [(canary, form) for canary in self.canaries for form in sorted(forms_of(canary))]

    def found_in(self, content: bytes) -> set[str]:
        """The canaries that stand in it."""
        parts = list(unpacked(content))
        return {canary for canary, form in self._forms if any(form in part for part in parts)}


def forms_of(canary: str) -> set[bytes]:
    """As it is and, if it is an amount, as people write it; of each: as JSON, HTML and addresses write it, in
    hexadecimal, in base64 wherever it begins; and its digest."""
    digest = hashlib.sha256(canary.encode()).digest()
    found = {digest, digest.hex().encode(), base64.b64encode(digest), base64.urlsafe_b64encode(digest).rstrip(b"=")}
    for text in (canary, *_localised(canary)):
        raw = text.encode()
        escaped = html.escape(text)
        written = (json.dumps(text)[1:-1], escaped, escaped.replace("&#x27;", "&#39;"), quote(text), quote_plus(text))
        found |= {raw, raw.hex().encode(), *(each.encode() for each in written), *_in_base64(raw)}
    return found


def _localised(text: str) -> Iterator[str]:
    """An amount as it is written in German and English, with any of the spaces that stand for a point."""
    whole, point, cents = text.partition(".")
    if not (point and whole.isdigit() and cents.isdigit()):
        return
    yield f"{whole},{cents}"
    yield f"{int(whole):,}.{cents}"
    for space in (".", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "'"):
        yield f"{int(whole):,}".replace(",", space) + f",{cents}"


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """What is the same in base64 whatever stands before and behind: it can begin at each of three bits."""
    for before in range(3):
        written = base64.b64encode(bytes(before) + raw)
        # Characters that have bits of the neighbours in them are left out.
        alone = written[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        yield alone
        yield alone.translate(bytes.maketrans(b"+/", b"-_"))


def unpacked(content: bytes, depth: int = DEEPEST) -> Iterator[bytes]:
    """The bytes, and what is packed in them as ZIP or gzip, also in one another."""
    yield content
    if depth == 0:
        return
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield from unpacked(packed.read(name), depth - 1)
    elif content.startswith(b"\x1f\x8b"):
        yield from unpacked(gzip.decompress(content), depth - 1)
