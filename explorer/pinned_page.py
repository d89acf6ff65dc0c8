"""Copies of the bidder's page that know custodians: the built page with a list in its one place for it.

A server that lies alone and consistently about who the custodians are is found out by such a list only
(``docs/handing-in.md``, whose custodians). A copy differs from the built page in nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from explorer.page_file import BID_PAGE, PageFile
from ledger.errors import SettingInvalid
from ledger.settings import Settings

_BEFORE, _NONE, _BEHIND = b'<script type="application/json" id="pins">', b"null", b"</script>"
_PLACE: Final = _BEFORE + _NONE + _BEHIND
_ESCAPED: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A custodian: its organisation id (32 bytes), its public sealing key (65 bytes), and what people call it."""

    holder: bytes
    key: bytes
    name: str


def pinned(page: bytes, pins: Iterable[Pin]) -> bytes:
    """The page with this list, each pin once and in ascending order: the same pins give the same bytes everywhere."""
    before, behind = _around(page)
    return before + _list_of(sorted(set(pins))) + behind


def pins_in(copy: bytes, page: bytes) -> tuple[Pin, ...] | None:
    """The pins of a copy of ``page``; None for what is no such copy, byte for byte but for its list."""
    before, behind = _around(page)
    if not (copy.startswith(before) and copy.endswith(behind) and len(copy) > len(before) + len(behind)):
        return None
    text = copy[len(before) : -len(behind)]
    try:
        given = json.loads(text)
        found = [Pin(bytes.fromhex(one["holder"]), bytes.fromhex(one["key"]), str(one["name"])) for one in given]
    except (ValueError, KeyError, TypeError):
        return None
    # Whatever else stands in that place could end the list and begin a script.
    return tuple(found) if found and _list_of(found) == text else None


def page_of(settings: Settings) -> PageFile:
    """What is served as the bidder's page: the copy of the settings, else the built one. Raises SettingInvalid."""
    path = settings.bid_page
    if path is None:
        return BID_PAGE
    page = PageFile(BID_PAGE.name, path)
    try:
        is_copy = pins_in(page.html, BID_PAGE.html) is not None
    except OSError as error:
        raise SettingInvalid(setting="bid_page", why=f"{path}: {error.strerror}") from error
    if not is_copy:
        why = f"{path} is no copy of this version's page with custodians pinned; siegel page pin writes one"
        raise SettingInvalid(setting="bid_page", why=why)
    return page


def _around(page: bytes) -> tuple[bytes, bytes]:
    """What stands before and behind the list of the built page."""
    before, place, behind = page.partition(_PLACE)
    assert place, "the built page has a place for pins"
    return before + _BEFORE, _BEHIND + behind


def _list_of(pins: Iterable[Pin]) -> bytes:
    told = [{"holder": pin.holder.hex(), "key": pin.key.hex(), "name": pin.name} for pin in pins]
    return json.dumps(told, separators=(",", ":")).translate(_ESCAPED).encode("ascii")
