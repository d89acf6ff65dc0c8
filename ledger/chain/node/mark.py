"""What keeps two processes off one chain, and what remembers how far the chain had been answered.

SQLite drops what follows a damaged place in its write-ahead log, as if it had never been: right for a torn last write,
wrong for answered data. So the number of the last answered commit is kept outside the database, too. A database that
knows fewer commits than were answered is refused.
"""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path

from ledger.errors import ChainDamaged, ChainInUse

_NUMBER_BYTES = 8


class AnsweredMark:
    """The file ``answered``: number of the last answered commit and its SHA-256, 40 bytes of one sector."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        flags = os.O_RDWR | (os.O_CREAT if create else 0)
        try:
            self._file = os.open(folder / "answered", flags, 0o600)
        except FileNotFoundError:
            raise ChainDamaged(table="answered", key="file", reason="it is missing") from None

    def read(self) -> int:
        """The number of the last answered commit; raises :class:`ChainDamaged` if the file does not hold one."""
        data = os.pread(self._file, 64, 0)
        number = data[:_NUMBER_BYTES]
        if len(data) != _NUMBER_BYTES + 32 or sha256(number).digest() != data[_NUMBER_BYTES:]:
            raise ChainDamaged(table="answered", key="file", reason="its checksum does not hold")
        return int.from_bytes(number, "big")

    def write(self, number: int, *, synced: bool = True) -> None:
        """Remember that commit ``number`` is about to be answered; it is already durable in the database."""
        data = number.to_bytes(_NUMBER_BYTES, "big")
        os.pwrite(self._file, data + sha256(data).digest(), 0)
        if synced:
            os.fdatasync(self._file)

    def hold(self) -> None:
        """Lock the file for :func:`holder` to see. Whoever holds the folder's lock waits here for a glance at most."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def close(self) -> None:
        os.close(self._file)


def holder(folder: Path) -> str | None:
    """The number of the process that has the chain in ``folder`` open, or None.

    Looks without being in the way: it never takes the lock that decides who may open the chain.
    """
    try:
        file = os.open(folder / "answered", os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return (folder / "lock").read_text(encoding="ascii", errors="replace").strip() or "?"
    finally:
        os.close(file)
    return None


class HomeLock:
    """An exclusive lock on the chain's folder; the kernel releases it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "?"
            os.close(self._file)
            raise ChainInUse(path=str(folder), process=holder) from None
        os.truncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        os.close(self._file)
