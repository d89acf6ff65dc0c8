"""Lists of several releases as one, by the rules of the standard (OCDS 1.1, merging).

The merger that makes records wants releases that the standard's checker accepts; here anything may stand anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger.index.content import Content
from ledger.ocds.package import merge_rules

_Path = tuple[str, ...]


def latest_by_id(published: Iterable[Content], name: str) -> list[Content]:
    """The objects of a list such as ``awards`` after all these releases: what a later one leaves out stays, what it
    sets to null goes."""
    found: list[Any] = []
    for content in published:
        found = _listed(found, [item.data for item in content.objects(name)], (name,))
    return [Content(item, None) for item in found]


def _listed(known: Sequence[Any], later: Sequence[Mapping[str, Any]], path: _Path) -> list[Any]:
    """Objects are the same by their ``id``; without one they cannot be merged, and what stands twice counts once."""
    merged = list(known)
    places = {_identity(item): place for place, item in enumerate(merged)}
    for item in later:
        identity = _identity(item)
        if identity not in places:
            places[identity] = len(merged)
            merged.append(item)
        elif identity[0] == "id":
            merged[places[identity]] = _merged(merged[places[identity]], item, path)
    return merged


def _merged(known: Mapping[str, Any], later: Mapping[str, Any], path: _Path) -> dict[str, Any]:
    merged = dict(known)
    for name, value in later.items():
        before: Any = merged.get(name)
        here = (*path, name)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(before, Mapping):
            merged[name] = _merged(before, value, here)
        elif _is_of_objects(value) and _is_of_objects(before) and merge_rules().get(here) != "wholeListMerge":
            merged[name] = _listed(before, value, here)
        else:
            merged[name] = value
    return merged


def _identity(item: Mapping[str, Any]) -> tuple[str, str]:
    content = Content(item, None)
    found = content.text("id") or content.number("id")
    return ("id", found) if found else ("all of it", repr(item))


def _is_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
