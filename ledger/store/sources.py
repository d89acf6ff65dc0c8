"""Original files of an import: kept as they came, salted and erasable, because they may hold names."""

from __future__ import annotations

import time

from sqlalchemy import Connection, delete, insert, select, update

from ledger.ocds.digest import new_salt, plain_digest
from ledger.store.objects import StoreClass
from ledger.store.releases import ReleaseStore
from ledger.store.tables import imports, salts, sources


def keep_source(data: bytes, releases: ReleaseStore, organisation_id: bytes) -> bytes:
    """The anchored digest of an original file, durable; the same file of the same organisation is kept once."""
    plain = plain_digest(data)
    with releases.state.reading() as connection:
        known = _find(connection, organisation_id, plain)
    if known is not None:
        return known
    salt = new_salt()
    digest = releases.store.put(StoreClass.ERASABLE, data, salt=salt)
    now = int(time.time())
    with releases.state.writing() as connection:
        known = _find(connection, organisation_id, plain)
        if known is None:
            row = {"digest": digest, "organisation_id": organisation_id, "plain_sha256": plain, "created_at": now}
            connection.execute(insert(salts), {"digest": digest, "salt": salt, "created_at": now})
            connection.execute(insert(sources), row)
            return digest
    # Another import has kept the same file meanwhile; the copy under our salt is named by nothing.
    releases.store.erase(digest, "kept twice")
    return known


def erase_source(releases: ReleaseStore, digest: bytes, ground: str) -> None:
    """Erase an original file for good: bytes, salt, plain digest, and the reports that quote it.

    The state forgets first and the object follows, so a crash in between leaves an object to erase again, never a
    digest to look a person up by. Raises what ``ObjectStore.erase`` raises; erasing again changes nothing.
    """
    with releases.state.writing() as connection:
        query = select(imports.c.report_digest).where(imports.c.source_digest == digest)
        reports = [bytes(report) for report in connection.scalars(query)]
        connection.execute(update(sources).where(sources.c.digest == digest).values(plain_sha256=None))
        connection.execute(delete(salts).where(salts.c.digest == digest))
    # The original goes last: as long as it is there, it shows that something is left to erase.
    for report in reports:
        # A report that somebody lost must not keep the original from being erased.
        if releases.store.exists(report):
            releases.store.erase(report, ground)
    releases.store.erase(digest, ground)
    releases.state.forget()


def _find(connection: Connection, organisation_id: bytes, plain: bytes) -> bytes | None:
    query = select(sources.c.digest).where(
        sources.c.organisation_id == organisation_id, sources.c.plain_sha256 == plain
    )
    digest = connection.execute(query).scalar_one_or_none()
    return None if digest is None else bytes(digest)
