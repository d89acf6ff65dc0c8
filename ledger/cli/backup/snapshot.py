"""A consistent picture of a home that may be in use.

What was answered must be whole in the copy: a release is durable in state and store *before* its act is signed, so
the chain is copied first, then the state, then the store; the copy may know a release whose act it does not know
(harmless), never the reverse. SQLite copies itself while others write (https://www.sqlite.org/backup.html). The mark
of answered commits is copied before the chain's database, since the chain refuses a database that is behind it.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ledger.errors import BackupIncomplete
from ledger.settings import Settings

LEFT_OUT: Final = frozenset({"lock", "node.json"})
"""Files of the running process, worth nothing later."""


@contextmanager
def snapshot(settings: Settings) -> Iterator[dict[str, Path]]:
    """Yields the file to read for each path of the backup; the copies vanish at the end.

    The index is left out: it is made again. Raises ``BackupIncomplete`` where state or store lie outside the home, for
    those have a backup of their own that this one could not be consistent with.
    """
    _refuse_parts_outside(settings)
    # Below the home, so that copies of confidential data have the home's permissions and never lie in /tmp.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.home) as folder:
        copies = Path(folder)
        sources = {name: settings.home / name for name in ("siegel.toml", "deployment.json")}
        sources |= _files(settings.home, settings.keys_dir)
        sources |= _chain(settings, copies)
        for database in sorted(settings.home.glob("*.sqlite")):
            # The state, and the book of nonces. The index is made again.
            if database.name != "index.sqlite":
                sources[database.name] = _copy_database(database, copies / database.name)
        sources |= _files(settings.home, settings.store_dir)
        yield {path: source for path, source in sorted(sources.items()) if source.exists()}


def _refuse_parts_outside(settings: Settings) -> None:
    if not settings.store_dir.is_relative_to(settings.home):
        raise BackupIncomplete(why=f"the store lies outside of it ({settings.store_dir})")
    if settings.state_url != f"sqlite:///{settings.home / 'state.sqlite'}":
        raise BackupIncomplete(why="its state lies in a database of its own; save both with that database's tools")


def _chain(settings: Settings, copies: Path) -> dict[str, Path]:
    if not settings.chain_dir.exists():
        return {}
    found: dict[str, Path] = {}
    files = [f for f in sorted(settings.chain_dir.iterdir()) if f.is_file() and f.name not in LEFT_OUT]
    for file in files:
        if not file.name.endswith((".sqlite", "-wal", "-shm", ".new")):
            copy = copies / f"chain.{file.name}"
            copy.write_bytes(file.read_bytes())
            found[f"chain/{file.name}"] = copy
    for file in files:
        if file.suffix == ".sqlite":
            found[f"chain/{file.name}"] = _copy_database(file, copies / f"chain.{file.name}")
    return found


def _files(home: Path, folder: Path) -> dict[str, Path]:
    if not folder.exists():
        return {}
    return {
        file.relative_to(home).as_posix(): file
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith((".new", ".part", ".tmp"))
    }


def _copy_database(source: Path, copy: Path) -> Path:
    """One consistent state of the database, with all that was committed when the copy began."""
    try:
        uri = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as reader, closing(sqlite3.connect(copy)) as writer:
            reader.backup(writer)
            problem = writer.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise BackupIncomplete(why=f"{source.name}: {error}") from error
    if problem != "ok":
        raise BackupIncomplete(why=f"{source.name}: {problem}")
    return copy
