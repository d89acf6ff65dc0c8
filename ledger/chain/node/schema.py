"""The tables of the chain's database and the shape of their rows.

``node`` holds everything that is named by its Keccak-256: trie nodes, code and headers. The other tables hold what is
not, each row with its own sum (:mod:`ledger.chain.node.sums`).
"""

from __future__ import annotations

from typing import NamedTuple

FORMAT = 1
"""Version of this layout; a database of another version is refused."""

# A transaction's id is its block's number and its position, a log's its block's number and its index in the block:
# so rows of one block lie together, and new rows always go to the end of the table.
POSITION_BITS = 20

SCHEMA = """
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, sum BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE node (hash BLOB NOT NULL UNIQUE, data BLOB NOT NULL);
CREATE TABLE block (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, time INTEGER NOT NULL,
    transactions INTEGER NOT NULL, logs INTEGER NOT NULL, sum BLOB NOT NULL);
CREATE TABLE tx (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, sender BLOB NOT NULL, raw BLOB NOT NULL,
    receipt BLOB NOT NULL, gas_used INTEGER NOT NULL, first_log INTEGER NOT NULL, sum BLOB NOT NULL);
CREATE TABLE log (id INTEGER PRIMARY KEY, position INTEGER NOT NULL, tx BLOB NOT NULL, address BLOB NOT NULL,
    topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB, data BLOB NOT NULL, sum BLOB NOT NULL);
CREATE INDEX log_by_address ON log (address, id);
CREATE INDEX log_by_topic0 ON log (topic0, id);
CREATE INDEX log_by_topic1 ON log (topic1, id);
CREATE INDEX log_by_topic2 ON log (topic2, id);
CREATE INDEX log_by_topic3 ON log (topic3, id);
CREATE TABLE pending (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, raw BLOB NOT NULL, sum BLOB NOT NULL);
"""


class NodeRow(NamedTuple):
    hash: bytes
    data: bytes


class BlockRow(NamedTuple):
    """What is often asked of a block, so that its header need not be decoded; ``time`` is its timestamp."""

    number: int
    hash: bytes
    time: int
    transactions: int
    logs: int


class TransactionRow(NamedTuple):
    """A transaction in a block. ``raw`` and ``receipt`` are the consensus encodings (EIP-2718)."""

    id: int
    hash: bytes
    sender: bytes
    raw: bytes
    receipt: bytes
    gas_used: int
    first_log: int

    @property
    def block_number(self) -> int:
        return self.id >> POSITION_BITS

    @property
    def position(self) -> int:
        return self.id & ((1 << POSITION_BITS) - 1)


class LogRow(NamedTuple):
    """A log; ``position`` and ``tx`` are its transaction's place in the block and hash."""

    id: int
    position: int
    tx: bytes
    address: bytes
    topic0: bytes | None
    topic1: bytes | None
    topic2: bytes | None
    topic3: bytes | None
    data: bytes

    @property
    def block_number(self) -> int:
        return self.id >> POSITION_BITS

    @property
    def place(self) -> int:
        """The log's index in its block."""
        return self.id & ((1 << POSITION_BITS) - 1)

    @property
    def topics(self) -> tuple[bytes, ...]:
        return tuple(t for t in (self.topic0, self.topic1, self.topic2, self.topic3) if t is not None)


class PendingRow(NamedTuple):
    """An answered transaction that is not in a block yet; ``id`` is the order of arrival."""

    id: int
    hash: bytes
    raw: bytes


COLUMNS: dict[str, tuple[str, ...]] = {
    "node": NodeRow._fields,
    "block": BlockRow._fields,
    "tx": TransactionRow._fields,
    "log": LogRow._fields,
    "pending": PendingRow._fields,
}


def row_id(block_number: int, index: int) -> int:
    """The id of a transaction or log: ordered by block, then by place in it."""
    return (block_number << POSITION_BITS) | index
