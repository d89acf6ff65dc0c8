"""What witnesses signed: ``log/witnesses.sqlite``, for all logs of a home.

Kept is the first cosignature of each witness for each size, since a witness that is asked again signs again with a
later time; and each checkpoint that has one. A checkpoint without any says nothing that a later one does not. So there
are never more checkpoints than leaves, and of each as many cosignatures as there are witnesses.

Besides it says which checkpoints are for outside authorities to stamp.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from ledger import errors
from ledger.errors import SiegelError, WitnessExists, WitnessUnknown
from ledger.evidence.log.folder import SignedTree
from ledger.evidence.verify.checkpoint import LogTrust
from ledger.evidence.verify.verifier_key import WITNESS, VerifierKey, read_verifier_key

NAME: Final = "witnesses.sqlite"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS witness (
    name TEXT PRIMARY KEY, key TEXT NOT NULL, url TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feeding (
    origin TEXT NOT NULL, witness TEXT NOT NULL, held INTEGER NOT NULL DEFAULT 0,
    failure TEXT, failure_values TEXT, since INTEGER,
    PRIMARY KEY (origin, witness)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoint (
    origin TEXT NOT NULL, size INTEGER NOT NULL, note BLOB NOT NULL,
    PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cosignature (
    origin TEXT NOT NULL, size INTEGER NOT NULL, witness TEXT NOT NULL, time INTEGER NOT NULL, line BLOB NOT NULL,
    PRIMARY KEY (origin, size, witness)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS to_stamp (
    origin TEXT NOT NULL, size INTEGER NOT NULL, moment INTEGER NOT NULL, note BLOB NOT NULL,
    PRIMARY KEY (origin, size)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Witness:
    """Whom to ask: ``url`` is its submission prefix (C2SP tlog-witness)."""

    key: VerifierKey
    url: str

    @property
    def name(self) -> str:
        """Its name."""
        return self.key.name


@dataclass(frozen=True)
class Failure:
    """Why a witness did not cosign, and since when (seconds since 1970) it has not."""

    name: str
    values: dict[str, object]
    since: int

    @property
    def error(self) -> SiegelError:
        """The failure itself, for whoever tells it."""
        kind: type[SiegelError] = vars(errors)[self.name]
        return kind(**self.values)


@dataclass(frozen=True)
class Feeding:
    """How far a witness is with a log: the size it cosigned last, 0 for none, and what went wrong since."""

    witness: Witness
    cosigned: int
    failure: Failure | None


@dataclass(frozen=True)
class Cosigned:
    """A checkpoint with all cosignatures kept for it: ``note`` is as bundles want it, ``times`` by witness."""

    size: int
    note: bytes
    times: dict[str, int]


@dataclass(frozen=True)
class ToStamp:
    """A checkpoint for outside authorities to stamp: ``note`` as the log signed it, and the ``moment`` (seconds since
    1970) at which enough witnesses had cosigned it; without witnesses, at which it was chosen."""

    size: int
    moment: int
    note: bytes


class CosignatureBook:
    """The book, opened for each use: what is written in it is durable on return, and processes share it."""

    def __init__(self, folder: Path) -> None:
        """``folder``: the home's ``log``."""
        self.path = folder / NAME

    # Witnesses

    def witnesses(self) -> list[Witness]:
        """By name."""
        with self._open() as book:
            rows = book.execute("SELECT key, url FROM witness ORDER BY name").fetchall()
        return [Witness(read_verifier_key(key, WITNESS), url) for key, url in rows]

    def add(self, key: str, url: str) -> Witness:
        """Raises VerifierKeyMalformed, also for another name's key, and WitnessExists."""
        witness = Witness(read_verifier_key(key, WITNESS), url.rstrip("/"))
        known = [str(each.key) for each in self.witnesses()]
        if any(read_verifier_key(each, WITNESS).name == witness.name for each in known):
            raise WitnessExists(witness=witness.name)
        LogTrust.read((), [*known, key])
        with self._open() as book:
            book.execute("INSERT INTO witness VALUES (?, ?, ?)", (witness.name, key, witness.url))
        return witness

    def remove(self, name: str) -> None:
        """Ask it no more; what it signed is kept. Raises WitnessUnknown."""
        with self._open() as book:
            if not book.execute("DELETE FROM witness WHERE name = ?", (name,)).rowcount:
                raise WitnessUnknown(witness=name)
            book.execute("DELETE FROM feeding WHERE witness = ?", (name,))

    # Feeding

    def held(self, origin: str, witness: str) -> int:
        """The size that the witness is known to hold."""
        with self._open() as book:
            row = book.execute(
                "SELECT held FROM feeding WHERE origin = ? AND witness = ?", (origin, witness)
            ).fetchone()
        return 0 if row is None else int(row[0])

    def hold(self, origin: str, witness: str, size: int) -> None:
        """Remember what the witness says it holds."""
        with self._open() as book:
            _hold(book, origin, witness, size)

    def record(self, origin: str, tree: SignedTree, witness: str, moment: int, line: bytes) -> None:
        """Keep a cosignature, unless one of this witness for this size is kept already; what failed is settled."""
        with self._open() as book:
            book.execute("INSERT OR IGNORE INTO checkpoint VALUES (?, ?, ?)", (origin, tree.size, tree.note))
            book.execute(
                "INSERT OR IGNORE INTO cosignature VALUES (?, ?, ?, ?, ?)", (origin, tree.size, witness, moment, line)
            )
            _hold(book, origin, witness, tree.size)
            book.execute(
                "UPDATE feeding SET failure = NULL, failure_values = NULL, since = NULL"
                " WHERE origin = ? AND witness = ?",
                (origin, witness),
            )

    def fail(self, origin: str, witness: str, error: SiegelError) -> None:
        """Remember why it did not cosign; since when is that of the first failure in a row."""
        values = orjson.dumps(error.values, default=str).decode()
        with self._open() as book:
            book.execute(
                "INSERT INTO feeding (origin, witness, failure, failure_values, since)"
                " VALUES (:origin, :witness, :failure, :values, :now) ON CONFLICT DO UPDATE SET"
                " failure = :failure, failure_values = :values, since = coalesce(since, :now)",
                {
                    "origin": origin,
                    "witness": witness,
                    "failure": error.name,
                    "values": values,
                    "now": int(time.time()),
                },
            )

    def feedings(self, origin: str) -> list[Feeding]:
        """How far each witness is, by name."""
        found = []
        for witness in self.witnesses():
            with self._open() as book:
                (size,) = book.execute(
                    "SELECT coalesce(max(size), 0) FROM cosignature WHERE origin = ? AND witness = ?",
                    (origin, witness.name),
                ).fetchone()
                row = book.execute(
                    "SELECT failure, failure_values, since FROM feeding"
                    " WHERE origin = ? AND witness = ? AND failure IS NOT NULL",
                    (origin, witness.name),
                ).fetchone()
            failure = None if row is None else Failure(row[0], orjson.loads(row[1]), row[2])
            found.append(Feeding(witness, size, failure))
        return found

    # Checkpoints

    def has(self, origin: str, size: int, witness: str) -> bool:
        """Whether this witness's cosignature for this size is kept."""
        with self._open() as book:
            query = "SELECT 1 FROM cosignature WHERE origin = ? AND size = ? AND witness = ?"
            return book.execute(query, (origin, size, witness)).fetchone() is not None

    def cosigned(self, origin: str, size: int) -> Cosigned | None:
        """The checkpoint of this size with its cosignatures in ascending order of names; None if it has none."""
        with self._open() as book:
            return _cosigned(book, origin, size)

    def largest(self, origin: str) -> Cosigned | None:
        """The largest cosigned checkpoint."""
        with self._open() as book:
            (size,) = book.execute("SELECT max(size) FROM checkpoint WHERE origin = ?", (origin,)).fetchone()
            return None if size is None else _cosigned(book, origin, size)

    def largest_seen_by(self, threshold: int, origin: str) -> int | None:
        """The size of the largest tree that ``threshold`` witnesses cosigned."""
        query = "SELECT size FROM cosignature WHERE origin = ? GROUP BY size HAVING count(*) >= ? ORDER BY size DESC"
        with self._open() as book:
            row = book.execute(f"{query} LIMIT 1", (origin, threshold)).fetchone()
            return None if row is None else int(row[0])

    def earliest(
        self, origin: str, index: int, *, threshold: int, witnesses: Sequence[str] | None = None
    ) -> Cosigned | None:
        """The smallest cosigned tree that holds leaf ``index`` and that ``threshold`` of these witnesses signed.

        A witness signs trees in the order of their sizes, so it is the earliest. ``witnesses`` by name, None for all.
        """
        among = "" if witnesses is None else f" AND witness IN ({', '.join('?' * len(witnesses))})"
        query = (
            f"SELECT size FROM cosignature WHERE origin = ? AND size > ?{among}"  # noqa: S608
            " GROUP BY size HAVING count(*) >= ? ORDER BY size LIMIT 1"
        )
        with self._open() as book:
            row = book.execute(query, (origin, index, *(witnesses or ()), max(threshold, 1))).fetchone()
            return None if row is None else _cosigned(book, origin, row[0])

    # Time stamps

    def seen_after(self, origin: str, size: int, threshold: int) -> list[ToStamp]:
        """The trees beyond ``size`` that ``threshold`` witnesses cosigned, the smallest first."""
        query = """
            WITH seen AS (
                SELECT size, time, row_number() OVER (PARTITION BY size ORDER BY time) AS place
                FROM cosignature WHERE origin = :origin AND size > :size
            )
            SELECT size, seen.time, note FROM seen JOIN checkpoint USING (size)
            WHERE place = :threshold AND origin = :origin ORDER BY size
        """
        with self._open() as book:
            rows = book.execute(query, {"origin": origin, "size": size, "threshold": threshold}).fetchall()
            return [ToStamp(*row) for row in rows]

    def choose(self, origin: str, tree: ToStamp) -> None:
        """This tree is to be stamped."""
        with self._open() as book:
            row = (origin, tree.size, tree.moment, tree.note)
            book.execute("INSERT OR IGNORE INTO to_stamp VALUES (?, ?, ?, ?)", row)

    def chosen(self, origin: str, beyond: int = 0) -> list[ToStamp]:
        """The trees larger than ``beyond`` that are to be stamped, the smallest first."""
        query = "SELECT size, moment, note FROM to_stamp WHERE origin = ? AND size > ? ORDER BY size"
        with self._open() as book:
            return [ToStamp(*row) for row in book.execute(query, (origin, beyond)).fetchall()]

    def cosigned_by(self, threshold: int, origin: str, tree: ToStamp) -> Cosigned | None:
        """The tree with its cosignatures; None if fewer than ``threshold`` witnesses signed it. Of none asked it need
        have none."""
        found = self.cosigned(origin, tree.size) or Cosigned(tree.size, tree.note, {})
        return found if len(found.times) >= threshold else None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        book = sqlite3.connect(self.path, timeout=30)
        try:
            book.execute("PRAGMA synchronous = FULL")
            book.executescript(_SCHEMA)
            with book:
                yield book
        finally:
            book.close()


def _hold(book: sqlite3.Connection, origin: str, witness: str, size: int) -> None:
    book.execute(
        "INSERT INTO feeding (origin, witness, held) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET held = excluded.held",
        (origin, witness, size),
    )


def _cosigned(book: sqlite3.Connection, origin: str, size: int) -> Cosigned | None:
    found = book.execute("SELECT note FROM checkpoint WHERE origin = ? AND size = ?", (origin, size)).fetchone()
    if found is None:
        return None
    # Names are ASCII, so text is ordered as bytes are.
    query = "SELECT witness, time, line FROM cosignature WHERE origin = ? AND size = ? ORDER BY witness"
    rows = book.execute(query, (origin, size)).fetchall()
    return Cosigned(size, found[0] + b"".join(line for _, _, line in rows), {name: moment for name, moment, _ in rows})
