"""The index database: opening, migrating, reading and writing transactions, the digest of its content."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from ledger.errors import IndexFromLaterVersion, IndexUnreachable, SiegelError
from ledger.index import schema, search_index
from ledger.index.answer_cache import AnswerCache
from ledger.index.rows import IndexStatus
from ledger.store.database_failures import database_url, naming_failures

if TYPE_CHECKING:
    from ledger.chain.client import Chain

MIGRATIONS = Path(__file__).parent / "migrations"
WRITE_LOCK = 0x5E1E6E1  # PostgreSQL advisory lock of whoever writes to the index
BUSY = 30_000  # milliseconds that SQLite waits for another writer
WRITER_CACHE = 12 * 1_024  # KiB that SQLite may hold of the tables: digests are inserted all over their trees
PATIENCE = 1_000  # milliseconds that emptying the log waits for readers, and keeps writers waiting


class Index:
    """An open index, on SQLite or PostgreSQL; safe to use from many threads, one writer at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = threading.Lock()
        self._watching = threading.Lock()
        self._watch: Any = None
        self._kept: list[AnswerCache[Any]] = []

    @classmethod
    def open(cls, url: str) -> Index:
        """Open the index at a SQLAlchemy ``url`` and bring its schema up to date (Alembic).

        A missing SQLite file is made. Raises ``IndexFromLaterVersion``, ``SettingInvalid``.
        """
        engine = _engine(url)
        index = cls(engine)
        try:
            with index.writing() as connection:
                _migrate(connection)
        except BaseException:
            engine.dispose()
            raise
        return index

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the index; nothing can be written. Raises ``IndexUnreachable``."""
        with naming_failures("index", IndexUnreachable), self._engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start, so what it reads stays true until it commits.

        All of it is there after a crash, or nothing. Raises ``IndexUnreachable``.
        """
        with (
            self._writing,
            naming_failures("index", IndexUnreachable),
            self._engine.connect().execution_options(siegel_write=True) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(WRITE_LOCK)))
            yield connection
        for kept in self._kept:
            kept.clear()  # at once: what was erased is in memory no longer than in the index

    @property
    def is_here(self) -> bool:
        """Whether the index lies in this machine's files, so that ``position`` waits for nobody."""
        return self._engine.dialect.name == "sqlite"

    def position(self) -> Hashable:
        """Equal to an earlier one only if nothing was committed in between, by whatever process: then every reader sees
        what readers saw then. Where the database cannot be asked it is equal to no other.

        SQLite counts what others commit (PRAGMA data_version) and what a connection does itself; PostgreSQL names the
        transactions that a snapshot sees, and equal ones see the same.
        """
        with self._watching:
            try:
                if self._watch is None:
                    self._watch = self._engine.raw_connection()
                    if not self.is_here:
                        self._watch.driver_connection.autocommit = True
                driver = self._watch.driver_connection
                if self.is_here:
                    return driver.execute("PRAGMA data_version").fetchone()[0], driver.total_changes
                return driver.execute("SELECT pg_current_snapshot()::text").fetchone()[0]  # type: ignore[no-any-return]
            except (DBAPIError, self._engine.dialect.loaded_dbapi.Error):
                self._stop_watching()
                return object()

    def keep(self, kept: AnswerCache[Any]) -> None:
        """Let go of what is kept there whenever something is written here."""
        self._kept.append(kept)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.invalidate()
            self._watch = None

    def forget(self) -> bool:
        """Drop what the database keeps of deleted rows besides its tables; ``False`` if a reader is in the way.

        SQLite overwrites what is deleted (``secure_delete``), but keeps copies in the index of words, which is merged,
        and in its write-ahead log, which is emptied. PostgreSQL vacuums the tables: their room is used again, but not
        overwritten before. Raises ``IndexUnreachable``.
        """
        with self.writing() as connection:
            search_index.forget(connection)
        with (
            self._writing,
            naming_failures("index", IndexUnreachable),
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            if connection.dialect.name == "sqlite":
                connection.execute(text(f"PRAGMA busy_timeout={PATIENCE}"))
                try:
                    return not connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one().busy
                finally:
                    connection.execute(text(f"PRAGMA busy_timeout={BUSY}"))
            connection.execute(text("VACUUM " + ", ".join(table.name for table in schema.OF_RELEASES)))
            return True

    def status(self, chain: Chain | None = None, *, told: Callable[[SiegelError], str] = str) -> IndexStatus:
        """How far the index is, and how far behind the head of ``chain`` if one is given.

        A chain that cannot be asked leaves the head unknown and its failure, as ``told``, in ``last_error``.
        """
        head_block = head_time = error = None
        if chain is not None:
            try:
                head = chain.block(chain.block_number())
                head_block, head_time = head.number, head.time
            except SiegelError as failure:
                error = told(failure)
        with self.reading() as connection:
            place = connection.execute(select(schema.cursor)).one_or_none()
        number = place.block_number if place else None
        time = place.block_time if place else None
        lag_blocks = None if head_block is None or number is None else max(0, head_block - number)
        lag_seconds = None if head_time is None or time is None else max(0, head_time - time)
        return IndexStatus(
            chain_id=place.chain_id if place else None,
            ledger=place.ledger if place else None,
            indexed_block=number,
            indexed_time=time,
            head_block=head_block,
            head_time=head_time,
            lag_blocks=lag_blocks,
            lag_seconds=lag_seconds,
            processes=place.processes if place else 0,
            acts=place.acts if place else 0,
            releases=place.releases if place else 0,
            problems=place.problems if place else 0,
            last_error=error,
        )

    def digest(self) -> bytes:
        """SHA-256 over acts and derived tables, the same for the same chain and store however they were built."""
        content = hashlib.sha256()
        with self.reading() as connection:
            for table in (schema.acts, *schema.DERIVED):
                content.update(table.name.encode() + b"\n")
                for row in rows_in_order(connection, table):
                    content.update(orjson.dumps([_plain(value) for value in row]) + b"\n")
        return content.digest()

    def close(self) -> None:
        """Let go of all connections."""
        with self._watching:
            self._stop_watching()
        self._engine.dispose()


def rows_in_order(connection: Connection, table: Any, *where: Any) -> Iterator[Any]:
    """The rows of a table by primary key. Keys are bytes and numbers, and for lookup ASCII names, which both databases
    order alike; text in another collation would not be."""
    keys = [
        column.collate("C" if connection.dialect.name == "postgresql" else "BINARY")
        if column.name == "kind"
        else column
        for column in table.primary_key.columns
    ]
    query = select(table).where(*where).order_by(*keys)
    return iter(connection.execution_options(yield_per=1000).execute(query))


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes | memoryview) else value


def _engine(url: str) -> Engine:
    parsed = database_url(url, "index_url")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    memory = parsed.database in (None, "", ":memory:")
    if not memory:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"check_same_thread": False, "timeout": BUSY / 1_000},
        **({"poolclass": StaticPool} if memory else {}),
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself: we do, see below
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")  # a lost tail is read again from the chain
        connection.execute("PRAGMA secure_delete=ON")  # what was erased must not live on in free pages

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns writer half-way may fail with "database is locked"; a writer locks from the start.
        immediate = connection.get_execution_options().get("siegel_write")
        if immediate:
            connection.exec_driver_sql(f"PRAGMA cache_size=-{WRITER_CACHE}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        raise IndexFromLaterVersion(schema=found) from error
