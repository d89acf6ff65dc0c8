"""What a custodian released and what it refused: JSON Lines that only grow, durable before a contribution leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ledger.durable import sync
from ledger.errors import CustodianBookUnusable


class ReleaseLog:
    """One custodian's log."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Append one line each; on the disk when this returns. Raises ``OSError``."""
        lines = b"".join(json.dumps(entry, sort_keys=True).encode() + b"\n" for entry in entries)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            # Half a line, of a crash, stays and ends here.
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                lines = b"\n" + lines
            file.write(lines)
            file.flush()
            os.fsync(descriptor)
        if is_new:
            sync(self.path.parent)

    def read(self) -> list[dict[str, Any]]:
        """All entries, the oldest first; half a line of a crash is passed over. Raises CustodianBookUnusable."""
        entries = []
        try:
            for line in self.path.read_bytes().splitlines() if self.path.exists() else ():
                try:
                    entries.append(dict(json.loads(line)))
                except ValueError:
                    continue
        except (OSError, TypeError) as error:
            raise CustodianBookUnusable(path=self.path, why=str(error)) from error
        return entries
