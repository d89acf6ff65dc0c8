"""Histories of long processes, kept in memory from one run to the next.

Deriving a process whole costs its acts. Whoever follows the chain block by block would pay that for each block in which
a process acts, and a bidder who sends commitment after commitment could make the index stand still. So what is long is
kept, and goes on; what is lost when the program ends, or pushed out by others, is derived whole once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from ledger.index import schema
from ledger.index.history import History

LONG = 200  # acts from which a process is kept: fewer are derived in some hundredths of a second
MOST_ACTS = 50_000  # of all kept processes together, about a kilobyte each


class LongHistories:
    """Keeps the histories used last, of processes of ``least`` acts or more, together of at most ``most`` acts."""

    def __init__(self, least: int = LONG, most: int = MOST_ACTS) -> None:
        self._least = least
        self._most = most
        self._kept: dict[bytes, tuple[History, Any]] = {}  # with the row that the index had then
        self._acts = 0

    def resume(self, connection: Connection, process_id: bytes) -> History | None:
        """The history of a process to go on from, given away, if the index's rows are still those it was kept with.

        The hash of the block of its last act stands for all before: neither a transaction that failed, a reorganised
        chain nor another program's work can leave it as it was.
        """
        history, row = self._kept.pop(process_id, (None, None))
        if history is None:
            return None
        self._acts -= history.acts
        return history if _row_of(connection, process_id) == row else None

    def keep(self, connection: Connection, history: History) -> None:
        """Keep a history whose rows were stored just now, if it is long."""
        if not self._least <= history.acts <= self._most:
            return
        history.settle()
        self._kept[history.process_id] = history, _row_of(connection, history.process_id)
        self._acts += history.acts
        while self._acts > self._most:
            oldest, _ = self._kept.pop(next(iter(self._kept)))
            self._acts -= oldest.acts


def _row_of(connection: Connection, process_id: bytes) -> Any:
    processes, blocks = schema.processes.c, schema.blocks.c
    query = select(processes.acts, processes.head, blocks.hash).join_from(
        schema.processes, schema.blocks, blocks.number == processes.last_block
    )
    return connection.execute(query.where(processes.process_id == process_id)).one_or_none()
