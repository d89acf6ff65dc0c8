"""The file of a backup until it is known to be good, and what is left of one that was cut off."""

from __future__ import annotations

import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from ledger.durable import sync
from ledger.errors import BackupExists

_DRAFT: Final = re.compile(r".+\.[0-9a-f]{8}\.part")
_DAY: Final = 86400


def new_draft(file: Path) -> Path:
    """A name beside ``file`` that no other backup has, also one to the same file at the same time."""
    return file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")


def publish(draft: Path, file: Path) -> None:
    """Gives a finished draft its name, durably. Raises ``BackupExists``; nothing is written over."""
    try:
        # Links would refuse an existing name, too, but many a removable disk has none.
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise BackupExists(path=file) from None
    draft.replace(file)
    sync(file.parent)


def left_over(folder: Path) -> list[Path]:
    """Drafts of which nobody has written anything for a day: their backups were cut off."""
    found: list[Path] = []
    for path in sorted(folder.glob("*.part")):
        # One that is gone by now belonged to a backup that has just ended.
        with suppress(FileNotFoundError):
            if _DRAFT.fullmatch(path.name) and path.stat().st_mtime < time.time() - _DAY:
                found.append(path)
    return found
