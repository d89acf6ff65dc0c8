"""The rounds that a custodian holds shares of: those whose key set names it, the latest deadline first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Select, func, literal, select, tuple_

from ledger.errors import InvalidCursor
from ledger.index.key_sets import CUSTODIANS
from ledger.index.paging import read_cursor, require_limit, write_cursor
from ledger.index.rows import CustodianRound, Page
from ledger.index.schema import LAST_SECOND, key_set_recipients, processes, rounds

_KEYS = (rounds.c.deadline, rounds.c.process_id, rounds.c.round)
_LAST_ROUND = 2**31 - 1


def page_of_rounds(
    connection: Connection, custodian: bytes, state: str | None, cursor: str | None, limit: int
) -> Page[CustodianRound]:
    """At most ``limit`` (1 to 200) rounds in one state or all, after ``cursor``.

    Raises ``InvalidCursor``, ``InvalidParameter``.
    """
    require_limit(limit)
    after = None if cursor is None else _read_place(cursor)
    found = _rounds_of(custodian, state)
    total = connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    if after is not None:
        found = found.where(tuple_(*_KEYS) < tuple_(*after))
    # First the page's rounds, for which the indexes are enough; then the rows of these.
    page = found.order_by(*(key.desc() for key in _KEYS)).limit(limit + 1).subquery()
    query = (
        select(*_columns())
        .join(page, (page.c.process_id == rounds.c.process_id) & (page.c.round == rounds.c.round))
        .join(processes, processes.c.process_id == rounds.c.process_id)
        .order_by(*(key.desc() for key in _KEYS))
    )
    rows = connection.execute(query).all()
    return Page(
        tuple(CustodianRound(**row._mapping) for row in rows[:limit]),
        _write_place(rows[limit - 1]) if len(rows) > limit else None,
        total,
    )


def _rounds_of(custodian: bytes, state: str | None) -> Select[Any]:
    recipients = key_set_recipients
    names_it = (recipients.c.holder == custodian) & (recipients.c.group == CUSTODIANS)
    query = select(*_KEYS).join(recipients, recipients.c.key_set == rounds.c.key_set).where(names_it)
    return query if state is None else query.where(rounds.c.state == state)


def _columns() -> list[Any]:
    of_process = (
        processes.c.organisation_id, processes.c.ocid, processes.c.title, processes.c.language, processes.c.buyer_name,
        processes.c.suspended, processes.c.cancelled,
    )  # fmt: skip
    others = set(CustodianRound.__dataclass_fields__) - {column.name for column in of_process}
    return [*of_process, *(rounds.c[name] for name in sorted(others))]


def _write_place(row: Any) -> str:
    return write_cursor([row.deadline, row.process_id.hex(), row.round])


def _read_place(cursor: str) -> Sequence[Any]:
    try:
        deadline, process_id, number = read_cursor(cursor)
        process_id = bytes.fromhex(process_id)
    except (ValueError, TypeError) as error:
        raise InvalidCursor(cursor=cursor) from error
    fits = type(deadline) is int and 0 <= deadline <= LAST_SECOND
    if not fits or type(number) is not int or not 0 <= number <= _LAST_ROUND:
        raise InvalidCursor(cursor=cursor)
    return literal(deadline, BigInteger), literal(process_id, LargeBinary), literal(number, Integer)
