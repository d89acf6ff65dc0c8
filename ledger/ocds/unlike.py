"""Where two JSON values differ, in few words and without their values, which may be personal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ledger.ocds.json_text import pointer

_TOLD: Final = 3


def difference(known: Any, given: Any) -> str:
    """The first places (JSON Pointers, RFC 6901) at which two values differ, and how many more there are."""
    places = list(_places(known, given, ""))
    told = ", ".join(place or "/" for place in places[:_TOLD])
    return f"it differs at {told}" + (f" and {len(places) - _TOLD} more places" if len(places) > _TOLD else "")


def _places(known: Any, given: Any, path: str) -> Iterator[str]:
    if isinstance(known, dict) and isinstance(given, dict):
        for key in sorted(known.keys() | given.keys()):
            if key not in known or key not in given:
                yield pointer(path, key)
            else:
                yield from _places(known[key], given[key], pointer(path, key))
    elif isinstance(known, list) and isinstance(given, list) and len(known) == len(given):
        for index, (one, other) in enumerate(zip(known, given, strict=True)):
            yield from _places(one, other, pointer(path, index))
    elif known != given:
        yield path
