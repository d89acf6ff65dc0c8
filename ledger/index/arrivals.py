"""Which releases may have come into the store since the last look, without looking for each that is awaited.

An index holds the acts of all buyers, and a store the releases of a few: nearly all may be awaited for ever. So the
store is asked where it changed.
"""

from __future__ import annotations

import time

from ledger.store.objects import ObjectStore

_SETTLED = 2_000_000_000  # nanoseconds after which a later change gives a folder another time on any file system


class Arrivals:
    """Remembers of one store how its folders were when they were last looked at; nothing at first."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._seen: dict[int, tuple[int, ...]] = {}

    def changed(self) -> list[int]:
        """The first bytes of the digests that may have come or gone since ``changed`` was asked before."""
        found, now = self._store.changes(), time.time_ns()
        changed = [first for first, times in found.items() if self._seen.get(first) != times]
        # A folder that was just written to may change again within the same tick of its clock.
        self._seen = {first: times for first, times in found.items() if now - max(times) > _SETTLED}
        return changed
