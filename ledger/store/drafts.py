"""Joint acts that wait for a second officer. The ledger knows their digest only; here stand their arguments."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import Row

from ledger.errors import DraftMissing
from ledger.store.tables import drafts


class DraftStatus(StrEnum):
    """Whether a second officer can still act on it; whether it has expired follows from the clock."""

    OPEN = "open"
    DONE = "done"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Draft:
    """A joint act proposed by one officer; ``draft`` is the ledger's joint digest in hex."""

    draft: str
    organisation_id: bytes
    act: str
    arguments: bytes
    proposed_by: str
    expires_at: int
    status: DraftStatus
    created_at: int


class Drafts:
    """The drafts within one transaction of the state database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def keep(
        self, draft: str, organisation_id: bytes, act: str, arguments: bytes, proposed_by: str, expires_at: int
    ) -> None:
        """Keep a proposal; keeping it again changes nothing, because its name is the digest of its content."""
        if self.connection.execute(select(drafts.c.draft).where(drafts.c.draft == draft)).first() is not None:
            return
        now = int(time.time())
        row = {
            "draft": draft,
            "organisation_id": organisation_id,
            "act": act,
            "arguments": arguments,
            "proposed_by": proposed_by,
            "expires_at": expires_at,
            "status": DraftStatus.OPEN,
            "created_at": now,
            "changed_at": now,
        }
        self.connection.execute(insert(drafts), row)

    def get(self, draft: str) -> Draft:
        """The draft of that name. Raises DraftMissing."""
        row = self.connection.execute(select(drafts).where(drafts.c.draft == draft)).one_or_none()
        if row is None:
            raise DraftMissing(draft=draft)
        return _draft(row)

    def close(self, draft: str, status: DraftStatus) -> None:
        """A second officer executed it, or the first one revoked it. Raises DraftMissing."""
        query = update(drafts).where(drafts.c.draft == draft)
        if self.connection.execute(query.values(status=status, changed_at=int(time.time()))).rowcount != 1:
            raise DraftMissing(draft=draft)

    def open(self, organisation_id: bytes, now: int) -> list[Draft]:
        """The organisation's drafts on which a second officer can still act at ``now``, next to expire first."""
        query = select(drafts).where(
            drafts.c.organisation_id == organisation_id,
            drafts.c.status == DraftStatus.OPEN,
            drafts.c.expires_at >= now,
        )
        return [_draft(row) for row in self.connection.execute(query.order_by(drafts.c.expires_at, drafts.c.draft))]


def _draft(row: Row[tuple[object, ...]]) -> Draft:
    return Draft(
        draft=row.draft,
        organisation_id=bytes(row.organisation_id),
        act=row.act,
        arguments=bytes(row.arguments),
        proposed_by=row.proposed_by,
        expires_at=row.expires_at,
        status=DraftStatus(row.status),
        created_at=row.created_at,
    )
