"""Rows of the table of releases: each read with the status of its act, and written with all that belongs to it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.engine import Row

from ledger.ocds.disclosure import Disclosure
from ledger.ocds.leaves import parse_date
from ledger.store.outbox import OutboxStatus
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


def insert_release(
    connection: Connection,
    prepared: PreparedRelease,
    salt: bytes,
    made: list[Disclosure],
    source_path: str | None,
) -> None:
    """Write a release with its salt and disclosures; its act must stand in the outbox already."""
    now = int(time.time())
    position = connection.execute(select(func.coalesce(func.max(releases.c.position), 0) + 1)).scalar_one()
    row = {
        "digest": prepared.digest,
        "key": prepared.key,
        "organisation_id": prepared.organisation_id,
        "ocid": prepared.ocid,
        "release_id": prepared.release_id,
        "date": prepared.date,
        "moment": int(parse_date(prepared.date).timestamp() * 1_000_000),
        "tags": " ".join(prepared.tags),
        "source_digest": prepared.source_digest,
        "source_path": source_path,
        "position": position,
        "created_at": now,
    }
    connection.execute(insert(salts), {"digest": prepared.digest, "salt": salt, "created_at": now})
    connection.execute(insert(releases), row)
    if made:
        connection.execute(
            insert(disclosures),
            [{"sd_digest": each.digest, "release_digest": prepared.digest, "text": each.text} for each in made],
        )


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
