"""A PostgreSQL server of the tests' own: started for the session in a temporary folder, on a socket in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

PLACES = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """The folder of the socket of a running server; skips where no PostgreSQL is installed."""
    if _programs() is None:
        pytest.skip("PostgreSQL is not installed: no initdb and postgres on the path or in /usr/lib/postgresql")
    with running_server() as folder:
        yield folder


def installed() -> bool:
    """Whether there is a PostgreSQL to start."""
    return _programs() is not None


def _programs() -> tuple[str, str] | None:
    path = os.pathsep.join((os.environ.get("PATH", ""), *PLACES))
    initdb, postgres = (shutil.which(name, path=path) for name in ("initdb", "postgres"))
    return None if initdb is None or postgres is None else (initdb, postgres)


@contextmanager
def running_server(*settings: str) -> Iterator[Path]:
    """A server with an empty data folder, for as long as the context lasts; the folder of its socket.

    ``settings``: ``name=value`` besides those of the tests, which do without durability.
    """
    programs = _programs()
    assert programs is not None, "PostgreSQL is not installed"
    initdb, postgres = programs
    folder = Path(tempfile.mkdtemp(prefix="siegel-pg-"))
    try:
        # The server refuses to run as root; where tests do, it runs as the account its package made.
        identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            identity = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        command = [initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **identity)
        local = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=50")
        options = [part for setting in (*local, *settings) for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([postgres, "-D", str(data), *options], stderr=log, cwd=folder, **identity)
        try:
            _wait(server, folder)
            yield folder
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown
            server.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Path) -> Iterator[str]:
    """The SQLAlchemy address of a new, empty database."""
    yield next(new_databases(postgres_server))


@pytest.fixture
def new_postgres(postgres_server: Path) -> Callable[[], str]:
    """Makes new, empty databases and gives their addresses."""
    databases = new_databases(postgres_server)
    return lambda: next(databases)


def new_databases(folder: Path) -> Iterator[str]:
    """The SQLAlchemy addresses of new, empty databases, one at a time."""
    while True:
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(_address(folder, "postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        yield f"postgresql+psycopg://postgres@/{name}?host={folder}"


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    while True:
        try:
            psycopg.connect(_address(folder, "postgres")).close()
        except psycopg.OperationalError:
            if server.poll() is not None:
                pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)
        else:
            return


def _address(folder: Path, database: str) -> str:
    return f"host={folder} user=postgres dbname={database}"
