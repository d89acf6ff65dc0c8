"""Where a block stands in the home's logs, and the earliest checkpoint that witnesses cosigned over it: for bundles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

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


IsStamped = Callable[[bytes], bool]
"""Whether enough outside authorities stamped a checkpoint, given as the log signed it."""

_Holding: TypeAlias = Sequence[tuple[LogFolder, int]]

MAX_LOG_DELAY: Final = 86_400
"""A day: long enough for a log that has to be mended, short enough that nobody rewrites a week."""


def place_of(
    folder: Path,
    header: Header,
    *,
    threshold: int,
    witnesses: Sequence[str] | None = None,
    is_stamped: IsStamped | None = None,
) -> Place:
    """Of all logs below ``folder`` (the home's ``log``), successors included, the place that was cosigned first; with
    ``is_stamped`` the first that is stamped, unless that was cosigned more than a day after the block.

    ``witnesses`` are names, None for all. With a threshold of 0 it is the smallest cosigned tree, for what it is worth.
    Raises LogNotHolding, LogContradictory.
    """
    book = CosignatureBook(folder)
    holding = _holding(folder, header)
    if not holding:
        raise LogNotHolding(block=header.number)
    if is_stamped is not None:
        stamped = _stamped_place(book, holding, threshold, is_stamped)
        if stamped is not None and (stamped.moment or header.time) - header.time <= MAX_LOG_DELAY:
            return stamped
    cosigned = []
    for log, index in holding:
        each = book.earliest(log.origin, index, threshold=threshold, witnesses=witnesses)
        if each is not None:
            cosigned.append((_moment(each, threshold, witnesses), log, index, each))
    if cosigned:
        moment, log, index, each = min(cosigned, key=lambda one: one[0])
        return Place(log.inclusion(index, each.size), each.note, moment if threshold else None)
    log, index = holding[-1]
    return Place(log.inclusion(index, log.newest().size), newest_note(log, book), None)


def _holding(folder: Path, header: Header) -> _Holding:
    """The logs that hold the block, each with the index of its leaf."""
    indexed = ((log, index_of(log, header.number)) for log in logs_of(folder))
    return [(log, index) for log, index in indexed if index is not None and log.leaf(index) == header.hashed]


def _stamped_place(book: CosignatureBook, holding: _Holding, threshold: int, is_stamped: IsStamped) -> Place | None:
    found = list[tuple[int, Place]]()
    for log, index in holding:
        for tree in book.chosen(log.origin, index):
            cosigned = book.cosigned_by(threshold, log.origin, tree)
            if cosigned is not None and is_stamped(tree.note):
                moment = _moment(cosigned, threshold, None) if threshold else tree.moment
                place = Place(log.inclusion(index, tree.size), cosigned.note, moment if threshold else None)
                found.append((moment, place))
                break
    return min(found, key=lambda each: each[0])[1] if found else None


def newest_stamped(folder: Path, is_stamped: IsStamped) -> int | None:
    """As ``newest_cosigned``, of the checkpoints that are stamped, too; if none is yet, of those that are not."""
    logs = logs_of(folder)
    if not logs:
        return None
    book, log = CosignatureBook(folder), logs[-1]
    threshold = most_of(book.witnesses())
    for tree in reversed(book.chosen(log.origin)):
        if book.cosigned_by(threshold, log.origin, tree) is not None and is_stamped(tree.note):
            return read_header(log.leaf(tree.size - 1)).number
    return newest_cosigned(folder)


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
