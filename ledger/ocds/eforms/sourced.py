"""Values of a release that know which elements of the notice they were read from.

The pieces of the mapping build ordinary objects and lists whose leaves are ``Sourced``; only what stands in the
release in the end counts as used, so a piece may be thrown away without any book-keeping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.ocds.eforms.xml_tree import Node
from ledger.ocds.json_text import pointer


@dataclass(frozen=True, slots=True)
class Sourced:
    """A text, number or boolean, and the elements it says something of; the first of them gave it its content."""

    value: Any
    nodes: tuple[Node, ...]


def of(value: Any, *nodes: Node | None) -> Sourced:
    """The value with those elements that there are, each once."""
    return Sourced(value, tuple(dict.fromkeys(node for node in nodes if node is not None)))


def also(sourced: Sourced, *nodes: Node | None) -> Sourced:
    """The same value, which more elements speak for."""
    return of(sourced.value, *sourced.nodes, *nodes)


def settle(value: Any) -> tuple[Any, dict[str, tuple[Node, ...]]]:
    """``(plain value, elements by JSON Pointer)``; what holds nothing is left out."""
    places: dict[str, tuple[Node, ...]] = {}

    def visit(part: Any, path: str) -> Any:
        if isinstance(part, Sourced):
            places[path] = part.nodes
            return part.value
        if isinstance(part, dict):
            return {key: visit(entry, pointer(path, key)) for key, entry in part.items() if not _is_empty(entry)}
        if isinstance(part, list):
            filled = [entry for entry in part if not _is_empty(entry)]
            return [visit(entry, pointer(path, index)) for index, entry in enumerate(filled)]
        return part

    return visit(value, ""), places


def _is_empty(part: Any) -> bool:
    if isinstance(part, dict):
        return all(map(_is_empty, part.values()))
    if isinstance(part, list):
        return all(map(_is_empty, part))
    return part is None
