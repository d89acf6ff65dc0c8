"""Where a block stands in the home's logs, and the earliest checkpoint that witnesses cosigned over it: for bundles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import LogNotHolding
from ledger.evidence.log.cosignatures import CosignatureBook, Cosigned, Witness
from ledger.evidence.log.folder import LogFolder, logs_of
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.logged import Inclusion


@dataclass(frozen=True)
class Place:
    """What a bundle carries of the log for one block; ``moment`` is when enough witnesses had signed, None if that
    is not (yet) so: then the checkpoint is the newest one, with the cosignatures that it has."""

    inclusion: Inclusion
    checkpoint: bytes
    moment: int | None


def place_of(folder: Path, header: Header, *, threshold: int, witnesses: Sequence[str] | None = None) -> Place:
    """Of all logs below ``folder`` (the home's ``log``), successors included, the place that was cosigned first.

    ``witnesses`` are names, None for all. With a threshold of 0 it is the smallest cosigned tree, for what it is worth.
    Raises LogNotHolding, LogContradictory.
    """
    book = CosignatureBook(folder)
    found = []
    for log in logs_of(folder):
        index = index_of(log, header.number)
        if index is not None and log.leaf(index) == header.hashed:
            found.append((log, index, book.earliest(log.origin, index, threshold=threshold, witnesses=witnesses)))
    if not found:
        raise LogNotHolding(block=header.number)
    cosigned = [
        (_moment(each, threshold, witnesses), log, index, each) for log, index, each in found if each is not None
    ]
    if cosigned:
        moment, log, index, each = min(cosigned, key=lambda one: one[0])
        return Place(log.inclusion(index, each.size), each.note, moment if threshold else None)
    log, index, _ = found[-1]
    return Place(log.inclusion(index, log.newest().size), newest_note(log, book), None)


def newest_cosigned(folder: Path) -> int | None:
    """The block of the last leaf that most witnesses of the living log saw; of the last leaf at all if it has no
    witnesses. None if there is no log or nothing in it, or they saw nothing yet: nothing can be shown then."""
    logs = logs_of(folder)
    if not logs:
        return None
    book, log = CosignatureBook(folder), logs[-1]
    witnesses = book.witnesses()
    size = book.largest_seen_by(most_of(witnesses), log.origin) if witnesses else log.newest().size
    return read_header(log.leaf(size - 1)).number if size else None


def most_of(witnesses: Sequence[Witness]) -> int:
    """How many are more than half; none of none."""
    return len(witnesses) // 2 + 1 if witnesses else 0


def index_of(log: LogFolder, block: int) -> int | None:
    """Index of the leaf of a block, None if it has none."""
    first, end = 0, log.newest().size
    while first < end:
        middle = (first + end) // 2
        number = read_header(log.leaf(middle)).number
        if number == block:
            return middle
        first, end = (middle + 1, end) if number < block else (first, middle)
    return None


def newest_note(log: LogFolder, book: CosignatureBook) -> bytes:
    """The newest checkpoint with the cosignatures that it has so far."""
    tree = log.newest()
    cosigned = book.cosigned(log.origin, tree.size)
    return tree.note if cosigned is None else cosigned.note


def _moment(cosigned: Cosigned, threshold: int, witnesses: Sequence[str] | None) -> int:
    times = sorted(moment for name, moment in cosigned.times.items() if witnesses is None or name in witnesses)
    return times[max(threshold, 1) - 1]
