"""The chain's durable store: one SQLite database, written in whole commits, checked whenever it is read.

Crash order: everything a commit writes is one SQLite transaction (write-ahead log, synced at COMMIT); then the mark of
answered commits is raised; only then is anybody answered. So what was answered is there after a crash, and a commit
that was cut off was never answered and is dropped whole.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from eth_hash.auto import keccak

from ledger.chain.node.commit import Commit, write
from ledger.chain.node.database import DATABASE, SCHEMA_FOUND, connect, damage_named, expected_schema, shown
from ledger.chain.node.mark import AnsweredMark, HomeLock
from ledger.chain.node.schema import COLUMNS, FORMAT, BlockRow, LogRow, PendingRow, TransactionRow, row_id
from ledger.chain.node.sums import STORED_SUM_BYTES, Field, Tally, row_sum
from ledger.errors import ChainDamaged, ChainFormatUnknown, ChainMissing, ChainStorageFailed

_CACHED_NODES = 20_000
Row = TypeVar("Row", BlockRow, TransactionRow, LogRow, PendingRow)


def checked(table: str, shape: type[Row], record: Sequence[Any]) -> Row:
    """The row without its stored sum, which must hold."""
    fields = tuple(record[:-1])
    if row_sum(table, fields)[:STORED_SUM_BYTES] != record[-1]:
        raise ChainDamaged(table=table, key=shown(fields[0]), reason="the row's checksum does not hold")
    return shape(*fields)


def missing_node(key: bytes) -> ChainDamaged:
    """What to raise when the chain refers to something that is not in the table ``node``."""
    return ChainDamaged(table="node", key=shown(key), reason="the row is missing")


class Store:
    """One chain's database, held exclusively by this process. Thread safe."""

    def __init__(self, folder: Path) -> None:
        """Open it. Raises :class:`ChainMissing`, :class:`ChainInUse`, :class:`ChainFormatUnknown`,
        :class:`ChainDamaged`."""
        self.path = folder / DATABASE
        if not self.path.exists():
            raise ChainMissing(path=str(folder))
        self._writing, self._reading = threading.Lock(), threading.Lock()
        lock = HomeLock(folder)
        self._closing: list[Callable[[], None]] = [lock.release]
        try:
            self._mark = AnsweredMark(folder)
            self._closing.append(self._mark.close)
            self._mark.hold()
            self._writer = connect(self.path, read_only=False)
            self._closing.append(self._writer.close)
            self._reader = connect(self.path, read_only=True)
            self._closing.append(self._reader.close)
            self._synced = True
            self._cache: dict[bytes, bytes] = {}
            self._check_format()
            self.sequence = int.from_bytes(self.meta("sequence"), "big")
            answered = self._mark.read()
            if self.sequence < answered:
                reason = f"it ends at commit {self.sequence}, but {answered} were answered"
                raise ChainDamaged(table="meta", key="sequence", reason=reason)
            self._tallies = {table: Tally.decode(self.meta(f"tally {table}")) for table in COLUMNS}
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close and release the lock; SQLite folds the write-ahead log into the database."""
        with self._writing, self._reading:
            while self._closing:
                self._closing.pop()()

    @property
    def synced(self) -> bool:
        """Whether a commit outlives a loss of power. If not, it outlives ``kill -9`` only, and is quicker."""
        return self._synced

    @synced.setter
    def synced(self, wanted: bool) -> None:
        with self._writing, damage_named("file"):
            # NORMAL syncs only when the log is folded into the database; the next synced commit syncs all of the log.
            self._writer.execute(f"PRAGMA synchronous = {'FULL' if wanted else 'NORMAL'}")
            self._synced = wanted

    def _check_format(self) -> None:
        found = int.from_bytes(self.meta("format"), "big")
        if found != FORMAT:
            raise ChainFormatUnknown(found=found, known=FORMAT)
        if self._all("schema", SCHEMA_FOUND) != expected_schema():
            raise ChainDamaged(table="schema", key="all", reason="the tables are not those of this format")

    # Reading

    def _all(self, table: str, sql: str, *values: Field) -> list[Any]:
        with self._reading, damage_named(table):
            return self._reader.execute(sql, values).fetchall()

    def meta(self, name: str) -> bytes:
        """A value of the table ``meta``; a missing one is damage."""
        found = self._all("meta", "SELECT value, sum FROM meta WHERE name = ?", name)
        if len(found) != 1:
            raise ChainDamaged(table="meta", key=name, reason="the row is missing")
        value, total = found[0]
        if row_sum("meta", (name, value))[:STORED_SUM_BYTES] != total:
            raise ChainDamaged(table="meta", key=name, reason="the row's checksum does not hold")
        assert isinstance(value, bytes)
        return value

    def node(self, key: bytes) -> bytes:
        """What hashes (Keccak-256) to ``key``. Only for what the chain refers to: a missing one is damage."""
        data = self.find_node(key)
        if data is None:
            raise missing_node(key)
        return data

    def find_node(self, key: bytes) -> bytes | None:
        """What hashes (Keccak-256) to ``key``, checked; or None."""
        data = self._cache.get(key)
        if data is not None:
            return data
        found = self._all("node", "SELECT data FROM node WHERE hash = ?", key)
        if not found:
            return None
        data = found[0][0]
        if not isinstance(data, bytes) or keccak(data) != key:
            raise ChainDamaged(table="node", key=shown(key), reason="the data does not have this hash")
        self._remember(key, data)
        return data

    def _remember(self, key: bytes, data: bytes) -> None:
        if len(self._cache) >= _CACHED_NODES:
            self._cache = {}
        self._cache[key] = data

    def _rows(self, table: str, shape: type[Row], where: str, *values: Field, index: str = "") -> list[Row]:
        columns = ", ".join(COLUMNS[table])
        found = self._all(table, f"SELECT {columns}, sum FROM {table} {index} WHERE {where}", *values)  # noqa: S608 - names from here
        return [checked(table, shape, record) for record in found]

    def block(self, number: int) -> BlockRow | None:
        rows = self._rows("block", BlockRow, "number = ?", number)
        return rows[0] if rows else None

    def existing_block(self, number: int) -> BlockRow:
        """A block that must be there because something else refers to it."""
        row = self.block(number)
        if row is None:
            raise ChainDamaged(table="block", key=str(number), reason="the row is missing")
        return row

    def block_by_hash(self, key: bytes) -> BlockRow | None:
        rows = self._rows("block", BlockRow, "hash = ?", key)
        return rows[0] if rows else None

    def transaction(self, key: bytes) -> TransactionRow | None:
        rows = self._rows("tx", TransactionRow, "hash = ?", key)
        return rows[0] if rows else None

    def transactions(self, block: BlockRow) -> list[TransactionRow]:
        """All transactions of a block, in order; as many as the block has, else it is damage."""
        low, high = row_id(block.number, 0), row_id(block.number + 1, 0)
        rows = self._rows("tx", TransactionRow, "id >= ? AND id < ? ORDER BY id", low, high)
        if [row.id for row in rows] != [low + position for position in range(block.transactions)]:
            raise ChainDamaged(table="tx", key=str(block.number), reason="the block's transactions are not complete")
        return rows

    def logs(self, where: str, values: Iterable[Field], index: str) -> list[LogRow]:
        """Logs by a condition on the table's columns, in order."""
        return self._rows("log", LogRow, where, *values, index=index)

    def pending(self) -> list[PendingRow]:
        """The answered transactions that are in no block yet, in order of arrival; as many as were put there."""
        rows = self._rows("pending", PendingRow, "1 ORDER BY id")
        tally = Tally()
        for row in rows:
            tally = tally.plus(row_sum("pending", row))
        if tally != self._tallies["pending"]:
            raise ChainDamaged(table="pending", key="all", reason="rows are missing")
        return rows

    @property
    def head(self) -> tuple[int, bytes]:
        """Number and hash of the newest block."""
        value = self.meta("head")
        return int.from_bytes(value[:8], "big"), value[8:]

    # Writing

    def commit(self, change: Commit) -> None:
        """Write ``change`` durably; when this returns, it may be answered.

        When it raises, nothing was written; unless ``sequence`` has risen: then only the mark could not be.
        """
        with self._writing:
            with damage_named("commit"):
                tallies = write(self._writer, change, self._tallies, self.sequence + 1)
            self._tallies = tallies
            self.sequence += 1
            try:
                self._mark.write(self.sequence, synced=self._synced)
            except OSError as error:
                raise ChainStorageFailed(reason=str(error)) from error
        for key, data in change.nodes.items():
            self._remember(key, data)
