"""Rows of the table of releases: each read with the status of its act, and written with all that belongs to it."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.engine import Row

from ledger.ocds.disclosure import Disclosure
from ledger.ocds.leaves import parse_date
from ledger.store.outbox import OutboxStatus
from ledger.store.parameters import in_pieces
from ledger.store.tables import disclosures, outbox, releases, salts


@dataclass(frozen=True, slots=True)
class PreparedRelease:
    """A release that is durable and can be anchored. ``source_digest`` names the original file, if there is one."""

    key: str
    digest: bytes
    organisation_id: bytes
    ocid: str
    release_id: str
    date: str
    tags: tuple[str, ...]
    source_digest: bytes | None
    status: OutboxStatus
    transaction: bytes | None


def notice_key(organisation_id: bytes, digest: bytes) -> str:
    """The key of a release's act in the outbox."""
    return f"notice:{organisation_id.hex()}:{digest.hex()}"


RELEASES_WITH_STATUS = select(releases, outbox.c.status, outbox.c.transaction).join(
    outbox, outbox.c.key == releases.c.key
)
"""Where a release stands on its way is told by its act in the outbox, and only there."""


def find_release(connection: Connection, organisation_id: bytes, ocid: str, release_id: str) -> PreparedRelease | None:
    """The organisation's release of that ocid and id, or None."""
    query = RELEASES_WITH_STATUS.where(
        releases.c.organisation_id == organisation_id,
        releases.c.ocid == ocid,
        releases.c.release_id == release_id,
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else prepared_of(row)


@dataclass(frozen=True, slots=True)
class NewRelease:
    """A release to be written: its bytes as they are stored, salt and disclosures, and its place in its original."""

    prepared: PreparedRelease
    data: bytes
    salt: bytes
    disclosures: list[Disclosure]
    source_path: str | None


def find_releases(
    connection: Connection, organisation_id: bytes, names: Collection[tuple[str, str]]
) -> dict[tuple[str, str], PreparedRelease]:
    """The organisation's releases of these ocids and release ids."""
    found: dict[tuple[str, str], PreparedRelease] = {}
    for ocids in in_pieces({ocid for ocid, _ in names}):
        query = RELEASES_WITH_STATUS.where(releases.c.organisation_id == organisation_id, releases.c.ocid.in_(ocids))
        for row in connection.execute(query):
            if (row.ocid, row.release_id) in names:
                found[row.ocid, row.release_id] = prepared_of(row)
    return found


def releases_from(connection: Connection, original: bytes) -> dict[str, PreparedRelease]:
    """The releases that were made from an original, by their places in it (JSON Pointer)."""
    query = RELEASES_WITH_STATUS.where(releases.c.source_digest == original)
    return {row.source_path or "": prepared_of(row) for row in connection.execute(query)}


def erased_among(
    connection: Connection, organisation_id: bytes, names: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Those of these releases of which something was erased here."""
    found: set[tuple[str, str]] = set()
    for ocids in in_pieces({ocid for ocid, _ in names}):
        query = (
            select(releases.c.ocid, releases.c.release_id)
            .distinct()
            .join(disclosures, releases.c.digest == disclosures.c.release_digest)
            .where(
                releases.c.organisation_id == organisation_id,
                releases.c.ocid.in_(ocids),
                disclosures.c.text.is_(None),
            )
        )
        found |= {(row.ocid, row.release_id) for row in connection.execute(query)}
    return found & set(names)


def disclosures_of(connection: Connection, digests: Collection[bytes]) -> dict[bytes, list[str]]:
    """The disclosures of these releases that were not erased, each release's in the order of their digests."""
    found: dict[bytes, list[str]] = {digest: [] for digest in digests}
    for piece in in_pieces(digests):
        query = select(disclosures.c.release_digest, disclosures.c.text).where(
            disclosures.c.release_digest.in_(piece), disclosures.c.text.is_not(None)
        )
        for row in connection.execute(query.order_by(disclosures.c.sd_digest)):
            found[bytes(row.release_digest)].append(row.text)
    return found


def insert_releases(connection: Connection, new: Sequence[NewRelease]) -> None:
    """Write releases with their salts and disclosures; their acts must stand in the outbox already."""
    if not new:
        return
    now = int(time.time())
    first = connection.execute(select(func.coalesce(func.max(releases.c.position), 0) + 1)).scalar_one()
    rows = [
        {
            "digest": each.prepared.digest,
            "key": each.prepared.key,
            "organisation_id": each.prepared.organisation_id,
            "ocid": each.prepared.ocid,
            "release_id": each.prepared.release_id,
            "date": each.prepared.date,
            "moment": int(parse_date(each.prepared.date).timestamp() * 1_000_000),
            "tags": " ".join(each.prepared.tags),
            "source_digest": each.prepared.source_digest,
            "source_path": each.source_path,
            "position": position,
            "created_at": now,
        }
        for position, each in enumerate(new, first)
    ]
    connection.execute(
        insert(salts), [{"digest": each.prepared.digest, "salt": each.salt, "created_at": now} for each in new]
    )
    connection.execute(insert(releases), rows)
    made = [
        {"sd_digest": disclosure.digest, "release_digest": each.prepared.digest, "text": disclosure.text}
        for each in new
        for disclosure in each.disclosures
    ]
    if made:
        connection.execute(insert(disclosures), made)


def prepared_of(row: Row[tuple[object, ...]]) -> PreparedRelease:
    """A row of RELEASES_WITH_STATUS."""
    return PreparedRelease(
        key=row.key,
        digest=bytes(row.digest),
        organisation_id=bytes(row.organisation_id),
        ocid=row.ocid,
        release_id=row.release_id,
        date=row.date,
        tags=tuple(row.tags.split()),
        source_digest=row.source_digest,
        status=OutboxStatus(row.status),
        transaction=row.transaction,
    )
