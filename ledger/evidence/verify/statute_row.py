"""Each act of a series against its row of the table (``ledger/statute.json``), as far as the row alone decides.

What an act needs beyond, who may act and what the procedure allows, say ``authority`` and ``statute``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.chain.keccak import keccak
from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.errors import ActImpossible, MalformedAbi
from ledger.evidence.verify import abi
from ledger.terms import STATUTE, StatuteEntry

_MAX_TEXT = 128


class Refused(Exception):
    """The contract would have refused the act at hand: with which error, and why. Becomes ActImpossible."""

    def __init__(self, refusal: str, reason: str) -> None:
        super().__init__(refusal, reason)
        self.refusal, self.reason = refusal, reason


@dataclass(frozen=True)
class Row:
    """A row of the table, ready to be held against many acts; ``read`` reads the act's own arguments."""

    entry: StatuteEntry
    read: Callable[[bytes], tuple[Any, ...]]
    unused: tuple[tuple[int, str, int | bytes], ...]
    """Position, name and zero of each field of the record that the act has no use for."""


Take = Callable[[Row, ActRecord, tuple[Any, ...]], None]


def take_acts(series: str, series_id: bytes, acts: Sequence[bytes | ActRecord], take: Take) -> None:
    """Hand each act of a series (``process``, ``roles``, ``list``) to ``take``, with its row and arguments. The ids of
    processes, in a list, count and are passed over.

    Raises ActImpossible for the first act that cannot have been recorded at its place: not of such a series, with
    arguments that are not canonical, out of sequence, before the act before it, with a field, ground, release or
    subject missing or out of place, or refused by ``take``.
    """
    time = 0
    for sequence, act in enumerate(acts, 1):
        if isinstance(act, bytes):
            continue
        try:
            time = _take_act(series, act, sequence, time, take)
        except Refused as refused:
            raise ActImpossible(
                series=series_id, sequence=sequence, act=_name(act), refusal=refused.refusal, reason=refused.reason
            ) from None


def _take_act(series: str, record: ActRecord, sequence: int, earliest: int, take: Take) -> int:
    """The same for one act, which is not from before ``earliest``; gives its time. Raises Refused."""
    row = _ROWS.get((series, record.act))
    if row is None:
        raise Refused("LogMalformed", f"the table has no act {record.act} for such a series")
    _require_record(row, record, sequence, earliest)
    try:
        detail = _arguments(row, record)
    except MalformedAbi as error:
        raise Refused("LogMalformed", str(error)) from error
    take(row, record, detail)
    return record.time


def own_arguments(series: str, record: ActRecord) -> tuple[Any, ...]:
    """The own arguments of an act that can stand in such a series (else KeyError). Raises MalformedAbi."""
    return _arguments(_ROWS[series, record.act], record)


def _arguments(row: Row, record: ActRecord) -> tuple[Any, ...]:
    return () if not record.detail and row.entry.detail_may_be_empty else row.read(record.detail)


def require_text(text: str, refusal: str) -> None:
    """Printable ASCII of 1 to 128 bytes, as of an ocid."""
    if not (0 < len(text) <= _MAX_TEXT and text.isascii() and text.isprintable()):
        raise Refused(refusal, f"{text[:_MAX_TEXT]!r} is not 1 to {_MAX_TEXT} printable characters of ASCII")


def digest(*parts: bytes | int | str) -> bytes:
    """``keccak256(abi.encode(...))`` of words (bytes of at most 32, an account among them, filled up on the left) and
    texts."""
    heads, tails = [], b""
    for part in parts:
        if isinstance(part, str):
            text = part.encode()
            heads.append((len(parts) * 32 + len(tails)).to_bytes(32, "big"))
            tails += len(text).to_bytes(32, "big") + text + bytes(-len(text) % 32)
        else:
            heads.append(part.to_bytes(32, "big") if isinstance(part, int) else part.rjust(32, b"\0"))
    return keccak(b"".join(heads) + tails)


def _require_record(row: Row, record: ActRecord, sequence: int, earliest: int) -> None:
    entry = row.entry
    if record.sequence != sequence:
        raise Refused("SequenceBroken", f"it is number {sequence} in its series and says {record.sequence}")
    if record.time < earliest:
        raise Refused("TimeReversed", f"time {record.time} is before the act before it, {earliest}")
    if record.first == NOBODY:
        raise Refused("FieldMissing", "nobody acted")
    if entry.ground == "must" and record.ground == ZERO:
        raise Refused("GroundMissing", "it needs a ground")
    if entry.ground == "none" and record.ground != ZERO:
        raise Refused("GroundUnexpected", "it has no use for a ground")
    if entry.release and record.release == ZERO:
        raise Refused("ReleaseMissing", "it is published by a release")
    if entry.subject and record.subject == ZERO:
        raise Refused("SubjectMissing", "the digest it is about is missing")
    for position, name, zero in row.unused:
        if record[position] != zero:
            raise Refused("FieldUnexpected", f"it has no use for the field {name}")


def _name(record: ActRecord) -> str:
    return next((entry.name for act, entry in STATUTE.items() if act == record.act), "?")


def _row(entry: StatuteEntry) -> Row:
    used = {"process_id", "organisation_id", "act", "sequence", "time", "first", "ground", "detail", *entry.record}
    if entry.who != ("bidder",):
        used.add("roles")
    if entry.joint or entry.who == ("governors",):
        used.add("second")
    zeros: dict[str, int | bytes] = {"second": NOBODY, "lot": ZERO, "ground": ZERO, "release": ZERO, "subject": ZERO}
    unused = [(place, name, zeros.get(name, 0)) for place, name in enumerate(ActRecord._fields) if name not in used]
    return Row(entry, abi.reader(entry.detail), tuple(unused))


_ROWS = {(entry.series, int(act)): _row(entry) for act, entry in STATUTE.items()}
