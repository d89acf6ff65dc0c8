"""What a reader searches for, as it stands in the address: filter, chips to take away, facets to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from api.process_filter import MOST_WORDS
from explorer import links
from ledger.index.facets import Facet
from ledger.index.rows import ProcessFilter, Status
from ledger.index.words import parts

LONGEST_SEARCH: Final = 200
"""As in the form."""

PARAMETERS: Final = {
    "q": "q",
    "status": "status",
    "mode": "mode",
    "method": "method",
    "cpv": "cpv",
    "year": "year",
    "place": "place",
    "buyerName": "buyer_name",
    "silentDays": "silent_days",
}
"""Names in an address, of pages as of the API, and the fields of a filter that they fill."""

_NAMES: Final = {column: name for name, column in PARAMETERS.items()}
_MODES: Final = ("observed", "anchored", "sealed")


@dataclass(frozen=True, slots=True)
class Link:
    """A value that can be chosen or, where ``chosen``, taken away by following ``address``."""

    value: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one facet; ``name`` is its parameter."""

    name: str
    links: Sequence[Link]
    more: bool


@dataclass(frozen=True, slots=True)
class Search:
    """``asked`` are the parameters that have an effect, as they stand in the address."""

    asked: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Search:
        """Of an address. A value that no list can have is left out, as if it did not stand there."""
        asked = {name: query.get(name, "").strip()[:LONGEST_SEARCH].replace("\0", "") for name in PARAMETERS}
        allowed: dict[str, Callable[[str], bool]] = {
            "status": lambda value: value in set(Status),
            "mode": lambda value: value in _MODES,
            "cpv": lambda value: value.isascii() and value.isdigit() and len(value) <= 8,
            "year": lambda value: value.isascii() and value.isdigit() and 1 <= int(value[:5]) <= 9999,
            "silentDays": lambda value: value.isascii() and value.isdigit() and int(value[:6]) <= 36_500,
        }
        return cls({name: value for name, value in asked.items() if value and allowed.get(name, bool)(value)})

    @property
    def filter(self) -> ProcessFilter:
        """The search as a filter."""
        found: dict[str, Any] = {PARAMETERS[name]: value for name, value in self.asked.items()}
        found["q"] = self.words or None
        found["status"] = Status(found["status"]) if "status" in found else None
        for name in ("year", "silent_days"):
            found[name] = int(found[name]) if name in found else None
        return ProcessFilter(**found)

    @property
    def words(self) -> str:
        """What is looked for: no more words than the API takes."""
        return " ".join(parts(self.asked.get("q", ""))[:MOST_WORDS])

    @property
    def same(self) -> Mapping[str, str]:
        """The search as the API takes it."""
        is_long = len(parts(self.asked.get("q", ""))) > MOST_WORDS
        return {**self.asked, "q": self.words} if is_long else self.asked

    def address(self, **changed: str | None) -> str:
        """The start page with this search; a parameter that is ``None`` is taken away."""
        asked = {name: value for name, value in {**self.asked, **changed}.items() if value}
        return links.with_query("/", asked)

    def groups(self, facets: Sequence[Facet]) -> Sequence[Group]:
        """Facets with the address behind each value; one without a choice is left out."""
        groups = []
        for facet in facets:
            name = _NAMES[facet.name]
            links = [
                Link(item.value, item.count, item.chosen, self.address(**{name: None if item.chosen else item.value}))
                for item in facet.values
                if len(item.value) <= LONGEST_SEARCH
            ]
            if len(links) > 1 or any(link.chosen for link in links):
                groups.append(Group(name, links, facet.more))
        return groups

    def chips(self) -> Sequence[tuple[str, str, str]]:
        """Parameter, value, and the address without it."""
        return [(name, value, self.address(**{name: None})) for name, value in self.asked.items()]
