"""The values of a JSON document by JSON pointer (RFC 6901), and which of them differ between two documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.ocds.json_text import pointer

Leaf = tuple[str, str | None, str | None]  # pointer, was, now


def changed_leaves(was: Any, now: Any) -> list[Leaf]:
    """Values that differ, in the order of the older document, new ones last; ``None`` where there is none."""
    before, after = dict(_leaves(was, "")), dict(_leaves(now, ""))
    found = [(where, value, after.get(where)) for where, value in before.items() if after.get(where) != value]
    return found + [(where, None, value) for where, value in after.items() if where not in before]


def contradicted_leaves(source: Any, now: Any) -> list[Leaf]:
    """Values that stand in both documents and differ: for a source of which only a part was published."""
    return [(where, was, found) for where, was, found in changed_leaves(source, now) if None not in (was, found)]


def _leaves(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, pointer(where, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _leaves(item, pointer(where, place))
    else:
        yield where, {"None": "null", "True": "true", "False": "false"}[str(value)] if _is_word(value) else str(value)


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool)
