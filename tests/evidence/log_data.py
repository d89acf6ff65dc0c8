"""Acts as the ledger logs them, and as the records that they are."""

from __future__ import annotations

from ledger.chain.record import ACT_RECORDED, ZERO, ActRecord, decode_log, encode_log


def read(data: bytes) -> ActRecord:
    """The record of an act, ids left out."""
    return decode_log((ACT_RECORDED, ZERO, ZERO, data[:32]), data)


def write(record: ActRecord) -> bytes:
    """Log data of a record."""
    return encode_log(record)[1]
