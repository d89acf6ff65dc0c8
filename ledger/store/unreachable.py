"""Naming the failure of a database that does not answer, the same for state and index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import InterfaceError, OperationalError

from ledger.errors import SiegelError


@contextmanager
def unreachable_as(failure: type[SiegelError]) -> Iterator[None]:
    """A database that is not there, or goes away, is a ``failure`` with a reason; its own words can be long."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise failure(reason=str(error.orig).partition("\n")[0]) from error
