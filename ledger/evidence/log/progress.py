"""How far the log is behind the chain, and its witnesses behind the log: what an operator has to see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import EvidenceRefused, LogContradictory
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import logs_of
from ledger.evidence.log.places import most_of
from ledger.evidence.verify.header import read_header
from ledger.index.act_blocks import blocks_with_acts
from ledger.index.database import Index

COUNTED: Final = 1000
"""Blocks that wait are counted up to this number."""


@dataclass(frozen=True, slots=True)
class LogProgress:
    """The living log against the index. ``size`` in leaves; ``last_block`` and ``last_time`` (seconds since 1970) are
    of the last leaf, None if there is none. ``waiting_blocks``, at most 1000, have acts and are not in the log;
    ``waiting_since`` is the time of the first of them. ``cosigned_size`` leaves most witnesses saw, None if no witness
    is asked. ``failure`` names what keeps the log from growing, None if nothing is known to."""

    origin: str
    size: int
    last_block: int | None
    last_time: int | None
    waiting_blocks: int
    waiting_since: int | None
    cosigned_size: int | None
    failure: str | None


def log_progress(folder: Path, index: Index, failure: str | None = None) -> LogProgress | None:
    """``folder``: the home's ``log``. None where there is no log. ``failure`` is what whoever publishes met last."""
    try:
        logs = logs_of(folder)
        if not logs:
            return None
        log = logs[-1]
        size = log.newest().size
        last = read_header(log.leaf(size - 1)) if size else None
    except (LogContradictory, EvidenceRefused) as error:
        return LogProgress("", 0, None, None, 0, None, None, error.name)
    waiting = blocks_with_acts(index, -1 if last is None else last.number, COUNTED)
    hashes = {} if waiting is None else waiting.hashes
    book = CosignatureBook(folder)
    threshold = most_of(book.witnesses())
    return LogProgress(
        log.origin,
        size,
        None if last is None else last.number,
        None if last is None else last.time,
        len(hashes),
        None if waiting is None else waiting.first_time,
        (book.largest_seen_by(threshold, log.origin) or 0) if threshold else None,
        failure,
    )
