"""The state database: what is not on the chain and cannot be derived from it.

SQLite for one machine, PostgreSQL for many. A change is durable when ``writing`` is left: SQLite runs in WAL mode with
``synchronous=FULL``, and ``secure_delete`` overwrites what is erased.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, func, select, text

from ledger.errors import StateBusy, StateOutdated, StateUnreachable
from ledger.store.database_failures import database_url, naming_failures

_WRITING = "siegel_writing"
_WRITERS = 0x736965676C  # names the writers' lock of PostgreSQL: "siegl"


class State:
    """One state database, given by its SQLAlchemy address, such as ``sqlite:////home/siegel/state.sqlite``.

    Raises ``SettingInvalid`` for an address that is none.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    def migrate(self) -> None:
        """Bring the database to the format of this software; creates it if it is empty."""
        with naming_failures("state", StateUnreachable), self.engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def check(self) -> None:
        """Raise StateOutdated unless the database has exactly the format of this software."""
        with self.reading() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        needed = ScriptDirectory.from_config(_config()).get_current_head()
        if revision != needed:
            raise StateOutdated(revision=revision or "none", needed=needed)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one consistent state and changes nothing."""
        with (
            naming_failures("state", StateUnreachable),
            self.engine.connect() as connection,
            connection.begin() as transaction,
        ):
            try:
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all or nothing, durable once this block is left without an exception.

        One writer at a time, over all processes: what it read cannot change before it writes.
        """
        with (
            naming_failures("state", StateUnreachable),
            self.engine.connect().execution_options(**{_WRITING: True}) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))
            yield connection

    def forget(self) -> None:
        """Drop the copies of erased rows that the database keeps besides its tables.

        SQLite overwrites the tables themselves (``secure_delete``) and keeps copies in its write-ahead log;
        PostgreSQL keeps dead rows until they are vacuumed, and its own log until it is recycled. Raises ``StateBusy``
        if a reader of SQLite keeps the log from being emptied for longer than a writer waits.
        """
        with (
            naming_failures("state", StateUnreachable),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            if self.engine.dialect.name == "sqlite":
                busy, _, _ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
                if busy:
                    raise StateBusy()
            else:
                connection.execute(text("VACUUM disclosures, sources, salts"))

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _engine(url: str) -> Engine:
    engine = create_engine(database_url(url, "state_url"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Python's driver would begin transactions late and silently; _begin_sqlite does it instead.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=30000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once; upgrading a read transaction later could fail half-way.
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
