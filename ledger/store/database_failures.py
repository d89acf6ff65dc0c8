"""Naming what goes wrong with a database or its address, the same for state and index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import psycopg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from ledger.errors import DatabaseDamaged, DatabaseFailed, DatabaseFull, DatabaseLocked, SettingInvalid, SiegelError

_OF_SQLITE: Final[Mapping[int, type[SiegelError]]] = MappingProxyType(
    {
        sqlite3.SQLITE_FULL: DatabaseFull,
        sqlite3.SQLITE_BUSY: DatabaseLocked,
        sqlite3.SQLITE_LOCKED: DatabaseLocked,
        sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
        sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    }
)
_OF_POSTGRESQL: Final[Mapping[str, type[SiegelError]]] = MappingProxyType(
    {
        "53100": DatabaseFull,  # disk_full
        "55P03": DatabaseLocked,  # lock_not_available
        "40P01": DatabaseLocked,  # deadlock_detected
        "XX001": DatabaseDamaged,  # data_corrupted
        "XX002": DatabaseDamaged,  # index_corrupted
        "42P01": DatabaseDamaged,  # undefined_table
    }
)
# Connection exceptions, refused accounts, unknown databases, too many connections, shutting down or starting.
_NO_CONNECTION: Final = ("08", "28", "3D", "53300", "57P")


def database_url(url: str, setting: str) -> URL:
    """The address of a database that this software can talk to. Raises ``SettingInvalid``.

    Its own words are not told: they quote what was taken for a port or a host, perhaps a part of a password.
    """
    try:
        parsed = make_url(url)
        parsed.get_dialect().import_dbapi()
    except (ArgumentError, ValueError, ImportError):
        parsed = None
    # An at sign in the host: a password was not escaped.
    if parsed is None or "@" in (parsed.host or ""):
        raise SettingInvalid(
            setting=setting, why="expected is sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME"
        )
    return parsed


@contextmanager
def naming_failures(database: str, unreachable: type[SiegelError]) -> Iterator[None]:
    """``unreachable`` where no connection can be made or it is lost, else what the database says of itself.

    A statement that is wrong stays what it is: that is no failure of the database.
    """
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]  # its own words can be long
        failure = _failure(error)
        if failure is None:
            raise
        if failure is SiegelError:
            raise unreachable(reason=reason) from error
        raise failure(database=database, reason=reason) from error


def _failure(error: DBAPIError) -> type[SiegelError] | None:
    """The name; ``SiegelError`` stands for there being no connection, ``None`` for a wrong statement."""
    cause = error.orig
    if isinstance(error, InterfaceError) or error.connection_invalidated:
        return SiegelError
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate
        if state is None:
            return SiegelError if isinstance(error, OperationalError) else None
        found = SiegelError if state.startswith(_NO_CONNECTION) else _OF_POSTGRESQL.get(state)
        return found or (DatabaseFailed if isinstance(error, OperationalError) else None)
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_CANTOPEN:
        return SiegelError
    if code == sqlite3.SQLITE_ERROR:
        return DatabaseDamaged if str(cause).startswith("no such table") else None
    return _OF_SQLITE.get(code) or (DatabaseFailed if isinstance(error, OperationalError) else None)
