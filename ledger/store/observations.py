"""What the pulls of this installation saw, and the documents about it on their way to the ledger.

Order of a crash: the document is in the store, then in one transaction its salt, its place in the outbox and what is
known of days and notices from now on. So a pull that was interrupted before that sees the same again, and one that was
interrupted after it only has to send.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, insert, select

from ledger.ocds.digest import new_salt
from ledger.ocds.observation import Finding, FindingKind, Key, Known, Observation, Seen
from ledger.store.objects import ObjectStore, StoreClass
from ledger.store.outbox import Outbox, OutboxEntry, OutboxStatus
from ledger.store.parameters import in_pieces
from ledger.store.state import State
from ledger.store.tables import observations, observed_days, observed_notices, outbox, salts

OBSERVATION = "ObservationRecorded"


@dataclass(frozen=True, slots=True)
class ReadDay:
    """A day's export: the SHA-256 of its bytes and of what was looked for, and what was found in it."""

    day: str
    export_sha256: bytes
    seen: tuple[Seen, ...]
    unreadable: int = 0


class ObservationBook:
    """What one organisation knows of one service's exports."""

    def __init__(self, store: ObjectStore, state: State, organisation_id: bytes, service: str) -> None:
        self._store = store
        self._state = state
        self._organisation_id = organisation_id
        self.service = service

    def days(self) -> dict[str, bytes]:
        """The days read so far, each with the SHA-256 noted with it."""
        table = observed_days
        query = select(table.c.day, table.c.export_sha256).where(*self._mine(table))
        with self._state.reading() as connection:
            return {row.day: bytes(row.export_sha256) for row in connection.execute(query)}

    def known(self, days: Iterable[str], keys: Iterable[Key] = ()) -> dict[Key, Known]:
        """What is known of the notices of these days, and of those with these keys whatever their day."""
        table = observed_notices
        found: dict[Key, Known] = {}
        wanted = list(keys)
        with self._state.reading() as connection:
            query = select(table).where(*self._mine(table))
            for piece in in_pieces(set(days)):
                found |= _known(connection, query.where(table.c.day.in_(piece)))
            for part in in_pieces(wanted):
                # By one column, because not every database takes pairs; the others are sorted out here.
                by_ocid = query.where(table.c.ocid.in_({ocid for ocid, _ in part}))
                asked = set(part)
                found |= {key: each for key, each in _known(connection, by_ocid).items() if key in asked}
        return found

    def last(self) -> bytes | None:
        """The digest of the latest observation."""
        table = observations
        query = select(table.c.digest).where(*self._mine(table)).order_by(table.c.number.desc()).limit(1)
        with self._state.reading() as connection:
            digest = connection.execute(query).scalar_one_or_none()
        return None if digest is None else bytes(digest)

    def keep(self, observation: Observation, read: Iterable[ReadDay], known: Mapping[Key, Known]) -> bytes | None:
        """Keep what a pull saw; the digest of its document, or ``None`` if it has nothing to say.

        ``known`` is what ``compare`` was given. After that the observation waits in the outbox, and the next pull
        compares with what this one saw.
        """
        digest, salt = None, new_salt()
        if observation.says_something:
            digest = self._store.put(StoreClass.PUBLIC, observation.write(), salt=salt)
        with self._state.writing() as connection:
            if digest is not None:
                self._note(connection, digest, salt)
            for day in read:
                self._replace_day(connection, day)
            self._mark_vanished(connection, observation.findings, known)
        return digest

    def waiting(self) -> list[OutboxEntry]:
        """Observations that are not recorded yet, oldest first."""
        query = (
            select(observations.c.key)
            .join(outbox, outbox.c.key == observations.c.key)
            .where(*self._mine(observations), outbox.c.status != OutboxStatus.RECORDED)
            .order_by(observations.c.number)
        )
        with self._state.reading() as connection:
            book = Outbox(connection)
            entries = [book.get(key) for key in connection.scalars(query)]
        return [entry for entry in entries if entry is not None]

    def _mine(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        return table.c.organisation_id == self._organisation_id, table.c.service == self.service

    def _note(self, connection: Connection, digest: bytes, salt: bytes) -> None:
        now = int(time.time())
        key = f"observation:{self._organisation_id.hex()}:{digest.hex()}"
        Outbox(connection).prepare(key, self._organisation_id, OBSERVATION, digest)
        connection.execute(insert(salts), {"digest": digest, "salt": salt, "created_at": now})
        connection.execute(
            insert(observations),
            {
                "digest": digest,
                "key": key,
                "organisation_id": self._organisation_id,
                "service": self.service,
                "created_at": now,
            },
        )

    def _replace_day(self, connection: Connection, day: ReadDay) -> None:
        mine = {"organisation_id": self._organisation_id, "service": self.service}
        table = observed_days
        connection.execute(delete(table).where(*self._mine(table), table.c.day == day.day))
        connection.execute(insert(table), {**mine, "day": day.day, "export_sha256": day.export_sha256})
        for seen in day.seen:
            self._replace(connection, seen.key, Known(day.day, True, seen.release, seen.original, seen.differs))

    def _mark_vanished(self, connection: Connection, findings: Iterable[Finding], known: Mapping[Key, Known]) -> None:
        for finding in findings:
            if finding.kind is FindingKind.VANISHED:
                key = (finding.ocid, finding.release_id)
                was = known[key]
                self._replace(connection, key, Known(was.day, False, was.release, was.original, was.differs))

    def _replace(self, connection: Connection, key: Key, now: Known) -> None:
        table, (ocid, release_id) = observed_notices, key
        connection.execute(
            delete(table).where(*self._mine(table), table.c.ocid == ocid, table.c.release_id == release_id)
        )
        row = {
            "organisation_id": self._organisation_id,
            "service": self.service,
            "ocid": ocid,
            "release_id": release_id,
            "day": now.day,
            "present": now.present,
            "release": now.release,
            "original": now.original,
            "differs": now.differs,
        }
        connection.execute(insert(table), row)


def _known(connection: Connection, query: Select[Any]) -> dict[Key, Known]:
    return {
        (row.ocid, row.release_id): Known(
            row.day, row.present, bytes(row.release), None if row.original is None else bytes(row.original), row.differs
        )
        for row in connection.execute(query)
    }
