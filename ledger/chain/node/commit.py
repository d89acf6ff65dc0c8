"""A commit: what is written together or not at all, and the tallies that are kept with it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from ledger.chain.node.database import shown
from ledger.chain.node.schema import COLUMNS, NodeRow, PendingRow
from ledger.chain.node.sums import STORED_SUM_BYTES, Field, Tally, row_sum
from ledger.errors import ChainDamaged


@dataclass
class Commit:
    """What is written together or not at all. ``head`` is the new head block's number and hash."""

    nodes: dict[bytes, bytes] = field(default_factory=dict)
    rows: dict[str, list[tuple[Field, ...]]] = field(default_factory=dict)
    settled: list[PendingRow] = field(default_factory=list)
    head: tuple[int, bytes] | None = None

    def add(self, table: str, row: tuple[Field, ...]) -> None:
        self.rows.setdefault(table, []).append(row)


def write(connection: sqlite3.Connection, change: Commit, tallies: dict[str, Tally], sequence: int) -> dict[str, Tally]:
    """Write a commit in one SQLite transaction and return the new tallies; on any failure nothing is written."""
    tallies = dict(tallies)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for key, data in change.nodes.items():
            cursor = connection.execute("INSERT INTO node VALUES (?, ?) ON CONFLICT DO NOTHING", (key, data))
            if cursor.rowcount == 1:
                tallies["node"] = tallies["node"].plus(row_sum("node", NodeRow(key, data)))
        for table, rows in change.rows.items():
            places = ", ".join("?" * (len(COLUMNS[table]) + 1))
            sums = [row_sum(table, row) for row in rows]
            records = [(*row, total[:STORED_SUM_BYTES]) for row, total in zip(rows, sums, strict=True)]
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", records)  # noqa: S608 - names from here
            for total in sums:
                tallies[table] = tallies[table].plus(total)
        for row in change.settled:
            if connection.execute("DELETE FROM pending WHERE id = ?", (row.id,)).rowcount != 1:
                raise ChainDamaged(table="pending", key=shown(row.hash), reason="the row is missing")
            tallies["pending"] = tallies["pending"].minus(row_sum("pending", row))
        values = {f"tally {table}": tally.encode() for table, tally in tallies.items()}
        values["sequence"] = sequence.to_bytes(8, "big")
        if change.head is not None:
            values["head"] = change.head[0].to_bytes(8, "big") + change.head[1]
        write_meta(connection, values)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return tallies


def write_meta(connection: sqlite3.Connection, values: dict[str, bytes]) -> None:
    """Put values of the table ``meta``, within the caller's transaction."""
    for name, value in values.items():
        total = row_sum("meta", (name, value))[:STORED_SUM_BYTES]
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (name, value, total))
