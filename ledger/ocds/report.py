"""What became of each value of an imported file.

A *leaf* is a text, number, boolean or null, or an empty object or list. Each leaf of the source is mapped (stands
unchanged in a release), repaired, unused or refused, exactly once: ``leaves == mapped + repaired + unused + refused``.
Nothing is lost either way, because the original bytes are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledger.errors import SiegelError


@dataclass(frozen=True, slots=True)
class Repair:
    """A value that stands in the release in another form. ``leaves`` is 0 where only the shape around it changed."""

    path: str
    was: Any
    now: Any
    why: str
    leaves: int = 1


@dataclass(frozen=True, slots=True)
class Unused:
    """A part of the source that stands in no release; ``leaves`` counts the values below ``path``."""

    path: str
    why: str
    leaves: int = 1


@dataclass(frozen=True, slots=True)
class Added:
    """A value the standard requires that the source did not have."""

    path: str
    value: Any
    why: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A release, or with ``path`` empty the whole file, that could not be used, and the named reason."""

    path: str
    error: SiegelError
    leaves: int = 0


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A date that another one contradicts; it stands in the release all the same."""

    path: str
    why: str


@dataclass(slots=True)
class ImportReport:
    """The account of one file; paths are JSON Pointers (RFC 6901) into it."""

    leaves: int = 0
    mapped: int = 0
    repaired: list[Repair] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    contradictory: list[Contradiction] = field(default_factory=list)

    def absorb(self, other: ImportReport) -> None:
        """Add the account of a part of the same file; ``leaves`` is counted once for the whole file."""
        self.mapped += other.mapped
        self.repaired += other.repaired
        self.added += other.added
        self.unused += other.unused
        self.refused += other.refused
        self.contradictory += other.contradictory

    def skip(self, path: str, value: Any, why: str) -> None:
        """Book everything below ``path`` as unused."""
        self.unused.append(Unused(path, why, count_leaves(value)))

    def as_json(self, *, quoting: bool = True) -> dict[str, Any]:
        """The account as a JSON object; ``quoting`` the source's values, which may be personal data, or only naming
        their places."""

        def quoted(**values: Any) -> dict[str, Any]:
            return values if quoting else {}

        return {
            "leaves": self.leaves,
            "mapped": self.mapped,
            "repaired": [
                {"path": each.path, **quoted(was=_plain(each.was), now=each.now, why=each.why), "leaves": each.leaves}
                for each in self.repaired
            ],
            "added": [{"path": each.path, **quoted(value=each.value, why=each.why)} for each in self.added],
            "unused": [{"path": each.path, **quoted(why=each.why), "leaves": each.leaves} for each in self.unused],
            "refused": [
                {"path": each.path, "error": each.error.name, **quoted(why=str(each.error)), "leaves": each.leaves}
                for each in self.refused
            ],
            "contradictory": [{"path": each.path, "why": each.why} for each in self.contradictory],
        }

    @property
    def is_complete(self) -> bool:
        """Whether every leaf of the source is accounted for exactly once."""
        repaired = sum(each.leaves for each in self.repaired)
        unused = sum(each.leaves for each in self.unused)
        return self.mapped + repaired + unused + sum(each.leaves for each in self.refused) == self.leaves


def count_leaves(value: Any) -> int:
    """Number of leaves in a JSON value; an empty object or list is one leaf."""
    if isinstance(value, dict):
        return sum(map(count_leaves, value.values())) or 1
    if isinstance(value, list):
        return sum(map(count_leaves, value)) or 1
    return 1


def _plain(value: Any) -> Any:
    """Numbers that no float can hold are quoted as texts."""
    return str(value) if isinstance(value, Decimal) else value
