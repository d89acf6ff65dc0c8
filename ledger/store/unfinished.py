"""What an import was about to keep when it was interrupted, found and taken out again.

Objects become durable before the rows that name them. If the process ends in between, nothing names them, and an
original that holds names would lie there for good. So the digests are noted first: ``FOLDER/unfinished/`` holds one
file for each batch under way, locked by whoever writes it, and gone once the rows are there.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from sqlalchemy import select

from ledger.durable import sync
from ledger.store.durable_files import make_folders
from ledger.store.objects import ObjectStore
from ledger.store.state import State
from ledger.store.tables import imports, salts

_FOLDER = "unfinished"
_DIGEST_LENGTH = 32


@contextmanager
def noted(store: ObjectStore, digests: Iterable[bytes]) -> Iterator[None]:
    """Notes, durably, that these objects are about to be stored and named; forgets it when the block is left.

    An exception leaves the note: whether the rows were written is then for ``clear_unfinished`` to find out.
    """
    folder = store.folder / _FOLDER
    make_folders([folder])
    path = folder / secrets.token_hex(16)
    with path.open("xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(b"".join(digests))
        file.flush()
        os.fsync(file.fileno())
        sync(folder)
        yield
        path.unlink()


def clear_unfinished(store: ObjectStore, state: State) -> int:
    """Takes out the objects of batches that nobody works on any more and no row names; how many they were."""
    cleared = 0
    folder = store.folder / _FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        with path.open("rb") as file:
            if not _abandoned(file):
                continue
            content = file.read()
            # A note that was cut off while it was written lists what nobody has begun to store.
            digests = [content[at : at + _DIGEST_LENGTH] for at in range(0, len(content), _DIGEST_LENGTH)]
            for digest in digests:
                if not _named(state, digest) and store.exists(digest):
                    store.discard(digest)
                    cleared += 1
            path.unlink(missing_ok=True)
    return cleared


def _abandoned(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _named(state: State, digest: bytes) -> bool:
    with state.reading() as connection:
        by_salt = connection.execute(select(salts.c.digest).where(salts.c.digest == digest)).first()
        by_report = connection.execute(select(imports.c.number).where(imports.c.report_digest == digest)).first()
    return by_salt is not None or by_report is not None
