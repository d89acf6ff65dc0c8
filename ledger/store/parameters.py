"""Lists in queries, in pieces that every database takes as parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Final, TypeVar

MOST: Final = 400

Item = TypeVar("Item")


def in_pieces(items: Collection[Item], size: int = MOST) -> Iterator[list[Item]]:
    """The items, at most ``size`` at a time."""
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece
