"""Organisations as the registry's acts leave them, and the heads of their two series."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from ledger.chain.codec import decode_detail
from ledger.chain.heads import next_head
from ledger.chain.record import ZERO
from ledger.errors import SequenceBroken
from ledger.index import schema
from ledger.index.content import plain_text
from ledger.index.names import act_name
from ledger.index.raw import record_of
from ledger.terms import Act


class OrganisationFold:
    """One organisation; ``list_start`` and ``roles_start`` are its series' heads before the first item.

    The list series holds the ids of new processes and the digests of organisation-wide acts, the roles series the
    digests of the registry's acts (``contracts/src/IActs.sol``). ``known``: a row of ``organisations`` to go on from.
    """

    def __init__(self, list_start: bytes, roles_start: bytes, known: Any = None) -> None:
        self.seen = known is not None
        self.kinds = known.kinds if known else 0
        self.suspended = known.suspended if known else False
        self.scheme: str | None = known.scheme if known else None
        self.identifier: str | None = known.identifier if known else None
        self.processes = known.processes if known else 0
        self.last_time: int | None = known.last_time if known else None
        self._list_length = known.list_length if known else 0
        self._roles_length = known.roles_length if known else 0
        self._list = known.list_head if self._list_length else list_start
        self._roles = known.roles_head if self._roles_length else roles_start

    def apply(self, row: Any, *, from_registry: bool) -> None:
        """Take a row of ``acts``: a registry's act, an organisation-wide act, or the first act of a process."""
        self.seen = True
        record = record_of(row)
        if not from_registry:
            self._list_length += 1
            if record.process_id == ZERO:
                self._require(record.organisation_id, self._list_length, record.sequence)
            self.processes += record.process_id != ZERO
            self._list = next_head(self._list, row.digest if record.process_id == ZERO else record.process_id)
            return
        self._roles_length += 1
        self._require(record.organisation_id, self._roles_length, record.sequence)
        self._roles = next_head(self._roles, row.digest)
        act = act_name(record.act)
        if act in ("OrganisationAdmitted", "KindsChanged"):
            detail = decode_detail(record)
            self.kinds = int(detail["kinds"])
            self.scheme = plain_text(detail.get("scheme")) or self.scheme
            self.identifier = plain_text(detail.get("identifier")) or self.identifier
        elif act in ("OrganisationSuspended", "OrganisationRestored"):
            self.suspended = act == "OrganisationSuspended"

    def row(self, organisation_id: bytes, name: str | None) -> dict[str, Any]:
        """The row of ``organisations``. A series without items has the head zero."""
        return {
            "organisation_id": organisation_id,
            "scheme": self.scheme,
            "identifier": self.identifier,
            "name": name,
            "kinds": self.kinds,
            "suspended": self.suspended,
            "processes": self.processes,
            "last_time": self.last_time,
            "list_length": self._list_length,
            "list_head": self._list if self._list_length else ZERO,
            "roles_length": self._roles_length,
            "roles_head": self._roles if self._roles_length else ZERO,
        }

    @staticmethod
    def _require(organisation_id: bytes, expected: int, got: int) -> None:
        if expected != got:
            raise SequenceBroken(process_id=organisation_id, expected=expected, got=got)


class Kinds:
    """Kind bits of organisations as they were; each organisation's acts are read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[bytes, list[tuple[int, int]]] = {}

    def at(self, organisation_id: bytes, block_number: int) -> int:
        """Kind bits at the end of a block; zero if the registry does not know the organisation by then.

        Kinds cannot change in the very block in which a process begins and matter there: buyer and observer exclude
        each other, and the change needs the governors' delay.
        """
        if organisation_id not in self._known:
            self._known[organisation_id] = self._read(organisation_id)
        return max((item for item in self._known[organisation_id] if item[0] <= block_number), default=(0, 0))[1]

    def _read(self, organisation_id: bytes) -> list[tuple[int, int]]:
        acts = schema.acts
        query = select(acts).where(
            acts.c.organisation_id == organisation_id,
            schema.OUTSIDE,
            acts.c.act.in_([int(Act.ORGANISATION_ADMITTED), int(Act.KINDS_CHANGED)]),
        )
        changes: dict[int, int] = {}
        for row in self._connection.execute(query.order_by(acts.c.block_number, acts.c.log_index)):
            changes[row.block_number] = int(decode_detail(record_of(row))["kinds"])
        return sorted(changes.items())
