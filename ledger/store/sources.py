"""Original files of an import: kept as they came, salted and erasable, because they may hold names."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ledger.errors import SiegelError
from ledger.ocds.digest import new_salt, plain_digest
from ledger.ocds.importer import read_file
from ledger.store.objects import StoreClass
from ledger.store.parameters import in_pieces
from ledger.store.releases import PreparedRelease, ReleaseStore
from ledger.store.tables import imports, salts, sources


@dataclass(frozen=True, slots=True)
class NewSource:
    """An original to be kept: its anchored digest, salt, plain SHA-256 and bytes."""

    digest: bytes
    salt: bytes
    plain_sha256: bytes
    data: bytes


def keep_source(data: bytes, releases: ReleaseStore, organisation_id: bytes) -> bytes:
    """The anchored digest of one original, durable; the same bytes of the same organisation are kept once."""
    plain = plain_digest(data)
    with releases.state.reading() as connection:
        known = find_sources(connection, organisation_id, [plain]).get(plain)
    if known is not None:
        return known
    salt = new_salt()
    digest = releases.store.put(StoreClass.ERASABLE, data, salt=salt)
    with releases.state.writing() as connection:
        known = find_sources(connection, organisation_id, [plain]).get(plain)
        if known is None:
            insert_sources(connection, organisation_id, [NewSource(digest, salt, plain, data)])
            return digest
    # Another import has kept the same file meanwhile; the copy under our salt is named by nothing.
    releases.store.erase(digest, "kept twice")
    return known


def find_sources(connection: Connection, organisation_id: bytes, plains: Collection[bytes]) -> dict[bytes, bytes]:
    """The anchored digests of those originals that the organisation has kept, by their plain SHA-256."""
    found: dict[bytes, bytes] = {}
    for piece in in_pieces(plains):
        query = select(sources.c.plain_sha256, sources.c.digest).where(
            sources.c.organisation_id == organisation_id, sources.c.plain_sha256.in_(piece)
        )
        found |= {bytes(row.plain_sha256): bytes(row.digest) for row in connection.execute(query)}
    return found


def said_now(releases: ReleaseStore, known: PreparedRelease) -> dict[tuple[str, str], dict[str, Any]]:
    """What the original of a known release says as this version reads it, by ocid and release id.

    An earlier version may have made another release of the same file. Empty where no original is kept, or none intact.
    """
    if known.source_digest is None:
        return {}
    try:
        # An eForms notice got the prefix of its ocid from a setting; the rest is a UUID (BT-04).
        content = read_file(releases.store.get(known.source_digest), ocid_prefix=known.ocid[:-37])
    except SiegelError:
        return {}
    return {(each.ocid, each.release_id): each.release for each in content.releases}


def insert_sources(connection: Connection, organisation_id: bytes, new: Sequence[NewSource]) -> None:
    """Write the rows of originals whose objects are durable; none of them may be known."""
    if not new:
        return
    now = int(time.time())
    connection.execute(insert(salts), [{"digest": each.digest, "salt": each.salt, "created_at": now} for each in new])
    rows = [
        {
            "digest": each.digest,
            "organisation_id": organisation_id,
            "plain_sha256": each.plain_sha256,
            "created_at": now,
        }
        for each in new
    ]
    connection.execute(insert(sources), rows)


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
