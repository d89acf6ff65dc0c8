"""Contributions to openings: shares sealed again to the officers, which this installation keeps and cannot open.

Of each share of a bid the latest counts. Each one that came is on the audit trail, by its digest.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, insert, select

from ledger.sealing.context import Group
from ledger.store.audit import AuditTrail
from ledger.store.state import State
from ledger.store.tables import contributions

CONTRIBUTED: Final = "contribute"
"""The action on the audit trail; its subject is the bid's commitment."""


@dataclass(frozen=True, slots=True)
class Given:
    """A contribution (``docs/siegel-1.md``) that was compared with the header of the bid of this commitment, and the
    signature (65 bytes) of the account that gives it."""

    commitment: bytes
    group: Group
    index: int
    contribution: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """The latest one of a share; ``account`` gave it, ``at`` in seconds since 1970."""

    commitment: bytes
    group: Group
    index: int
    account: bytes
    at: int
    contribution: bytes
    signature: bytes


class Contributions:
    """The contributions in one state database."""

    def __init__(self, state: State) -> None:
        self._state = state

    def take(self, process_id: bytes, round_number: int, account: bytes, given: Iterable[Given]) -> None:
        """Keep what an account gave, all of it or nothing; durable when this returns. What is here already, of the same
        account, is not written again."""
        with self._state.writing() as connection:
            for one in given:
                _take(connection, process_id, round_number, account, one)

    def of_round(self, process_id: bytes, round_number: int, commitment: bytes | None = None) -> list[Kept]:
        """The latest of each share, by commitment, group and index; of one bid, or of all."""
        columns = contributions.c
        query = select(contributions).where(columns.process_id == process_id, columns.round == round_number)
        if commitment is not None:
            query = query.where(columns.commitment == commitment)
        query = query.order_by(columns.commitment, columns.group, columns.index)
        with self._state.reading() as connection:
            return [_kept(row) for row in connection.execute(query).mappings()]


def _take(connection: Connection, process_id: bytes, round_number: int, account: bytes, given: Given) -> None:
    share = {
        "process_id": process_id,
        "round": round_number,
        "commitment": given.commitment,
        "group": int(given.group),
        "index": given.index,
    }
    where = and_(*(contributions.c[name] == value for name, value in share.items()))
    found = connection.execute(select(contributions).where(where)).mappings().one_or_none()
    if found is not None and (found["account"], found["contribution"]) == (account, given.contribution):
        return
    connection.execute(delete(contributions).where(where))
    signed = {"account": account, "contribution": given.contribution, "signature": given.signature}
    row = {**share, **signed, "at": int(time.time())}
    connection.execute(insert(contributions), row)
    AuditTrail(connection).add(
        _hex(account),
        CONTRIBUTED,
        _hex(given.commitment),
        process=_hex(process_id),
        round=round_number,
        group=given.group.name.lower(),
        index=given.index,
        sha256=hashlib.sha256(given.contribution).hexdigest(),
    )


def _kept(row: Mapping[Any, Any]) -> Kept:
    names = ("index", "account", "at", "contribution", "signature")
    return Kept(row["commitment"], Group(row["group"]), *(row[name] for name in names))


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
