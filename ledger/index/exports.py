"""All processes that fit, one piece after the other, for whoever takes a whole list away.

In the order of their ids, which never change: while the index goes on, no process comes twice and none is left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ledger.index import schema
from ledger.index.database import Index
from ledger.index.made_rows import process_row
from ledger.index.process_list import conditions
from ledger.index.rows import NOT_TOLD, ProcessFilter, ProcessRow
from ledger.index.statements import process_query

PIECE = 200
"""Processes read in one transaction: readers that hold one for long keep the database from tidying up."""


@dataclass(frozen=True, slots=True)
class Export:
    """A process with the digests of its releases that are disclosed, in the order of their acts."""

    process: ProcessRow
    releases: tuple[bytes, ...]


def exported(index: Index, filter: ProcessFilter, *, now: int | None = None) -> Iterator[Sequence[Export]]:
    """Pieces of processes that pass ``filter`` (its order does not count). Statuses are those of the first piece's
    moment. Raises ``IndexUnreachable``."""
    moment = int(time.time()) if now is None else now
    processes, releases = schema.processes, schema.releases
    last = b""
    while True:
        with index.reading() as connection:
            query = process_query(moment).where(processes.c.process_id > last, *conditions(connection, filter, moment))
            rows = [process_row(row) for row in connection.execute(query.order_by(processes.c.process_id).limit(PIECE))]
            found: dict[bytes, list[bytes]] = {row.process_id: [] for row in rows}
            listed = select(releases.c.process_id, releases.c.digest).where(
                releases.c.process_id.in_(list(found)),
                releases.c.condition.not_in(sorted(NOT_TOLD)),
            )
            for row in connection.execute(listed.order_by(releases.c.process_id, releases.c.sequence)):
                found[row.process_id].append(row.digest)
        if not rows:
            return
        yield [Export(row, tuple(found[row.process_id])) for row in rows]
        last = rows[-1].process_id
