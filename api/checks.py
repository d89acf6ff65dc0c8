"""Checks of one process against the chain, made once for all who read its page in the same few seconds."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import ObjectErased, ObjectMissing, SiegelError
from ledger.index.check import Difference
from ledger.index.queries import Queries
from ledger.store import ObjectStore

KEPT_SECONDS: Final = 5.0
KEPT: Final = 200
_STRIPES: Final = 16

Check = Callable[[bytes], Sequence[Difference]]
Files = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    until: float
    files: Files
    differences: Sequence[Difference]
    failure: SiegelError | None


class Checks:
    """Makes a check at most once in ``seconds`` for each process, and at once where a stored file was touched.

    A check reads a head from the chain and every release of the process; without this one visitor who reloads a page
    keeps a worker busy, and a node that hangs keeps all of them. Failures are kept as findings are.
    """

    def __init__(self, check: Check, queries: Queries, store: ObjectStore, *, seconds: float = KEPT_SECONDS) -> None:
        self._check, self._queries, self._store, self._seconds = check, queries, store, seconds
        self._kept: OrderedDict[bytes, _Finding] = OrderedDict()
        self._guard = threading.Lock()
        # Readers of the same page wait for the one who checks, instead of checking as well.
        self._stripes = tuple(threading.Lock() for _ in range(_STRIPES))

    def of(self, process_id: bytes) -> Sequence[Difference]:
        """What differs; raises what the check raised."""
        with self._stripes[process_id[-1] % _STRIPES]:
            files = self._files(process_id)
            with self._guard:
                finding = self._kept.get(process_id)
            if finding is None or finding.until < time.monotonic() or finding.files != files:
                finding = self._made(process_id, files)
        if finding.failure is not None:
            raise type(finding.failure)(**finding.failure.values)
        return finding.differences

    def _made(self, process_id: bytes, files: Files) -> _Finding:
        differences: Sequence[Difference] = ()
        failure = None
        try:
            differences = self._check(process_id)
        except SiegelError as error:
            failure = error
        finding = _Finding(time.monotonic() + self._seconds, files, differences, failure)
        with self._guard:
            self._kept[process_id] = finding
            self._kept.move_to_end(process_id)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return finding

    def _files(self, process_id: bytes) -> Files:
        return tuple(self._file(release.digest) for release in self._queries.releases(process_id))

    def _file(self, digest: bytes) -> tuple[int, int, int] | None:
        try:
            found = self._store.path(digest).stat()
        except (ObjectMissing, ObjectErased, FileNotFoundError):
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
