"""The audit trail: who did what with this installation, append only, each entry chained to the one before.

It is for VgV section 10(1) no. 7 (traces of breaches) and for the operator's own auditors. It names accounts, not
people. The database refuses changes by trigger; whoever has the file can still rewrite the whole chain, which shows
as soon as its last entry was anchored (AuditAnchored) or written down elsewhere.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.engine import Row

from ledger.errors import AuditTrailBroken
from ledger.ocds.json_text import read_json, write_json
from ledger.store.tables import audit

START = bytes(32)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line; ``entry`` is the digest that covers it and all lines before it."""

    number: int
    at: int
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    entry: bytes


class AuditTrail:
    """The trail within one transaction of the state database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, actor: str, action: str, subject: str, **detail: Any) -> bytes:
        """Append a line; the result is the trail's new head. ``detail`` must be JSON and hold no personal data."""
        at = int(time.time())
        text = write_json(detail).decode()
        entry = _entry_digest(self.head(), at, actor, action, subject, text)
        row = {"at": at, "actor": actor, "action": action, "subject": subject, "detail": text, "entry": entry}
        self.connection.execute(insert(audit), row)
        return entry

    def head(self) -> bytes:
        """The digest over the whole trail; 32 zero bytes if it is empty."""
        row = self.connection.execute(select(audit.c.entry).order_by(audit.c.number.desc()).limit(1)).first()
        return START if row is None else bytes(row.entry)

    def entries(self, subject: str | None = None) -> Iterator[AuditEntry]:
        """All lines in order, or those about one subject."""
        query = select(audit).order_by(audit.c.number)
        if subject is not None:
            query = query.where(audit.c.subject == subject)
        for row in self.connection.execute(query):
            yield _line(row)

    def verify(self) -> int:
        """The number of lines, if each one's digest is right. Raises AuditTrailBroken with the first wrong line."""
        head = START
        count = 0
        for row in self.connection.execute(select(audit).order_by(audit.c.number)):
            head = _entry_digest(head, row.at, row.actor, row.action, row.subject, row.detail)
            if head != bytes(row.entry):
                raise AuditTrailBroken(number=row.number, expected=head, actual=bytes(row.entry))
            count += 1
        return count


def _entry_digest(previous: bytes, at: int, actor: str, action: str, subject: str, detail: str) -> bytes:
    return hashlib.sha256(previous + write_json([at, actor, action, subject, detail])).digest()


def _line(row: Row[tuple[object, ...]]) -> AuditEntry:
    detail = read_json(row.detail.encode())
    return AuditEntry(row.number, row.at, row.actor, row.action, row.subject, detail, bytes(row.entry))
