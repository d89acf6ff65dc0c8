"""What somebody with access to the machine does after publication: the award becomes 36,000 euros dearer.

Both the document and the row made from it are changed, so that they agree with each other. Only the ledger disagrees.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from ledger.cli.demo.anchored import TAMPERED_AMOUNT, TAMPERED_OCID
from ledger.settings import Settings
from ledger.store.objects import ObjectStore

WAS: Final = str(TAMPERED_AMOUNT)
NOW: Final = "184500"


@dataclass(frozen=True, slots=True)
class Altered:
    """What was altered: the digest that the ledger still holds, and the bytes that now stand in the store."""

    release: bytes
    intact: bytes
    altered: bytes


def alter_behind_the_ledgers_back(settings: Settings) -> Altered:
    """Changes the award's value in the stored release and in the index, past everything that would notice."""
    with closing(sqlite3.connect(settings.home / "index.sqlite")) as index:
        release = _award_release(index)
        index.execute("UPDATE processes SET award_amount = ? WHERE ocid = ?", (NOW, TAMPERED_OCID))
        index.commit()
    store = ObjectStore(settings.store_dir)
    path, intact = store.path(release), store.get(release)
    path.write_bytes(path.read_bytes().replace(f'"amount":{WAS}'.encode(), f'"amount":{NOW}'.encode()))
    altered = store.get_unverified(release)
    if altered == intact:
        raise LookupError(WAS)
    return Altered(release, intact, altered)


def altered_release(settings: Settings) -> Altered | None:
    """What stands in the store now, if it was altered; ``intact`` is made from it by undoing the one change."""
    with closing(sqlite3.connect(settings.home / "index.sqlite")) as index:
        release = _award_release(index)
    now = ObjectStore(settings.store_dir).get_unverified(release)
    intact = now.replace(f'"amount":{NOW}'.encode(), f'"amount":{WAS}'.encode())
    return None if intact == now else Altered(release, intact, now)


def _award_release(index: sqlite3.Connection) -> bytes:
    query = "SELECT digest FROM releases WHERE ocid = ? AND tags LIKE '%award%'"
    found = index.execute(query, (TAMPERED_OCID,)).fetchone()
    if found is None:
        raise LookupError(TAMPERED_OCID)
    return bytes(found[0])
