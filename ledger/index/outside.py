"""What is derived from acts outside any process besides the organisations themselves: key sets, artifacts, pulls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from ledger.index import schema
from ledger.index.artifacts import derive_artifacts, forget_artifacts
from ledger.index.key_sets import derive_key_sets, forget_key_sets
from ledger.index.observations import derive_observations, forget_observations
from ledger.store.objects import ObjectStore
from ledger.terms import Act

_WITH_ROWS = (
    Act.ARTIFACT_REGISTERED, Act.OBSERVATION_RECORDED, Act.AUDIT_ANCHORED,
    Act.KEY_SET_REGISTERED, Act.KEY_SET_ACCEPTED, Act.KEY_SET_RETIRED,
)  # fmt: skip


def acts_between(connection: Connection, first: int, last: int) -> Sequence[Any]:
    """The acts of blocks ``first`` to ``last`` that give such rows, in the order of the chain."""
    acts = schema.acts
    query = select(acts).where(
        acts.c.block_number.between(first, last), acts.c.act.in_([int(act) for act in _WITH_ROWS])
    )
    return connection.execute(query.order_by(acts.c.block_number, acts.c.log_index)).all()


def derive_outside(connection: Connection, first: int, last: int, store: ObjectStore) -> None:
    """Add the rows of acts in blocks ``first`` to ``last``."""
    acts = acts_between(connection, first, last)
    derive_key_sets(connection, acts)
    derive_artifacts(connection, acts)
    derive_observations(connection, [act for act in acts if act.act == Act.OBSERVATION_RECORDED], store)


def forget_outside(connection: Connection, above: int) -> None:
    """Take out what acts in blocks above this one gave."""
    forget_key_sets(connection, above)
    forget_artifacts(connection, above)
    forget_observations(connection, above)
