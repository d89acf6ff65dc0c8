"""How many processes of a search have which buyer, status, mode, method, CPV division, year and place.

Each facet is counted without its own filter, so that a reader sees what else could be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from ledger.index.process_list import conditions
from ledger.index.rows import ProcessFilter
from ledger.index.schema import processes
from ledger.index.status import status

MOST_VALUES = 12
"""Of a facet with more values the commonest are told; the chosen one always is."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value and how many processes have it, all other filters applied; ``chosen``: the search is narrowed to it."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """The commonest values, at most ``MOST_VALUES``, most frequent first; ``more`` is whether there are others.
    ``name`` is the field of :class:`ProcessFilter` that a value is put into; of
    ``cpv`` it is a division (two digits)."""

    name: str
    values: tuple[FacetValue, ...]
    more: bool


_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "buyer_name": processes.c.buyer_name,
    "mode": processes.c.mode,
    "method": processes.c.procurement_method,
    "cpv": func.substr(processes.c.cpv, 1, 2),
    "year": func.substr(processes.c.month, 1, 4),
    "place": processes.c.place,
}
NAMES = ("status", *_COLUMNS)


def count(connection: Connection, filter: ProcessFilter, now: int) -> tuple[Facet, ...]:
    """All facets of a search, in the order of ``NAMES``."""
    return tuple(_facet(connection, name, filter, now) for name in NAMES)


def _facet(connection: Connection, name: str, filter: ProcessFilter, now: int) -> Facet:
    column = status(now) if name == "status" else _COLUMNS[name]
    chosen = getattr(filter, name)
    chosen = None if chosen is None else str(chosen)[: 2 if name == "cpv" else None]
    nothing: dict[str, Any] = {name: None}
    without = conditions(connection, replace(filter, **nothing), now)
    value, number = column.label("value"), func.count().label("number")
    query = select(value, number).select_from(processes).where(*without, column.is_not(None)).group_by(value)
    rows = connection.execute(query.order_by(number.desc(), value).limit(MOST_VALUES + 1)).all()
    values = [FacetValue(row.value, row.number, row.value == chosen) for row in rows[:MOST_VALUES]]
    if chosen is not None and not any(found.chosen for found in values):
        found = connection.execute(query.where(column == chosen)).one_or_none()
        values = [*values[: MOST_VALUES - 1], FacetValue(chosen, found.number if found else 0, True)]
    return Facet(name, tuple(values), len(rows) > len(values))
