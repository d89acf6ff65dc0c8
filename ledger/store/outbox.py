"""Acts on their way to the ledger: prepared, sent, recorded, so that nothing is lost or sent twice in two versions.

Order of a crash: an act is prepared (with everything it names durable in the store) before it is signed; the signed
bytes are kept before they are sent; what is sent is looked up on the chain before it is sent again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import Row

from ledger.errors import OutboxConflict, OutboxStepInvalid
from ledger.store.parameters import in_pieces
from ledger.store.tables import outbox


class OutboxStatus(StrEnum):
    """Where an act is; ``failed`` means that the ledger refused it, and it may be sent again."""

    PREPARED = "prepared"
    SENT = "sent"
    RECORDED = "recorded"
    FAILED = "failed"


_STEPS = {
    OutboxStatus.SENT: (OutboxStatus.PREPARED, OutboxStatus.SENT, OutboxStatus.FAILED),
    OutboxStatus.RECORDED: (OutboxStatus.PREPARED, OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.RECORDED),
    OutboxStatus.FAILED: (OutboxStatus.PREPARED, OutboxStatus.SENT, OutboxStatus.FAILED),
}


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One act. ``arguments`` is opaque here; ``transaction`` is the hash and ``raw`` the signed bytes, once sent."""

    key: str
    organisation_id: bytes
    act: str
    arguments: bytes
    status: OutboxStatus
    transaction: bytes | None
    raw: bytes | None
    failure: str | None
    created_at: int


class Outbox:
    """The outbox within one transaction of the state database."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def prepare(self, key: str, organisation_id: bytes, act: str, arguments: bytes) -> bool:
        """Put an act in; False if the same act is in already. Raises OutboxConflict if another one has that key."""
        found = self.get(key)
        if found is not None:
            if (found.organisation_id, found.act, found.arguments) != (organisation_id, act, arguments):
                raise OutboxConflict(key=key)
            return False
        self.prepare_all([(key, organisation_id, arguments)], act)
        return True

    def prepare_all(self, acts: Sequence[tuple[str, bytes, bytes]], act: str) -> None:
        """Put in many acts of one kind (key, organisation, arguments); none of the keys may be in already."""
        now = int(time.time())
        rows = [
            {
                "key": key,
                "organisation_id": organisation_id,
                "act": act,
                "arguments": arguments,
                "status": OutboxStatus.PREPARED,
                "created_at": now,
                "changed_at": now,
            }
            for key, organisation_id, arguments in acts
        ]
        if rows:
            self.connection.execute(insert(outbox), rows)

    def mark_sent(self, keys: Sequence[str], transaction: bytes, raw: bytes | None = None) -> None:
        """These acts travel in one signed transaction. Call this before sending it, unless its bytes are kept
        elsewhere, as the book of nonces does."""
        self._step(keys, OutboxStatus.SENT, transaction=transaction, raw=raw, failure=None)

    def mark_recorded(self, keys: Sequence[str], transaction: bytes | None = None) -> None:
        """The ledger recorded these acts; the signed bytes are not needed any more."""
        values: dict[str, bytes | None] = {"raw": None, "failure": None}
        if transaction is not None:
            values["transaction"] = transaction
        self._step(keys, OutboxStatus.RECORDED, **values)

    def mark_failed(self, keys: Sequence[str], failure: str) -> None:
        """The ledger refused these acts with that named error; they can be sent again once its cause is gone."""
        self._step(keys, OutboxStatus.FAILED, failure=failure, raw=None)

    def get(self, key: str) -> OutboxEntry | None:
        """The act under that key, or None."""
        row = self.connection.execute(select(outbox).where(outbox.c.key == key)).one_or_none()
        return None if row is None else _entry(row)

    def waiting(self, organisation_id: bytes | None = None) -> list[OutboxEntry]:
        """All acts that are not recorded, oldest first: what to send, or to look for on the chain."""
        query = select(outbox).where(outbox.c.status != OutboxStatus.RECORDED)
        if organisation_id is not None:
            query = query.where(outbox.c.organisation_id == organisation_id)
        rows = self.connection.execute(query.order_by(outbox.c.created_at, outbox.c.key))
        return [_entry(row) for row in rows]

    def _step(self, keys: Sequence[str], status: OutboxStatus, **values: bytes | str | None) -> None:
        for piece in in_pieces(keys):
            query = update(outbox).where(outbox.c.key.in_(piece), outbox.c.status.in_(_STEPS[status]))
            changed = self.connection.execute(query.values(status=status, changed_at=int(time.time()), **values))
            if changed.rowcount != len(set(piece)):
                self._refuse_step(piece, status)

    def _refuse_step(self, keys: Sequence[str], status: OutboxStatus) -> None:
        """Those that could take the step have taken it by now, in a transaction that is given up."""
        for key in keys:
            found = self.get(key)
            if found is None or found.status is not status:
                raise OutboxStepInvalid(key=key, status=found.status if found else "unknown", wanted=status)


def _entry(row: Row[tuple[object, ...]]) -> OutboxEntry:
    return OutboxEntry(
        key=row.key,
        organisation_id=bytes(row.organisation_id),
        act=row.act,
        arguments=bytes(row.arguments),
        status=OutboxStatus(row.status),
        transaction=row.transaction,
        raw=row.raw,
        failure=row.failure,
        created_at=row.created_at,
    )
