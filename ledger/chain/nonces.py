"""One nonce for one transaction: the book of what was signed and is in no block yet.

On a chain without gas prices a second transaction with the same nonce silently replaces the first (seen on Besu), and
one gap holds up everything behind it. So all senders of a key, in all processes, take their nonces here, one after
the other, and what was signed is written down *before* it is handed in. After a crash, or when nodes lost their
pending transactions, the identical bytes are handed in again; nothing is ever signed twice.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sent (
    chain INTEGER NOT NULL, account BLOB NOT NULL, nonce INTEGER NOT NULL, hash BLOB NOT NULL, raw BLOB NOT NULL,
    PRIMARY KEY (chain, account, nonce)
) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True)
class Sent:
    """A signed transaction: hash (32 bytes) and the raw bytes that were, or are to be, handed in."""

    account: bytes
    nonce: int
    hash: bytes
    raw: bytes


class NonceBook:
    """The book of one chain, in a file that all processes of a home share, or in memory for one process."""

    def __init__(self, chain_id: int, path: Path | None = None) -> None:
        self._chain_id, self._path = chain_id, path
        self._lock = threading.RLock()
        # Autocommit: each line is durable when it is written.
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take one's turn: until it ends nobody else, in no process, gets a nonce."""
        with self._lock:
            if self._path is None:
                yield
                return
            with self._path.with_suffix(".lock").open("w") as lock:
                # The system releases the lock when a process dies, whatever it died of.
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield

    def unsettled(self, account: bytes) -> list[Sent]:
        """What the account signed and is in no block as far as the book knows, by nonce."""
        with self._lock:
            rows = self._database.execute(
                "SELECT nonce, hash, raw FROM sent WHERE chain = ? AND account = ? ORDER BY nonce",
                (self._chain_id, account),
            ).fetchall()
        return [Sent(account, *row) for row in rows]

    def next_nonce(self, account: bytes, mined: int, pending: int) -> int:
        """The lowest nonce that neither a block nor the book holds, nor (as far as the node tells) its pool.

        ``mined`` and ``pending`` are the node's counts of the account's transactions. Some pools count past a gap;
        a gap in our own book is filled first, since it holds up everything behind it. Only in one's turn.
        """
        held = {sent.nonce for sent in self.unsettled(account)}
        nonce = mined
        while nonce in held:
            nonce += 1
        behind_a_gap = any(other > nonce for other in held)
        return nonce if behind_a_gap else max(nonce, pending)

    def note(self, sent: Sent) -> None:
        """Write down what is about to be handed in."""
        with self._lock:
            self._database.execute(
                "INSERT INTO sent (chain, account, nonce, hash, raw) VALUES (?, ?, ?, ?, ?)",
                (self._chain_id, sent.account, sent.nonce, sent.hash, sent.raw),
            )

    def forget(self, sent: Sent) -> None:
        """Strike out what the node refused for good."""
        with self._lock:
            self._database.execute(
                "DELETE FROM sent WHERE chain = ? AND account = ? AND nonce = ?",
                (self._chain_id, sent.account, sent.nonce),
            )

    def settle_below(self, account: bytes, mined: int) -> None:
        """Forget what is in blocks: all nonces below the account's count of mined transactions."""
        with self._lock:
            self._database.execute(
                "DELETE FROM sent WHERE chain = ? AND account = ? AND nonce < ?", (self._chain_id, account, mined)
            )
