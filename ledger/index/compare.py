"""Rows as they should be against rows as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

OBSERVED_COLUMNS = {
    "releases": {"condition", "problem"},
    "processes": {"problems"},
    "observations": {"condition", "problem"},
}
"""Columns that say how stored objects were found on the day; a check looks at the objects themselves."""

_SAID = {
    "releases": {"plain_digest", "ocid", "release_id", "date", "tags", "language", "title", "value_amount",
                 "value_currency", "deadline", "suppliers", "size"},
    "processes": {"title", "description", "language", "buyer_name", "buyer_identifier", "procurement_method",
                  "procurement_category", "cpv", "value_amount", "value_currency", "suppliers", "award_amount",
                  "award_currency", "deadline", "phase", "place", "month", "search"},
    "lots": {"lot_id", "title"},
    "organisations": {"name"},
}  # fmt: skip
"""Columns taken from releases; without an intact copy of a release nobody can say what they should be."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One column of one row, or (``column`` is ``None``) a whole row. ``expected`` or ``found`` is ``None`` for a
    row that is missing on that side."""

    table: str
    key: Mapping[str, Any]
    column: str | None
    expected: Mapping[str, Any] | None
    found: Mapping[str, Any] | None


def differences(
    table: Table,
    expected: Iterable[Mapping[str, Any]],
    found: Iterable[Mapping[str, Any]],
    *,
    unknown: bool = False,
) -> Iterator[RowDifference]:
    """Every difference between two sets of rows of a table, by primary key.

    ``unknown``: a release of the process can no longer be read, so what releases said is left out.
    """
    keys = [column.name for column in table.primary_key.columns]
    ignored = OBSERVED_COLUMNS.get(table.name, set())
    right = {tuple(row[key] for key in keys): row for row in expected}
    wrong = {tuple(row[key] for key in keys): row for row in found}
    left_out = ignored | (_SAID.get(table.name, set()) if unknown else set())
    for key, row in right.items():
        names = dict(zip(keys, key, strict=True))
        if key not in wrong:
            if not (unknown and row.get("kind") == "file"):
                yield RowDifference(table.name, names, None, row, None)
            continue
        for column in row:
            if column not in left_out and row[column] != wrong[key][column]:
                yield RowDifference(table.name, names, column, row, wrong[key])
    for key, row in wrong.items():
        if key not in right and not (unknown and row.get("kind") == "file"):
            yield RowDifference(table.name, dict(zip(keys, key, strict=True)), None, None, row)
