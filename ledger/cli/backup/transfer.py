"""Moving a home through encryption into a file and back, without a plain copy of the whole on the way."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ledger.cli.backup.archive import CHUNK, Contents, read_archive, write_archive
from ledger.cli.backup.encryption import Key
from ledger.errors import BackupDiffers, BackupUnreadable


def seal(path: Path, key: Key, contents: Contents, sources: Mapping[str, Path]) -> None:
    """Writes the encrypted archive at ``path``, durably."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as sealed:
        with _pipe(lambda plain: write_archive(plain, contents, sources)) as plain:
            key.encrypt(plain, sealed)
        sealed.flush()
        os.fsync(sealed.fileno())


def verify(path: Path, key: Key, expected: Contents) -> None:
    """Reads the file at ``path`` back. Raises ``BackupDiffers``, ``BackupUnreadable``."""
    with path.open("rb") as sealed, _pipe(lambda plain: key.decrypt(sealed, plain)) as plain:
        for found in read_archive(plain, path):
            if isinstance(found, Contents):
                if found != expected:
                    raise BackupDiffers(entry="backup.json", expected="the list written", got="another")
            else:
                while found[1].read(CHUNK):
                    pass
        _exhaust(plain)


def unpack(path: Path, key: Key, home: Path) -> Contents:
    """Writes every entry below ``home``. Raises ``BackupDiffers``, ``BackupUnreadable``."""
    contents: Contents | None = None
    try:
        with path.open("rb") as sealed, _pipe(lambda plain: key.decrypt(sealed, plain)) as plain:
            for found in read_archive(plain, path):
                if isinstance(found, Contents):
                    contents = found
                    continue
                entry, content = found
                target = home / entry.path
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with target.open("xb") as file:
                    target.chmod(0o600)
                    shutil.copyfileobj(content, file, CHUNK)
            _exhaust(plain)
    except FileNotFoundError as error:
        raise BackupUnreadable(path=path, why=str(error)) from error
    assert contents is not None  # read_archive yields the list or raises
    return contents


@contextmanager
def _pipe(write: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """Runs ``write`` in a thread and gives what it writes; its failure is raised here, before one that it caused."""
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(write_end, "wb") as file:
                write(file)
        except BaseException as error:  # noqa: BLE001 - raised again in the reader's thread
            failures.append(error)

    thread = threading.Thread(target=run, name="backup")
    thread.start()
    try:
        with os.fdopen(read_end, "rb") as file:
            yield file
    except BaseException:
        thread.join()
        # A reader that stops early breaks the writer's pipe; only what failed on its own is the cause.
        if failures and not isinstance(failures[0], BrokenPipeError):
            raise failures[0] from None
        raise
    thread.join()
    if failures:
        raise failures[0]


def _exhaust(plain: IO[bytes]) -> None:
    # age authenticates the last piece only when it is read: an archive's end is not yet the file's end.
    while plain.read(CHUNK):
        pass
