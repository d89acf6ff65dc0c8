"""Series of acts as they stand on the chain, log data and all: what evidence is made of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from ledger.chain.record import ZERO
from ledger.errors import OrganisationUnknown, ProcessUnknown
from ledger.index import schema
from ledger.index.documents import Copy
from ledger.index.writer import copies_in


class SeriesReader:
    """Reads several series as of one block. ``block`` is the number of that block."""

    def __init__(self, connection: Connection, block: int | None = None) -> None:
        """``block``: read as if the index ended there, if it is not further back anyway."""
        self._connection = connection
        cursor = connection.execute(select(schema.cursor)).one()
        self.block: int = cursor.block_number if block is None else min(block, cursor.block_number)
        self._registry: bytes = cursor.registry
        self._until = schema.acts.c.block_number <= self.block

    def organisation_of(self, process_id: bytes) -> bytes:
        """Whose process it is. Raises ProcessUnknown."""
        table = schema.processes
        query = select(table.c.organisation_id).where(table.c.process_id == process_id)
        found = self._connection.execute(query).scalar_one_or_none()
        if found is None:
            raise ProcessUnknown(process_id=process_id)
        return bytes(found)

    def process(self, process_id: bytes) -> list[bytes]:
        """Log data of the acts of a process in their order."""
        acts = schema.acts
        query = select(acts.c.data).where(acts.c.process_id == process_id, self._until).order_by(acts.c.sequence)
        return list(self._connection.execute(query).scalars())

    def roles(self, organisation_id: bytes) -> list[bytes]:
        """Log data of the registry's acts on an organisation; id zero: on the governors."""
        acts = schema.acts
        query = select(acts.c.data).where(
            acts.c.organisation_id == organisation_id,
            schema.OUTSIDE,
            acts.c.account == self._registry,
            self._until,
        )
        return list(self._connection.execute(query.order_by(acts.c.block_number, acts.c.log_index)).scalars())

    def listed(self, organisation_id: bytes) -> list[bytes]:
        """An organisation's list: ids of its processes (32 bytes), log data of its organisation-wide acts."""
        acts = schema.acts
        query = select(acts.c.process_id, acts.c.data).where(
            acts.c.organisation_id == organisation_id,
            acts.c.account != self._registry,
            schema.OUTSIDE | (acts.c.sequence == 1),
            self._until,
        )
        rows: Sequence[tuple[bytes, bytes]] = [
            (row.process_id, row.data)
            for row in self._connection.execute(query.order_by(acts.c.block_number, acts.c.log_index))
        ]
        if not rows and not self.roles(organisation_id):
            raise OrganisationUnknown(organisation_id=organisation_id)
        return [data if process_id == ZERO else process_id for process_id, data in rows]

    def copy(self, digest: bytes) -> Copy | None:
        """The index's own copy of a public release, if it has one that gives the digest."""
        found = copies_in(self._connection)(digest)
        return found if found is not None and found.gives(digest) else None

    def block_at(self, time: int) -> int | None:
        """The block whose time that is: times of blocks strictly increase. None if no act is in it."""
        blocks = schema.blocks
        query = select(blocks.c.number).where(blocks.c.time == time, blocks.c.number <= self.block)
        return self._connection.execute(query).scalar_one_or_none()
