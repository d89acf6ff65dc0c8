"""What pulls found, as lists: the latest first, of all processes or of one."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
)

from ledger.errors import InvalidCursor
from ledger.index.paging import read_cursor, require_limit, write_cursor
from ledger.index.rows import FindingRow, Page
from ledger.index.schema import LAST_SECOND, acts, notice_findings, observations, of_same_act, processes
from ledger.ocds.differences import Change
from ledger.ocds.observation import FindingKind

TAKEN_BACK_BY = {FindingKind.VANISHED: FindingKind.REAPPEARED, FindingKind.CHANGED: FindingKind.RESTORED}

_PLACE = ("block_number", "log_index", "number")


def page_of_findings(
    connection: Connection, kind: FindingKind | None, organisation_id: bytes | None, cursor: str | None, limit: int
) -> Page[FindingRow]:
    """Findings of one kind or all, the latest first, at most ``limit`` (1 to 200) of them, after ``cursor``.

    Raises ``InvalidCursor``, ``InvalidParameter``.
    """
    require_limit(limit)
    table = notice_findings
    wanted: list[ColumnElement[bool]] = []
    if kind is not None:
        wanted.append(table.c.finding == kind.value)
    if organisation_id is not None:
        wanted.append(table.c.organisation_id == organisation_id)
    total = connection.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()
    after = [] if cursor is None else [tuple_(*_place()) < tuple_(*map(_literal, _read_place(cursor)))]
    query = _query().where(*wanted, *after).order_by(*(column.desc() for column in _place())).limit(limit + 1)
    rows = connection.execute(query).all()
    following = write_cursor([rows[limit - 1]._mapping[name] for name in _PLACE]) if len(rows) > limit else None
    return Page(tuple(map(_row, rows[:limit])), following, total)


def findings_of(connection: Connection, process_id: bytes) -> tuple[FindingRow, ...]:
    """The findings about the notices of one process, the latest first."""
    return tuple(map(_row, connection.execute(_of_process(), {"process_id": process_id})))


def pulls_naming(connection: Connection, digest: bytes) -> list[Row[Any]]:
    """The acts of pulls whose document, or one of whose changed files, has this digest; ``kind`` says which."""
    return [row for query in _naming() for row in connection.execute(query, {"digest": digest})]


# Put together once: that takes as long as the answers.
@cache
def _of_process() -> Select[Any]:
    wanted: BindParameter[bytes] = bindparam("process_id", type_=LargeBinary)
    query = _query().where(notice_findings.c.process_id == wanted)
    return query.order_by(*(column.desc() for column in _place()))


@cache
def _naming() -> tuple[Select[Any], Select[Any]]:
    found, seen = notice_findings, observations
    digest: BindParameter[bytes] = bindparam("digest", type_=LargeBinary)
    place = (acts.c.time, acts.c.sequence, acts.c.act, acts.c.block_number, acts.c.transaction_hash,
             acts.c.organisation_id)  # fmt: skip
    documents = select(
        literal("observation").label("kind"), acts.c.process_id, literal("").label("ocid"), null().label("release"),
        *place,
    ).join(acts, of_same_act(acts, seen))  # fmt: skip
    files = select(
        literal("changed").label("kind"), found.c.process_id, found.c.ocid, found.c.release, *place
    ).join(acts, of_same_act(acts, found))  # fmt: skip
    of_changed = (found.c.now == digest) & (found.c.finding == FindingKind.CHANGED.value)
    return documents.where(seen.c.digest == digest), files.where(of_changed)


def _place() -> list[ColumnElement[Any]]:
    return [notice_findings.c[name] for name in _PLACE]


def _query() -> Select[Any]:
    found, later = notice_findings, notice_findings.alias()
    is_later = or_(
        later.c.block_number > found.c.block_number,
        and_(later.c.block_number == found.c.block_number, later.c.log_index > found.c.log_index),
    )
    undone = or_(
        *(
            (found.c.finding == literal_column(f"'{kind}'")) & (later.c.finding == literal_column(f"'{back}'"))
            for kind, back in TAKEN_BACK_BY.items()
        )
    )
    of_same = (later.c.process_id == found.c.process_id) & (later.c.release_id == found.c.release_id)
    return (
        select(
            found,
            observations.c.pulled,
            observations.c.digest.label("observation"),
            observations.c.sequence,
            observations.c.time,
            processes.c.title,
            processes.c.language,
            processes.c.buyer_name,
            (~exists().where(of_same, undone, is_later)).label("stands"),
        )
        .join(observations, of_same_act(observations, found))
        .outerjoin(processes, processes.c.process_id == found.c.process_id)
    )


def _row(row: Row[Any]) -> FindingRow:
    values = {name: row._mapping[name] for name in FindingRow.__dataclass_fields__}
    changes = tuple(Change(field, tuple(entry), was, now) for field, entry, was, now in orjson.loads(values["changes"]))
    return FindingRow(**{**values, "changes": changes, "stands": bool(values["stands"])})


def _literal(value: int) -> ColumnElement[int]:
    return literal_column(str(value))


def _read_place(cursor: str) -> tuple[int, ...]:
    values = read_cursor(cursor)
    if len(values) != len(_PLACE) or not all(type(value) is int and 0 <= value <= LAST_SECOND for value in values):
        raise InvalidCursor(cursor=cursor)
    return tuple(values)
