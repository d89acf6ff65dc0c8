"""Naming the failure of a database that cannot be reached, the same for state and index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError

from ledger.errors import SettingInvalid, SiegelError


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
def unreachable_as(failure: type[SiegelError]) -> Iterator[None]:
    """A database that is not there, or goes away, is a ``failure`` with a reason; its own words can be long."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise failure(reason=str(error.orig).partition("\n")[0]) from error
