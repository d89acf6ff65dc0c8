"""The list of processes: filter, order, and pages by cursor.

A cursor names the last row of a page by its sort keys, so a page costs the same at any depth, and rows that come in
meanwhile neither repeat nor hide others. It carries the moment of the first page: statuses do not change while one
pages through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, TextClause, and_, case, func, or_, select

from ledger.errors import InvalidCursor
from ledger.index.paging import read_cursor, require_limit, write_cursor
from ledger.index.rows import Page, ProcessFilter, ProcessRow, Sort
from ledger.index.schema import LAST_SECOND, processes
from ledger.index.search_index import contains
from ledger.index.status import has_status, is_silent, status
from ledger.index.words import sought

DEFAULT_FILTER = ProcessFilter()

FEW = 5_000
"""Processes that are looked up and then sorted; of more the list is gone through in its order until a page is full."""

_BY_INDEX = (Sort.UPDATED, Sort.PUBLISHED)

Key = tuple[ColumnElement[Any], bool]  # expression, descending


def page_of_processes(
    connection: Connection,
    filter: ProcessFilter,
    cursor: str | None,
    limit: int,
    now: int,
    total: int,
    row_of: Callable[[Row[Any]], ProcessRow],
) -> Page[ProcessRow]:
    """One page; see :meth:`ledger.index.queries.Queries.processes`. ``now`` is the moment of ``moment_of``, ``total``
    what passes ``filter`` then."""
    require_limit(limit)
    after = None if cursor is None else _read_cursor(cursor, filter)[1]
    # Without a filter, and with the one for an organisation, an index has the list in its order.
    in_order = total > FEW or replace(filter, organisation_id=None, sort=Sort.UPDATED) == DEFAULT_FILTER
    where = conditions(connection, filter, now, row_by_row=in_order and filter.sort in _BY_INDEX)
    keys = _keys(filter.sort, now, in_order=in_order)
    # First the page's ids, for which an index is enough; rows are wide, and only those of the page are read.
    found = select(processes.c.process_id, *(key.label(f"key_{n}") for n, (key, _) in enumerate(keys))).where(*where)
    if after is not None:
        if len(after) != len(keys):
            raise InvalidCursor(cursor=cursor)
        found = found.where(_after(keys, after))
    ordered = found.order_by(*(key.desc() if down else key.asc() for key, down in keys)).limit(limit + 1).subquery()
    query = select(*process_columns(now), *(ordered.c[f"key_{n}"] for n in range(len(keys))))
    query = query.join(ordered, ordered.c.process_id == processes.c.process_id).order_by(
        *(ordered.c[f"key_{n}"].desc() if down else ordered.c[f"key_{n}"].asc() for n, (_, down) in enumerate(keys))
    )
    rows = connection.execute(query).all()
    return Page(
        tuple(row_of(row) for row in rows[:limit]),
        _write_cursor(filter, now, rows[limit - 1], len(keys)) if len(rows) > limit else None,
        total,
    )


def process_columns(now: int | ColumnElement[int]) -> list[ColumnElement[Any]]:
    """All that a :class:`ProcessRow` says: not the text for searching, which is as long as all else."""
    names = (name for name in ProcessRow.__dataclass_fields__ if name != "status")
    return [*(processes.c[name] for name in names), status(now).label("status")]


def moment_of(cursor: str | None, filter: ProcessFilter, now: int) -> int:
    """The moment whose statuses a page tells: ``now``, or that of the first page. Raises ``InvalidCursor``."""
    return now if cursor is None else _read_cursor(cursor, filter)[0]


def count_of_processes(connection: Connection, filter: ProcessFilter, now: int) -> int:
    """How many processes pass ``filter`` at ``now``."""
    query: Select[Any] = select(func.count()).select_from(processes).where(*conditions(connection, filter, now))
    return int(connection.execute(query).scalar_one())


def conditions(
    connection: Connection, filter: ProcessFilter, now: int, *, row_by_row: bool = False
) -> list[ColumnElement[bool] | TextClause]:
    """What must hold of a row of ``processes`` at ``now``; ``row_by_row`` as in ``search_index.contains``."""
    words = sought(filter.q or "")
    found: list[ColumnElement[bool] | TextClause] = []
    if words:
        found.append(contains(connection, words, row_by_row=row_by_row))
    if filter.ocid is not None:
        found.append(processes.c.ocid == filter.ocid.replace("\0", "?"))  # PostgreSQL refuses NUL; no ocid has one
    if filter.organisation_id is not None:
        found.append(processes.c.organisation_id == filter.organisation_id)
    if filter.status is not None:
        found += has_status(now, filter.status)
    if filter.mode is not None:
        found.append(processes.c.mode == filter.mode)
    if filter.cpv is not None:
        found.append(processes.c.cpv.startswith(filter.cpv, autoescape=True))
    if filter.method is not None:
        found.append(processes.c.procurement_method == filter.method.replace("\0", "?"))
    if filter.year is not None:
        found.append(processes.c.month.startswith(f"{filter.year:04}-"))
    if filter.place is not None:
        found.append(processes.c.place == filter.place.replace("\0", "?"))
    if filter.buyer_name is not None:
        found.append(processes.c.buyer_name == filter.buyer_name.replace("\0", "?"))
    if filter.silent_days is not None:
        found += is_silent(now, filter.silent_days)
    if filter.published_from is not None:
        found.append(processes.c.first_time >= filter.published_from)
    if filter.published_to is not None:
        found.append(processes.c.first_time <= filter.published_to)
    return found


def _keys(sort: Sort, now: int, *, in_order: bool) -> Sequence[Key]:
    """``in_order``: let the database follow its index of that order. It would do so for a rare value, too, and read
    every row of the table on its way; no index holds a sum."""
    identity: Key = (processes.c.process_id, False)
    if sort in _BY_INDEX:
        time = processes.c.last_time if sort is Sort.UPDATED else processes.c.first_time
        return (time if in_order else time + 0, True), identity
    if sort is Sort.DEADLINE:
        deadline = processes.c.deadline
        group = case((deadline >= now, 0), (deadline < now, 1), else_=2)
        return (group, False), (func.coalesce(deadline, 0), False), identity
    untitled = case((processes.c.title.is_(None), 1), else_=0)
    return (untitled, False), (func.lower(func.coalesce(processes.c.title, "")), False), identity


def _after(keys: Sequence[Key], values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows behind ``values`` in the order of ``keys``: equal in all keys before one in which they come later.

    That the first key is not earlier follows from that; said once more, the database begins there and not at the first
    row.
    """
    first, descending = keys[0]
    begin = first <= values[0] if descending else first >= values[0]
    behind = or_(
        *(
            and_(
                *(earlier == value for (earlier, _), value in zip(keys[:place], values, strict=False)),
                key < values[place] if descending else key > values[place],
            )
            for place, (key, descending) in enumerate(keys)
        )
    )
    return and_(begin, behind)


def _write_cursor(filter: ProcessFilter, now: int, row: Row[Any], keys: int) -> str:
    values = [row._mapping[f"key_{place}"] for place in range(keys)]
    values[-1] = values[-1].hex()
    return write_cursor([_fingerprint(filter), now, *values])


def _read_cursor(cursor: str, filter: ProcessFilter) -> tuple[int, list[Any]]:
    try:
        fingerprint, now, *values = read_cursor(cursor)
        values[-1] = bytes.fromhex(values[-1])
    except (ValueError, TypeError, IndexError) as error:
        raise InvalidCursor(cursor=cursor) from error
    texts = filter.sort is Sort.TITLE
    fits = all(
        isinstance(value, str) and "\0" not in value if texts and place == 1 else _is_time(value)
        for place, value in enumerate(values[:-1])
    )
    if fingerprint != _fingerprint(filter) or not _is_time(now) or not fits:
        raise InvalidCursor(cursor=cursor)
    return now, values


def _is_time(value: Any) -> bool:
    return isinstance(value, int) and -LAST_SECOND <= value <= LAST_SECOND


def _fingerprint(filter: ProcessFilter) -> str:
    return hashlib.sha256(repr(astuple(filter)).encode()).hexdigest()[:16]
