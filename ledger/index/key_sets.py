"""Key sets as rows: from the registry's acts KeySetRegistered, KeySetAccepted and KeySetRetired.

A key set's content never changes, so each act adds to what stands there. What was added carries its block, by which it
can be taken out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ledger.chain.codec import decode_detail
from ledger.errors import KeySetUnknown
from ledger.index import schema
from ledger.index.raw import record_of
from ledger.index.rows import KeySetRow, RecipientRow, WholeKeySet
from ledger.terms import Act

OFFICERS, CUSTODIANS = 1, 2
"""Numbers of the groups, as in ``docs/siegel-1.md``."""

Row = dict[str, Any]


def derive_key_sets(connection: Connection, acts: Iterable[Any]) -> None:
    """Add what these acts (rows of ``acts``, in the order of the chain) say; those of other kinds are passed over."""
    sets, recipients = schema.key_sets, schema.key_set_recipients
    for act in acts:
        if act.act not in (Act.KEY_SET_REGISTERED, Act.KEY_SET_ACCEPTED, Act.KEY_SET_RETIRED):
            continue
        record = record_of(act)
        of_set = recipients.c.key_set == record.subject
        if act.act == Act.KEY_SET_REGISTERED:
            for table in schema.OF_KEY_SETS:  # nothing is there, unless somebody wrote it by hand
                connection.execute(delete(table).where(table.c.key_set == record.subject))
            detail = decode_detail(record)["key_set"]
            connection.execute(insert(sets), _of_set(record.subject, act, detail))
            connection.execute(insert(recipients), list(_of_recipients(record.subject, detail)))
        elif act.act == Act.KEY_SET_ACCEPTED:
            custodian = decode_detail(record)["custodian"]
            is_custodian = (recipients.c.group == CUSTODIANS) & (recipients.c.holder == custodian)
            accepted = {"accepted_time": act.time, "accepted_block": act.block_number}
            connection.execute(update(recipients).where(of_set, is_custodian).values(accepted))
        else:
            retired = {"retired_time": act.time, "retired_block": act.block_number}
            connection.execute(update(sets).where(sets.c.key_set == record.subject).values(retired))


def forget_key_sets(connection: Connection, above: int) -> None:
    """Take out what acts in blocks above this one gave."""
    sets, recipients = schema.key_sets, schema.key_set_recipients
    gone = select(sets.c.key_set).where(sets.c.registered_block > above)
    connection.execute(delete(recipients).where(recipients.c.key_set.in_(gone)))
    connection.execute(delete(sets).where(sets.c.registered_block > above))
    retired = {"retired_time": None, "retired_block": None}
    connection.execute(update(sets).where(sets.c.retired_block > above).values(retired))
    accepted = {"accepted_time": None, "accepted_block": None}
    connection.execute(update(recipients).where(recipients.c.accepted_block > above).values(accepted))


def key_set_of(connection: Connection, key_set: bytes) -> WholeKeySet:
    """One key set with its recipients, custodians by name; raises ``KeySetUnknown``."""
    sets, recipients, organisations = schema.key_sets, schema.key_set_recipients, schema.organisations
    row = connection.execute(select(sets).where(sets.c.key_set == key_set)).one_or_none()
    if row is None:
        raise KeySetUnknown(keySet=key_set)
    named = (organisations.c.scheme, organisations.c.identifier, organisations.c.name)
    query = (
        select(recipients, *named)
        .outerjoin(organisations, organisations.c.organisation_id == recipients.c.holder)
        .where(recipients.c.key_set == key_set)
        .order_by(recipients.c.group, recipients.c.number)
    )
    found: dict[int, list[RecipientRow]] = {OFFICERS: [], CUSTODIANS: []}
    for recipient in connection.execute(query):
        values = {name: recipient._mapping[name] for name in RecipientRow.__dataclass_fields__}
        found[recipient._mapping["group"]].append(RecipientRow(**values))
    return WholeKeySet(
        key_set=row.key_set,
        organisation_id=row.organisation_id,
        officer_threshold=row.officer_threshold,
        custodian_threshold=row.custodian_threshold,
        officers=tuple(found[OFFICERS]),
        custodians=tuple(found[CUSTODIANS]),
        registered_time=row.registered_time,
        retired_time=row.retired_time,
    )


def key_sets_of(connection: Connection, organisation_id: bytes) -> dict[bytes, KeySetRow]:
    """The key sets that a buyer registered, by their id, in the order of the chain."""
    sets, recipients = schema.key_sets, schema.key_set_recipients
    query = (
        select(sets, recipients.c.group)
        .join(recipients, recipients.c.key_set == sets.c.key_set)
        .where(sets.c.organisation_id == organisation_id)
        .order_by(sets.c.registered_block, sets.c.key_set)
    )
    counted: dict[bytes, tuple[Any, list[int]]] = {}
    for row in connection.execute(query):
        counted.setdefault(row.key_set, (row, []))[1].append(row.group)
    return {
        key_set: KeySetRow(
            officer_threshold=row.officer_threshold,
            officers=groups.count(OFFICERS),
            custodian_threshold=row.custodian_threshold,
            custodians=groups.count(CUSTODIANS),
        )
        for key_set, (row, groups) in counted.items()
    }


def _of_set(key_set: bytes, act: Any, detail: Mapping[str, Any]) -> Row:
    return {
        "key_set": key_set,
        "organisation_id": act.organisation_id,
        "officer_threshold": detail["officer_threshold"],
        "custodian_threshold": detail["custodian_threshold"],
        "registered_time": act.time,
        "registered_block": act.block_number,
    }


def _of_recipients(key_set: bytes, detail: Mapping[str, Any]) -> Iterable[Row]:
    for group, recipients in ((OFFICERS, detail["officers"]), (CUSTODIANS, detail["custodians"])):
        for number, recipient in enumerate(recipients, 1):
            yield {"key_set": key_set, "group": group, "number": number, **recipient}
