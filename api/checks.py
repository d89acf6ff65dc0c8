"""Checks of one process against the chain, made once for all who read its page in the same few seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import ObjectErased, ObjectMissing, ProcessUnknown, SiegelError
from ledger.index.check import Difference, DifferenceKind
from ledger.index.queries import Queries
from ledger.store import ObjectStore

log = logging.getLogger(__name__)

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
    keeps a worker busy, and a node that hangs keeps all of them. Failures are kept as findings are. Which processes
    differ is remembered until a check finds that they no longer do.
    """

    def __init__(self, check: Check, queries: Queries, store: ObjectStore, *, seconds: float = KEPT_SECONDS) -> None:
        self._check, self._queries, self._store, self._seconds = check, queries, store, seconds
        self._kept: OrderedDict[bytes, _Finding] = OrderedDict()
        self._differing: dict[bytes, None] = {}
        self._guard = threading.Lock()
        # Readers of the same page wait for the one who checks, instead of checking as well.
        self._stripes = tuple(threading.Lock() for _ in range(_STRIPES))

    @property
    def differing(self) -> tuple[bytes, ...]:
        """The processes of which the last check that could be made found something altered, in the order of finding."""
        with self._guard:
            return tuple(self._differing)

    def differs(self, process_id: bytes) -> bool:
        """Whether the process is one of them."""
        with self._guard:
            return process_id in self._differing

    def of(self, process_id: bytes) -> Sequence[Difference]:
        """What differs; raises what the check raised."""
        with self._stripes[process_id[-1] % _STRIPES]:
            files = self.files(process_id)
            with self._guard:
                finding = self._kept.get(process_id)
            if finding is None or finding.until < time.monotonic() or finding.files != files:
                finding = self._made(process_id, files)
        if finding.failure is not None:
            raise type(finding.failure)(**finding.failure.values)
        return finding.differences

    def files(self, process_id: bytes) -> Files:
        """What tells whether a stored file of the process was touched."""
        return tuple(self._file(release.digest) for release in self._queries.releases(process_id))

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
            self._remember(process_id, finding)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return finding

    def _remember(self, process_id: bytes, finding: _Finding) -> None:
        if any(each.kind is not DifferenceKind.ROW_OUTDATED for each in finding.differences):
            if process_id not in self._differing:
                log.warning("what is stored of process %s differs from the ledger", process_id.hex())
            self._differing[process_id] = None
        elif finding.failure is None or isinstance(finding.failure, ProcessUnknown):
            self._differing.pop(process_id, None)

    def _file(self, digest: bytes) -> tuple[int, int, int] | None:
        try:
            found = self._store.path(digest).stat()
        except (ObjectMissing, ObjectErased, FileNotFoundError):
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
