"""What people read of a round's custodians: their own ledger's word, not that of the server that they ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ledger.sealing.context import Group

if TYPE_CHECKING:
    from ledger.cli.opening.server import Recipient
    from ledger.cli.session import Session
    from ledger.index.rows import RecipientRow
    from ledger.opening.sealed_round import SealedRound

LONGEST: Final = 120
"""Characters of a name that are shown."""


def custodian_names(session: Session, sealed: SealedRound) -> Mapping[int, str]:
    """By index in the round's key set: how the registry has each (``scheme:identifier``), and before it what releases
    in this home call it, if any does. Raises KeySetUnknown."""
    from ledger.index.queries import Queries

    rows = Queries(session.index).key_set(sealed.facts.key_set).custodians
    return {index: told(row) for index, row in enumerate(rows, 1)}


def told(row: RecipientRow) -> str:
    """One custodian, on one line: a name of several lines would be several custodians."""
    name, registered = (" ".join((text or "").split()) for text in (row.name, row.registered))
    return f"{name[:LONGEST]} ({registered})" if name else registered


def named(recipients: Iterable[Recipient], custodians: Mapping[int, str]) -> list[Recipient]:
    """Those in a rehearsal under these names."""
    return [
        replace(each, name=custodians.get(each.index) if each.group is Group.CUSTODIANS else None)
        for each in recipients
    ]  # fmt: skip


def whose_share(group: Group, index: int, custodians: Mapping[int, str]) -> str:
    """The share's number in its group, and the custodian that holds it."""
    name = custodians.get(index) if group is Group.CUSTODIANS else None
    return str(index) if name is None else f"{index} ({name})"
