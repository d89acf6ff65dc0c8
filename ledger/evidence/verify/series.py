"""The entries ``acts/...`` of a bundle: series of acts, and what they fold to (``docs/bundle-1.md``, acts)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.chain.heads import genesis_list_head, genesis_process_head, genesis_roles_head, heads_of
from ledger.chain.record import ACT_RECORDED, ActRecord, act_digest, decode_log
from ledger.errors import ActMisplaced, EntryInvalid
from ledger.evidence.verify.history import require_fold, require_head

# The fourteen fields of a record and the length of the details: as they stand here, and as words in the log.
_PACKED = struct.Struct(">BQQQ20s20s32sIIQQ32s32s32sI")
_WORDS = struct.Struct(">31xB24xQ24xQ24xQ12x20s12x20s32s28xI28xI24xQ24xQ32s32s32s24xQ28xI")
_DETAIL = 15 * 32  # where the details of a log begin
_ID, _ACT = b"\x00", b"\x01"


@dataclass(frozen=True, slots=True)
class Contracts:
    """The chain id, and the accounts (20 bytes) of ledger and registry on it."""

    chain_id: int
    ledger: bytes
    registry: bytes


def pack_act(data: bytes) -> bytes:
    """An act's log data without the zeros that are always there (``docs/bundle-1.md``, acts)."""
    *fields, _offset, length = _WORDS.unpack_from(data)
    return _PACKED.pack(*fields, length) + data[_WORDS.size : _WORDS.size + length]


def split_acts(entry: str, data: bytes) -> list[bytes]:
    """The log data of each act. Raises EntryInvalid where one ends too early."""
    acts, at = [], 0
    while at < len(data):
        act, at = _act(entry, data, at)
        acts.append(act)
    return acts


def split_list(entry: str, data: bytes) -> list[bytes]:
    """The items of an organisation's list: process ids (32 bytes), and the log data of organisation-wide acts (longer).

    Raises EntryInvalid.
    """
    items, at = [], 0
    while at < len(data):
        tag = data[at : at + 1]
        if tag == _ACT:
            item, at = _act(entry, data, at + 1)
        elif tag == _ID and at + 33 <= len(data):
            item, at = data[at + 1 : at + 33], at + 33
        else:
            raise EntryInvalid(entry=entry, reason=f"neither an id nor an act at byte {at}")
        items.append(item)
    return items


def write_list(items: Iterable[bytes]) -> bytes:
    """What ``split_list`` reads."""
    return b"".join(_ID + item if len(item) == 32 else _ACT + pack_act(item) for item in items)


def read_series(
    name: str, acts: Sequence[bytes], *, process_id: bytes, organisation_id: bytes, latest: int, first: int = 1
) -> list[ActRecord]:
    """The records of acts that count on by one from ``first``, and whose times never fall and are not after ``latest``,
    the time of the block that proves them. Raises ActMisplaced; LogMalformed for what ``split_acts`` never gives."""
    records: list[ActRecord] = []
    time = 0
    for position, data in enumerate(acts, first):
        record = decode_log((ACT_RECORDED, process_id, organisation_id, data[:32]), data)
        if record.sequence != position:
            raise ActMisplaced(series=name, position=position, reason=f"it says that it is act {record.sequence}")
        if record.time < time:
            raise ActMisplaced(series=name, position=position, reason="it is earlier than the act before it")
        if record.time > latest:
            # Else whoever makes the blocks could tell of an end of a standstill or deadline that is still to come.
            raise ActMisplaced(series=name, position=position, reason="it is later than the block that proves it")
        time = record.time
        records.append(record)
    return records


def check_process(contracts: Contracts, process_id: bytes, acts: Sequence[bytes], head: bytes) -> list[bytes]:
    """Raises HeadMismatch unless these are all acts of the process, in order; gives its heads (``heads_of``)."""
    heads = heads_of(genesis_process_head(contracts.chain_id, contracts.ledger, process_id), map(act_digest, acts))
    require_head(head, heads[-1])
    return heads


def check_list(contracts: Contracts, organisation_id: bytes, items: Sequence[bytes], head: bytes) -> None:
    """Raises HeadMismatch unless these are all processes and organisation-wide acts of the organisation, in order."""
    digests = (item if len(item) == 32 else act_digest(item) for item in items)
    require_fold(genesis_list_head(contracts.chain_id, contracts.ledger, organisation_id), digests, head)


def check_roles(contracts: Contracts, organisation_id: bytes, acts: Sequence[bytes], head: bytes) -> None:
    """Raises HeadMismatch unless these are all of the registry's acts on the organisation, in order."""
    require_fold(
        genesis_roles_head(contracts.chain_id, contracts.registry, organisation_id), map(act_digest, acts), head
    )


def _act(entry: str, data: bytes, at: int) -> tuple[bytes, int]:
    """The log data of the act that begins there, and where it ends."""
    start = at + _PACKED.size
    if start > len(data):
        raise EntryInvalid(entry=entry, reason=f"an act cut off at byte {at}")
    *fields, length = _PACKED.unpack_from(data, at)
    end = start + length
    if end > len(data):
        raise EntryInvalid(entry=entry, reason=f"an act cut off at byte {at}")
    return _WORDS.pack(*fields, _DETAIL, length) + data[start:end] + bytes(-length % 32), end
