"""The auditor's own book, a SQLite file: what was proven, how far, and by which checkpoint.

Only what evidence proved under the policy comes in, each piece in a transaction of its own with the position up to
which it goes. So whoever is killed goes on where the book ends, and a second audit asks for what is new.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.errors import AuditFolderUnusable

BOOK: Final = "audit.sqlite"
LOCK: Final = "lock"
NOTES: Final = "notes"
_VERSION: Final = 1

_SCHEMA: Final = """
CREATE TABLE positions (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE trees (log TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL,
    edge BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE leaves (log TEXT NOT NULL, place INTEGER NOT NULL, block INTEGER NOT NULL, time INTEGER NOT NULL,
    block_hash BLOB NOT NULL, leaf BLOB NOT NULL, PRIMARY KEY (log, place)) WITHOUT ROWID;
CREATE INDEX leaves_by_block ON leaves (block);
CREATE TABLE organisations (id BLOB PRIMARY KEY, block INTEGER NOT NULL, time INTEGER NOT NULL, head BLOB NOT NULL,
    touched INTEGER NOT NULL DEFAULT -1) WITHOUT ROWID;
CREATE TABLE processes (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, organisation BLOB NOT NULL,
    ocid TEXT NOT NULL, block INTEGER NOT NULL, acts INTEGER NOT NULL, head BLOB NOT NULL, facts TEXT NOT NULL,
    record BLOB);
CREATE INDEX processes_by_organisation ON processes (organisation);
CREATE INDEX processes_by_ocid ON processes (ocid);
CREATE TABLE releases (number INTEGER PRIMARY KEY, process BLOB NOT NULL, digest BLOB NOT NULL, sequence INTEGER
    NOT NULL, name TEXT NOT NULL, shown BLOB, absent TEXT);
CREATE INDEX releases_by_process ON releases (process);
CREATE INDEX releases_by_shown ON releases (shown);
CREATE TABLE observations (organisation BLOB NOT NULL, digest BLOB NOT NULL, findings TEXT, PRIMARY KEY (organisation,
    digest)) WITHOUT ROWID;
CREATE TABLE node_heads (id BLOB PRIMARY KEY, block INTEGER NOT NULL, acts INTEGER NOT NULL, head BLOB NOT NULL)
    WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class AuditedTree:
    """The tree of a log that was audited last, with the signed note that says so; ``edge`` as of ``Growth``."""

    size: int
    root: bytes
    note: bytes
    edge: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A logged block: its place in the tree, number, time (seconds), hash, and the leaf's hash."""

    place: int
    block: int
    time: int
    block_hash: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class ProvenOrganisation:
    """An organisation whose list was proven complete after ``block`` of ``time``; ``head`` is that of its list."""

    id: bytes
    block: int
    time: int
    head: bytes


@dataclass(frozen=True, slots=True)
class ProvenProcess:
    """A process as proven after ``block``: ``facts`` are what its row in a list must say, ``record`` the digest of the
    record that must be served (None: none can be made)."""

    id: bytes
    organisation: bytes
    ocid: str
    block: int
    acts: int
    head: bytes
    facts: dict[str, Any]
    record: bytes | None
    number: int = 0


@dataclass(frozen=True, slots=True)
class ProvenRelease:
    """An anchored release: ``name`` is its id, ``shown`` the digest of what must be served of it, or ``absent`` why it
    need not be."""

    digest: bytes
    sequence: int
    name: str
    shown: bytes | None
    absent: str | None
    number: int = 0
    process: bytes = b""


@dataclass(frozen=True, slots=True)
class NodeHead:
    """What the acts of a process fold to as a node has them: how many, and the ``place`` of the last one, a number that
    grows along the chain."""

    process: bytes
    place: int
    acts: int
    head: bytes


class Book:
    """Use ``opened``."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder, self.connection = folder, connection

    def position(self, name: str) -> Any:
        """A position by name, None if there is none yet."""
        row = self.connection.execute("SELECT value FROM positions WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set_position(self, name: str, value: Any) -> None:
        """Keep a position."""
        self.connection.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (name, json.dumps(value)))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing, and on the disk afterwards."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def tree(self, log: str) -> AuditedTree | None:
        """The tree of a log that was audited last."""
        row = self.connection.execute("SELECT size, root, note, edge FROM trees WHERE log = ?", (log,)).fetchone()
        if row is None:
            return None
        size, root, note, edge = row
        return AuditedTree(size, root, note, tuple(edge[at : at + 32] for at in range(0, len(edge), 32)))

    def keep_tree(self, log: str, tree: AuditedTree, leaves: Iterable[Leaf]) -> None:
        """The tree as it is now, with the leaves that it has more than before."""
        values = (log, tree.size, tree.root, tree.note, b"".join(tree.edge))
        self.connection.execute("INSERT OR REPLACE INTO trees VALUES (?, ?, ?, ?, ?)", values)
        rows = ((log, each.place, each.block, each.time, each.block_hash, each.leaf) for each in leaves)
        self.connection.executemany("INSERT INTO leaves VALUES (?, ?, ?, ?, ?, ?)", rows)

    def logs(self) -> list[str]:
        """Logs of which a signed tree was audited."""
        return [row[0] for row in self.connection.execute("SELECT log FROM trees WHERE note != x''")]

    def adopt(self, apart: str, log: str) -> None:
        """Leaves that were read under another name are those of a signed tree."""
        self.connection.execute("UPDATE leaves SET log = ? WHERE log = ?", (log, apart))
        self.forget_log(apart)

    def forget_log(self, log: str) -> None:
        """Leaves and tree of a log."""
        self.connection.execute("DELETE FROM leaves WHERE log = ?", (log,))
        self.connection.execute("DELETE FROM trees WHERE log = ?", (log,))

    def leaves(self, log: str, first: int = 0, end: int = 2**62) -> Iterator[Leaf]:
        """The leaves of a log from place ``first`` to before ``end``."""
        query = (
            "SELECT place, block, time, block_hash, leaf FROM leaves WHERE log = ? AND place >= ? AND place < ? "
            "ORDER BY place"
        )
        for row in self.connection.execute(query, (log, first, end)):
            yield Leaf(*row)

    def logged_hashes(self, block: int) -> set[bytes]:
        """Hashes of a block in all logs."""
        query = "SELECT DISTINCT block_hash FROM leaves WHERE block = ? AND log NOT LIKE '% reading'"
        return {row[0] for row in self.connection.execute(query, (block,))}

    def newest_leaf(self) -> tuple[int, int] | None:
        """Block and time of the newest leaf of any log."""
        query = "SELECT block, time FROM leaves WHERE log NOT LIKE '% reading' ORDER BY block DESC LIMIT 1"
        row = self.connection.execute(query).fetchone()
        return None if row is None else (row[0], row[1])

    def contradictions(self) -> Iterator[int]:
        """Blocks of which two logs have different headers."""
        query = (
            "SELECT block FROM leaves WHERE log NOT LIKE '% reading' GROUP BY block "
            "HAVING COUNT(DISTINCT block_hash) > 1 ORDER BY block"
        )
        for (block,) in self.connection.execute(query):
            yield block

    def organisation(self, id: bytes) -> ProvenOrganisation | None:
        """What is proven of an organisation, None while nothing is."""
        query = "SELECT id, block, time, head FROM organisations WHERE id = ?"
        row = self.connection.execute(query, (id,)).fetchone()
        return None if row is None else ProvenOrganisation(*row)

    def organisations(self) -> Sequence[bytes]:
        """Ids of all that were proven once."""
        return [row[0] for row in self.connection.execute("SELECT id FROM organisations ORDER BY id")]

    def proven_blocks(self) -> tuple[int, int] | None:
        """The block for which all organisations are proven, and the newest for which anything is; None if nothing is
        proven."""
        query = "SELECT (SELECT MIN(block) FROM organisations), (SELECT MAX(block) FROM processes)"
        all_, any_ = self.connection.execute(query).fetchone()
        return None if all_ is None else (all_, max(all_, any_ or 0))

    def proven_time(self) -> int | None:
        """The time (seconds) of the newest block for which an organisation was proven."""
        found: int | None = self.connection.execute("SELECT MAX(time) FROM organisations").fetchone()[0]
        return found

    def touch(self, id: bytes, block: int) -> None:
        """A block after which an organisation may be another one than was proven."""
        query = "UPDATE organisations SET touched = MAX(touched, ?) WHERE id = ?"
        self.connection.execute(query, (block, id))

    def is_untouched(self, id: bytes) -> bool:
        """Whether the logged blocks since it was proven cannot hold an act of the organisation."""
        query = "SELECT touched <= block FROM organisations WHERE id = ?"
        row = self.connection.execute(query, (id,)).fetchone()
        return row is not None and bool(row[0])

    def carry(self, id: bytes, block: int) -> None:
        """An organisation is up to this block what it was proven to be: no logged block since can hold an act of it."""
        self.connection.execute("UPDATE organisations SET block = MAX(block, ?) WHERE id = ?", (block, id))

    def keep_organisation(self, proven: ProvenOrganisation) -> None:
        """What is proven now."""
        query = (
            "INSERT INTO organisations (id, block, time, head) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "block = excluded.block, time = excluded.time, head = excluded.head"
        )
        self.connection.execute(query, (proven.id, proven.block, proven.time, proven.head))

    def process(self, id: bytes) -> ProvenProcess | None:
        """What is proven of a process."""
        return next(self._processes("WHERE id = ?", id), None)

    def processes(self, organisation: bytes | None = None) -> Iterator[ProvenProcess]:
        """All proven processes, or those of an organisation."""
        return self._processes() if organisation is None else self._processes("WHERE organisation = ?", organisation)

    def processes_of(self, ocid: str) -> list[ProvenProcess]:
        """A buyer's, and those of who observed it."""
        return list(self._processes("WHERE ocid = ?", ocid))

    def _processes(self, condition: str = "", *values: Any) -> Iterator[ProvenProcess]:
        query = "SELECT id, organisation, ocid, block, acts, head, facts, record, number FROM processes "
        for row in self.connection.execute(query + condition, values):
            id, organisation, ocid, block, acts, head, facts, record, number = row
            yield ProvenProcess(id, organisation, ocid, block, acts, head, json.loads(facts), record, number)

    def keep_process(self, proven: ProvenProcess, releases: Iterable[ProvenRelease]) -> None:
        """A process and all its releases, in the place of what was proven of it before."""
        query = (
            "INSERT INTO processes (id, organisation, ocid, block, acts, head, facts, record) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET block = excluded.block, "
            "acts = excluded.acts, head = excluded.head, facts = excluded.facts, record = excluded.record"
        )
        facts = json.dumps(proven.facts, ensure_ascii=False)
        values = (proven.id, proven.organisation, proven.ocid, proven.block, proven.acts, proven.head, facts)
        self.connection.execute(query, (*values, proven.record))
        self.connection.execute("DELETE FROM releases WHERE process = ?", (proven.id,))
        rows = [(proven.id, each.digest, each.sequence, each.name, each.shown, each.absent) for each in releases]
        query = "INSERT INTO releases (process, digest, sequence, name, shown, absent) VALUES (?, ?, ?, ?, ?, ?)"
        self.connection.executemany(query, rows)

    def releases(self, *, process: bytes | None = None, shown: bytes | None = None) -> list[ProvenRelease]:
        """The releases of a process, in order; or those of which this must be shown."""
        query = "SELECT digest, sequence, name, shown, absent, number, process FROM releases "
        query += "WHERE shown = ? ORDER BY number" if process is None else "WHERE process = ? ORDER BY number"
        value = shown if process is None else process
        return [ProvenRelease(*row) for row in self.connection.execute(query, (value,))]

    def all_releases(self) -> Iterator[ProvenRelease]:
        """Every release, process by process as they were proven."""
        query = "SELECT digest, sequence, name, shown, absent, number, process FROM releases ORDER BY number"
        for row in self.connection.execute(query):
            yield ProvenRelease(*row)

    def keep_observation(self, organisation: bytes, digest: bytes, findings: list[dict[str, Any]] | None) -> None:
        """What a pull's document says it found; None for a document that nobody gave or that cannot be read."""
        text = None if findings is None else json.dumps(findings, ensure_ascii=False)
        self.connection.execute("INSERT OR REPLACE INTO observations VALUES (?, ?, ?)", (organisation, digest, text))

    def observations(self) -> Iterator[tuple[bytes, bytes, list[dict[str, Any]] | None]]:
        """Organisation, digest of the document, findings."""
        query = "SELECT organisation, digest, findings FROM observations"
        for organisation, digest, text in self.connection.execute(query):
            yield organisation, digest, None if text is None else json.loads(text)

    def node_head(self, process: bytes) -> NodeHead | None:
        """As far as a node's acts of the process were folded."""
        query = "SELECT id, block, acts, head FROM node_heads WHERE id = ?"
        row = self.connection.execute(query, (process,)).fetchone()
        return None if row is None else NodeHead(*row)

    def keep_node_head(self, head: NodeHead) -> None:
        """In the place of what was there before."""
        values = (head.process, head.place, head.acts, head.head)
        self.connection.execute("INSERT OR REPLACE INTO node_heads VALUES (?, ?, ?, ?)", values)

    def differing_heads(self) -> Iterator[tuple[NodeHead, ProvenProcess | None]]:
        """Processes of which a node has other acts than were proven, or which nobody proved."""
        query = (
            "SELECT node_heads.id, node_heads.block, node_heads.acts, node_heads.head FROM node_heads "
            "LEFT JOIN processes USING (id) WHERE processes.head IS NULL OR processes.head != node_heads.head"
        )
        for row in self.connection.execute(query):
            yield NodeHead(*row), self.process(row[0])

    def count(self, table: str) -> int:
        """How many rows a table has."""
        found: int = self.connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 - own names
        return found

    def is_empty(self) -> bool:
        """Whether nothing is in it but what it is of."""
        tables = ("trees", "leaves", "organisations", "processes", "observations", "node_heads")
        return not any(map(self.count, tables)) and self.count("positions") <= 1

    def keep_note(self, note: bytes) -> str:
        """Keep a signed checkpoint as a file, which convicts whoever signed it; the file's name."""
        name = hashlib.sha256(note).hexdigest()[:32] + ".txt"
        (self.folder / NOTES).mkdir(exist_ok=True)
        (self.folder / NOTES / name).write_bytes(note)
        return f"{NOTES}/{name}"


@contextmanager
def opened(folder: Path, subject: dict[str, str]) -> Iterator[Book]:
    """The book in a folder, a new one if there is none. ``subject`` says what is audited: a folder of another audit
    would mix two histories.

    A folder that was made for an audit which failed before it proved anything is taken away again. Raises
    AuditFolderUnusable, also while another audit goes on in it.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AuditFolderUnusable(folder=folder, reason="another audit goes on in it") from None
        try:
            connection = sqlite3.connect(folder / BOOK, isolation_level=None)
        except sqlite3.Error as error:
            raise AuditFolderUnusable(folder=folder, reason=str(error)) from error
        book, is_waste = None, False
        try:
            book = _prepared(folder, connection, subject)
            yield book
        except sqlite3.DatabaseError as error:
            raise AuditFolderUnusable(folder=folder, reason=str(error)) from error
        except BaseException:
            is_waste = bool(made) and book is not None and book.is_empty()
            raise
        finally:
            connection.close()
            if is_waste:
                _take_away(made)


def _take_away(made: Sequence[Path]) -> None:
    """The folder and those above it that were made with it, as long as nothing else lies in them."""
    for name in (BOOK, f"{BOOK}-wal", f"{BOOK}-shm", LOCK):
        (made[0] / name).unlink(missing_ok=True)
    with suppress(OSError):
        for folder in made:
            folder.rmdir()


def _prepared(folder: Path, connection: sqlite3.Connection, subject: dict[str, str]) -> Book:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    book = Book(folder, connection)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
    elif version != _VERSION:
        raise AuditFolderUnusable(folder=folder, reason=f"its book has the version {version}, not {_VERSION}")
    known = book.position("subject")
    if known is None:
        book.set_position("subject", subject)
    elif known != subject:
        told = ", ".join(f"{name} {known.get(name)}" for name in subject if known.get(name) != subject[name])
        raise AuditFolderUnusable(folder=folder, reason=f"it is of another audit: {told}")
    return book
