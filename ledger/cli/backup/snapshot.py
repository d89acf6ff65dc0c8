"""A consistent picture of a home that may be in use.

What was answered must be whole in the copy: a release is durable in state and store *before* its act is signed, so
the chain is copied first, then the state, then the store; the copy may know a release whose act it does not know
(harmless), never the reverse. SQLite copies itself while others write (https://www.sqlite.org/backup.html). The mark
of answered commits is copied before the chain's database, since the chain refuses a database that is behind it.

Objects never change, so a second name (a hard link) is all that keeps one as it is until it is in the backup. What is
erased meanwhile is in the picture or its tombstone is, as with any erasure just before or after a backup.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from ledger.errors import BackupIncomplete
from ledger.settings import Settings

LEFT_OUT: Final = frozenset({"lock", "node.json"})
"""Files of the running process, worth nothing later."""
_PREFIX: Final = ".backup-"


@contextmanager
def picture_of(settings: Settings) -> Iterator[dict[str, Path]]:
    """Yields the file to read for each path of the backup; the copies vanish at the end.

    The index is left out: it is made again. Raises ``BackupIncomplete`` where state or store lie outside the home, for
    those have a backup of their own that this one could not be consistent with.
    """
    _refuse_parts_outside(settings)
    with _folder_for_copies(settings.home) as copies:
        sources = _small_files(settings, copies)
        sources |= _chain(settings, copies)
        sources |= _state_and_store(settings, copies)
        sources |= _logs(settings, copies)
        yield dict(sorted(sources.items()))


def _refuse_parts_outside(settings: Settings) -> None:
    if not settings.store_dir.is_relative_to(settings.home):
        raise BackupIncomplete(why=f"the store lies outside of it ({settings.store_dir})")
    if settings.state_url != f"sqlite:///{settings.home / 'state.sqlite'}":
        raise BackupIncomplete(why="its state lies in a database of its own; save both with that database's tools")


@contextmanager
def _folder_for_copies(home: Path) -> Iterator[Path]:
    """Below the home, so that copies of confidential data have the home's permissions and never lie in /tmp.

    What a killed backup left may hold things erased since, so the next one removes it, unless another one is at work.
    """
    with (home / "backup.lock").open("w") as lock:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in home.glob(f"{_PREFIX}*"):
                shutil.rmtree(left)
        # Several backups may be at work; each waits here only while another one cleans up.
        fcntl.flock(lock, fcntl.LOCK_SH)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=home) as folder:
            yield Path(folder)


def _small_files(settings: Settings, copies: Path) -> dict[str, Path]:
    """Settings, deployment and keys, which people may change meanwhile, what a custodian remembers and what was opened;
    never the passphrase that opens the keys."""
    found: dict[str, Path] = {}
    secret = settings.passphrase_file
    kept = (each for name in ("custodian", "opened") for each in (settings.home / name).rglob("*"))
    for file in (settings.toml_path, settings.deployment_path, *settings.keys_dir.rglob("*"), *kept):
        if file.suffix == ".new" or file.name in LEFT_OUT or "unproven" in file.parts:
            continue
        with suppress(FileNotFoundError):
            if file.is_file() and not (secret and secret.exists() and file.samefile(secret)):
                name = file.relative_to(settings.home).as_posix()
                copy = copies / "files" / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                found[name] = shutil.copyfile(file, copy)
    return found


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


def _logs(settings: Settings, copies: Path) -> dict[str, Path]:
    """The transparency log without its private key: a restored log has ended, or it would sign a second history.

    What witnesses signed is copied first: a log that is behind it would be refused.
    """
    from ledger.evidence.log.cosignatures import CosignatureBook
    from ledger.evidence.log.folder import logs_of
    from ledger.evidence.log.writer import locked
    from ledger.evidence.timestamps import FOLDER, STAMPS

    found: dict[str, Path] = {}
    book = CosignatureBook(settings.log_dir).path
    if book.exists():
        found[f"log/{book.name}"] = _copy_database(book, copies / f"log.{book.name}")
    for log in logs_of(settings.log_dir):
        with locked(log):
            for file in log.lasting_files():
                name = file.relative_to(settings.home).as_posix()
                found[name] = _keep(file, copies / "log" / name)
    for file in (settings.log_dir / FOLDER / STAMPS).rglob("*.*"):
        name = file.relative_to(settings.home).as_posix()
        found[name] = _keep(file, copies / "log" / name)
    return found


def _state_and_store(settings: Settings, copies: Path) -> dict[str, Path]:
    """The databases (state, book of nonces), then the store.

    A release that was discarded in between, which leaves no tombstone, is still in the copied state: then all is
    taken again. What is lacking each time was lost long before, and is for the doctor to tell.
    """
    from ledger.store.objects import ObjectStore

    lacking: set[str] = set()
    while True:
        folder = Path(tempfile.mkdtemp(dir=copies))
        found = {
            database.name: _copy_database(database, folder / database.name)
            for database in sorted(settings.home.glob("*.sqlite"))
            if f"sqlite:///{database}" != settings.index_url
        }
        for file in ObjectStore(settings.store_dir).files():
            name = file.relative_to(settings.home).as_posix()
            with suppress(FileNotFoundError):
                found[name] = _keep(file, folder / name)
        found |= _envelopes(found, settings, folder)
        before, lacking = lacking, _releases(found) - {Path(name).stem for name in found}
        if lacking <= before:
            return found
        shutil.rmtree(folder)


def _envelopes(found: dict[str, Path], settings: Settings, folder: Path) -> dict[str, Path]:
    """The whole envelopes that the copied state knows; what else lies there is still being written to."""
    from ledger.store.envelopes import EnvelopeStore
    from ledger.store.state import State

    if "state.sqlite" not in found or not _has_table(found["state.sqlite"], "envelopes"):
        return {}
    kept: dict[str, Path] = {}
    with closing(State(f"sqlite:///{found['state.sqlite']}")) as state:
        for file in EnvelopeStore(settings.store_dir, state).files():
            name = file.relative_to(settings.home).as_posix()
            # One that is gone by now was never committed.
            with suppress(FileNotFoundError):
                kept[name] = _keep(file, folder / name)
    return kept


def _has_table(database: Path, name: str) -> bool:
    with closing(sqlite3.connect(database)) as state:
        return state.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def _keep(file: Path, kept: Path) -> Path:
    """Gives ``file`` a second name. Raises ``FileNotFoundError`` if it is gone."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, kept)
    except FileNotFoundError:
        raise
    except OSError:
        # The store lies on a disk of its own, or on one without links.
        shutil.copyfile(file, kept)
    return kept


def _releases(found: dict[str, Path]) -> set[str]:
    """The digests, in hex, of all releases that the copied state knows."""
    if "state.sqlite" not in found:
        return set()
    if not _has_table(found["state.sqlite"], "releases"):
        return set()
    with closing(sqlite3.connect(found["state.sqlite"])) as state:
        return {digest.hex() for (digest,) in state.execute("SELECT digest FROM releases")}


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
