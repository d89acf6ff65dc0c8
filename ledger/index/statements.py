"""Questions that are asked all the time, written once: to put one together takes as long as its answer.

Those of a process take its ``process_id``, those of a lookup a ``digest``, ``PROCESS`` the moment ``now`` as well.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, BindParameter, ColumnElement, LargeBinary, Select, Table, bindparam, select

from ledger.index import schema
from ledger.index.process_list import process_columns


def process_query(now: int | ColumnElement[int]) -> Select[Any]:
    """What a :class:`ledger.index.rows.ProcessRow` says of processes, with their status at ``now``."""
    return select(*process_columns(now))


_ID: BindParameter[bytes] = bindparam("process_id", type_=LargeBinary)
PROCESS = process_query(bindparam("now", type_=BigInteger)).where(schema.processes.c.process_id == _ID)
KNOWN = select(schema.processes.c.process_id).where(schema.processes.c.process_id == _ID)
ACTS = (
    select(schema.acts, schema.blocks.c.hash.label("block_hash"))
    .join(schema.blocks, schema.blocks.c.number == schema.acts.c.block_number)
    .where(schema.acts.c.process_id == _ID)
    .order_by(schema.acts.c.sequence)
)


def _all_of(table: Table, *order: str) -> Select[Any]:
    return select(table).where(table.c.process_id == _ID).order_by(*(table.c[name] for name in order))


RELEASES = _all_of(schema.releases, "sequence")
LOTS = _all_of(schema.lots, "lot_id", "lot")
AWARDS = _all_of(schema.awards, "award")
SUSPENSIONS = _all_of(schema.suspensions, "suspension")

_DIGEST: BindParameter[bytes] = bindparam("digest", type_=LargeBinary)
ENTRIES = (
    select(schema.lookup.c.kind, schema.lookup.c.release, schema.acts, schema.processes.c.ocid)
    .join(
        schema.acts,
        (schema.acts.c.process_id == schema.lookup.c.process_id) & (schema.acts.c.sequence == schema.lookup.c.sequence),
    )
    .join(schema.processes, schema.processes.c.process_id == schema.lookup.c.process_id)
    .where(schema.lookup.c.digest == _DIGEST)
    .order_by(schema.acts.c.block_number, schema.acts.c.log_index)
)
"""What the index of digests says of a ``digest``."""

_PLACE = (
    select(schema.acts, schema.processes.c.ocid)
    .outerjoin(schema.processes, schema.processes.c.process_id == schema.acts.c.process_id)
    .order_by(schema.acts.c.block_number, schema.acts.c.log_index)
)
# First the block: joined, a database may go through all acts and look at the block of each.
_BLOCKS = select(schema.blocks.c.number).where(schema.blocks.c.hash == _DIGEST)
PLACES = (
    ("act", _PLACE.where(schema.acts.c.digest == _DIGEST)),
    ("transaction", _PLACE.where(schema.acts.c.transaction_hash == _DIGEST)),
    ("block", _PLACE.where(schema.acts.c.block_number.in_(_BLOCKS))),
)
"""By what an act is found besides, and what that is called."""
