"""Releases that are anchored and not shown yet (VgV § 40(3)): which they are, and when they are due.

National publication waits for TED, or for 48 hours after TED confirmed that it received the notice. Of an embargoed
release the object is confidential. The original that an import made it from stays erasable, and is withheld as long as
one release made from it is under embargo.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, func, insert, select

from ledger.errors import EmbargoDiffers, EmbargoPast, EmbargoTooLate, EmbargoTooLong, SiegelError
from ledger.store.parameters import in_pieces
from ledger.store.tables import embargoes, releases

if TYPE_CHECKING:
    from ledger.store.releases import ReleaseStore

log = logging.getLogger(__name__)

GROUND: Final = "VgV section 40(3)"

LONGEST: Final = 60 * 86_400
"""Seconds. TED can be asked to publish a notice up to 60 days after its dispatch (BT-738, rule BR-BT-00738-0053)."""

DUE: Final = "due"
"""Why an embargo ended, where nobody decided so."""


@dataclass(frozen=True, slots=True)
class Embargo:
    """A release under embargo, not to be shown before ``until`` (seconds since 1970)."""

    digest: bytes
    organisation_id: bytes
    ocid: str
    release_id: str
    until: int


def require_moment(until: int, now: int) -> None:
    """Whether an embargo can end then. Raises EmbargoPast, EmbargoTooLong."""
    if until <= now:
        raise EmbargoPast(until=until)
    if until > now + LONGEST:
        raise EmbargoTooLong(until=until, latest=now + LONGEST)


def insert_embargoes(connection: Connection, digests: Collection[bytes], until: int) -> None:
    """Put releases, whose rows are written, under embargo."""
    rows = [{"digest": digest, "until": until, "ground": GROUND} for digest in digests]
    if rows:
        connection.execute(insert(embargoes), rows)


def open_embargoes(connection: Connection, due_at: int | None = None) -> list[Embargo]:
    """All that have not ended, next to end first; with ``due_at`` those that are due by then."""
    columns = (releases.c.organisation_id, releases.c.ocid, releases.c.release_id)
    query = select(embargoes.c.digest, *columns, embargoes.c.until).join(
        releases, releases.c.digest == embargoes.c.digest
    )
    query = query.where(embargoes.c.ended_at.is_(None))
    if due_at is not None:
        query = query.where(embargoes.c.until <= due_at)
    found = connection.execute(query.order_by(embargoes.c.until, embargoes.c.digest))
    return [Embargo(bytes(row[0]), bytes(row[1]), *row[2:]) for row in found]


def embargoes_of(connection: Connection, digests: Collection[bytes]) -> dict[bytes, int]:
    """When the embargoes of these releases end or ended, of those that ever were under one."""
    found: dict[bytes, int] = {}
    for piece in in_pieces(digests):
        query = select(embargoes.c.digest, embargoes.c.until).where(embargoes.c.digest.in_(piece))
        found |= {bytes(row.digest): row.until for row in connection.execute(query)}
    return found


def require_embargo(ocid: str, release_id: str, until: int | None, wanted: int) -> None:
    """Whether a release that is known, and ``until`` is the end of its embargo, can be under the one that is wanted.

    Raises EmbargoTooLate, EmbargoDiffers: what was taken in before is not withheld again, nor for longer.
    """
    if until is None:
        raise EmbargoTooLate(ocid=ocid, release_id=release_id)
    if until != wanted:
        raise EmbargoDiffers(ocid=ocid, release_id=release_id, until=until)


def withheld_until(connection: Connection, original: bytes) -> int | None:
    """When the last embargo on a release that was made from this original ends; None if there is none."""
    query = select(func.max(embargoes.c.until)).join(releases, releases.c.digest == embargoes.c.digest)
    query = query.where(releases.c.source_digest == original, embargoes.c.ended_at.is_(None))
    until: int | None = connection.execute(query).scalar_one()
    return until


def disclose_due(
    releases: ReleaseStore, now: int, actor: str
) -> tuple[list[Embargo], list[tuple[Embargo, SiegelError]]]:
    """End all embargoes that are due; those that ended, and those that could not, with the failure."""
    ended, failed = [], []
    for embargo in releases.embargoed(due_at=now):
        try:
            if releases.end_embargo(embargo.digest, actor=actor, why=DUE):
                ended.append(embargo)
        except SiegelError as error:
            failed.append((embargo, error))
    return ended, failed


class DueDisclosures:
    """Ends due embargoes whenever it is called, for something that runs all the time. A failure is logged once; the
    next call tries again."""

    def __init__(self, releases: ReleaseStore, actor: str) -> None:
        self._releases, self._actor = releases, actor
        self._told: set[str] = set()

    def __call__(self) -> None:
        """By this machine's clock."""
        try:
            ended, failed = disclose_due(self._releases, int(time.time()), self._actor)
        except (SiegelError, OSError) as error:
            ended, failed = [], []
            told = {f"{type(error).__name__}: {error}"}
        else:
            told = {f"{embargo.ocid} {embargo.release_id}: {error}" for embargo, error in failed}
        for embargo in ended:
            log.info("disclosed: %s of %s", embargo.release_id, embargo.ocid)
        for failure in sorted(told - self._told):
            log.warning("an embargo could not be ended: %s", failure)
        self._told = told
