"""Rows of the ``acts`` table and the records they hold."""

from __future__ import annotations

from typing import Any

from ledger.chain.record import ACT_RECORDED, ActRecord, decode_log


def record_of(row: Any) -> ActRecord:
    """The record of a row of ``acts``. Raises ``LogMalformed`` if the row is none the ledger can have given."""
    topics = [ACT_RECORDED, row.process_id, row.organisation_id, row.act.to_bytes(32, "big")]
    return decode_log(topics, row.data)
