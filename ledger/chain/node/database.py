"""SQLite as the chain uses it: how its file is opened, and what its complaints mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from ledger.chain.node.schema import SCHEMA
from ledger.errors import ChainClosed, ChainDamaged, ChainStorageFailed

DATABASE = "chain.sqlite"
"""The file's name in the chain's folder."""

_TOO_LARGE = ("too many", "Expression tree is too large", "parser stack overflow")

SCHEMA_FOUND = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"


@contextmanager
def damage_named(table: str) -> Iterator[None]:
    """Turn what SQLite says about a broken file into :class:`ChainDamaged`, other failures of it into their name."""
    try:
        yield
    except sqlite3.ProgrammingError as error:
        raise ChainClosed() from error
    except sqlite3.OperationalError as error:
        # Python's own complaints (text that is no UTF-8) carry no name.
        name = getattr(error, "sqlite_errorname", "SQLITE_CORRUPT")
        # SQLITE_ERROR says that a table, column or index is gone, but also that a question is too large for it.
        gone = name.startswith("SQLITE_ERROR") and not str(error).startswith(_TOO_LARGE)
        if gone or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise ChainDamaged(table=table, key="file", reason=str(error)) from error
        raise ChainStorageFailed(reason=str(error)) from error
    except sqlite3.DataError as error:
        raise ChainStorageFailed(reason=str(error)) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise ChainDamaged(table=table, key="file", reason=str(error)) from error


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection that syncs every commit and looks hard at every page."""
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    with damage_named("meta"):
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA synchronous = FULL")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
    return connection


def shown(key: object) -> str:
    """A row's key as it stands in a message."""
    return "0x" + key.hex() if isinstance(key, bytes) else str(key)


@cache
def expected_schema() -> list[tuple[str, ...]]:
    """What SQLite says about the tables of an undamaged database when asked :data:`SCHEMA_FOUND`."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        return connection.execute(SCHEMA_FOUND).fetchall()
