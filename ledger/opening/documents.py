"""Documents of opened bids on the disk, under their numbers (``docs/opening.md``)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from ledger.durable import sync
from ledger.opening.opened import document_path
from ledger.sealing.bid import Document


class Documents:
    """The documents of one bid. They lie aside until ``keep``: before its end nothing of a content is certain."""

    def __init__(self, folder: Path, bid: int) -> None:
        self._place = folder / "documents" / str(bid)
        self._aside, self._bid = folder / "unproven", bid

    def sink(self, document: Document) -> BinaryIO:
        """Where the bytes of a document go."""
        path = document_path(self._aside, self._bid, document.name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def keep(self) -> None:
        """The bid is what it was committed to: its documents take their place, durably."""
        shutil.rmtree(self._place, ignore_errors=True)
        written = self._aside / "documents" / str(self._bid)
        if written.exists():
            for path in written.iterdir():
                sync(path)
            sync(written)
            self._place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            written.rename(self._place)
            sync(self._place.parent)
        self.drop()

    def drop(self) -> None:
        """Nothing of the bid is believed."""
        shutil.rmtree(self._aside, ignore_errors=True)
