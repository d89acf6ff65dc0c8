"""The frozen rows of :mod:`ledger.index.rows`, made of what the database gives."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Row

from ledger.chain.codec import decode_detail
from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.errors import LogMalformed
from ledger.index.names import act_name, organisation_kinds
from ledger.index.raw import record_of
from ledger.index.rows import (
    ActRow,
    BidRow,
    Condition,
    Found,
    OrganisationRow,
    ProcessRow,
    ReleaseRow,
    RoundRow,
    Status,
)

_WITH_BID = frozenset(
    {"BidCommitted", "BidWithdrawn", "ExternalBidRegistered", "OutcomeRevised", "BidExcluded", "BidReadmitted",
     "AwardAnnounced"}
)  # fmt: skip


def process_row(row: Row[Any]) -> ProcessRow:
    """A row of ``statements.process_query``."""
    mapping = row._mapping
    values = {name: mapping[name] for name in ProcessRow.__dataclass_fields__}
    return ProcessRow(
        **{**values, "status": Status(values["status"]), "suppliers": tuple(orjson.loads(values["suppliers"]))}
    )


def organisation_row(row: Row[Any]) -> OrganisationRow:
    """A row of ``organisations``."""
    values = {name: row._mapping[name] for name in OrganisationRow.__dataclass_fields__}
    return OrganisationRow(**{**values, "kinds": organisation_kinds(values["kinds"])})


def release_row(row: Row[Any]) -> ReleaseRow:
    """A row of ``releases``."""
    return ReleaseRow(
        **{
            **row._mapping,
            "condition": Condition(row.condition),
            "tags": tuple(orjson.loads(row.tags)),
            "suppliers": tuple(orjson.loads(row.suppliers)),
        }
    )


def round_row(row: Row[Any], bids: tuple[BidRow, ...] = ()) -> RoundRow:
    """A row of ``rounds``."""
    return RoundRow(**{**row._mapping, "receivers": tuple(map(bytes.fromhex, orjson.loads(row.receivers)))}, bids=bids)


def act_row(row: Row[Any]) -> ActRow:
    """A row of ``acts`` with the ``block_hash`` of its block."""
    record = record_of(row)
    return ActRow(
        process_id=record.process_id,
        organisation_id=record.organisation_id,
        act=act_name(record.act),
        number=record.act,
        sequence=record.sequence,
        roles=record.roles,
        time=record.time,
        first=record.first,
        second=None if record.second == NOBODY else record.second,
        lot=_given(record.lot),
        round=record.round or None,
        bid=record.bid if record.round and act_name(record.act) in _WITH_BID else None,
        ref=record.ref or None,
        arrival=record.arrival or None,
        ground=_given(record.ground),
        release=_given(record.release),
        subject=_given(record.subject),
        detail=detail_of(record),
        digest=row.digest,
        data=row.data,
        block_number=row.block_number,
        block_hash=row.block_hash,
        transaction_hash=row.transaction_hash,
        log_index=row.log_index,
    )


def detail_of(record: ActRecord) -> dict[str, Any]:
    """What an act says in its own form; nothing where its row was altered."""
    try:
        return decode_detail(record)
    except LogMalformed:
        return {}  # a row altered by hand: the page is still shown, and the check names the row


def found_row(
    kind: str, digest: bytes, row: Row[Any], release: bytes | None = None, *, name: str | None = None
) -> Found:
    """The act of ``row`` as what ``digest`` names; ``name``: of an artifact."""
    return Found(
        kind=kind,
        digest=digest,
        process_id=row.process_id,
        ocid=row.ocid or "",
        organisation_id=row.organisation_id,
        name=name,
        sequence=row.sequence,
        act=act_name(row.act),
        time=row.time,
        block_number=row.block_number,
        transaction_hash=row.transaction_hash,
        release=release,
    )


def _given(value: bytes) -> bytes | None:
    return None if value == ZERO else value
