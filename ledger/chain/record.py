"""One act as the ledger recorded it: the log of ``ActRecorded``, in and out.

The layout is that of ``contracts/src/IActs.sol``: fourteen words of a static record, then ``bytes detail``. Logs are
the hot path of the index, so a record is cut out of the bytes in one step; nothing is forgiven all the same, because
the digest of the act is the digest of exactly these bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from ledger.chain.keccak import keccak
from ledger.errors import LogMalformed

ZERO = bytes(32)
NOBODY = bytes(20)

ACT_RECORDED = keccak(
    b"ActRecorded(bytes32,bytes32,uint8,(uint8,uint64,uint64,uint64,address,address,bytes32,uint32,uint32,uint64,"
    b"uint64,bytes32,bytes32,bytes32),bytes)"
)
ACT_PROPOSED = keccak(b"ActProposed(bytes32,bytes32,uint8,bytes32,address,uint64)")
APPROVAL_REVOKED = keccak(b"ApprovalRevoked(bytes32,address)")

_WORDS = struct.Struct(">31xB24xQ24xQ24xQ12x20s12x20s32s28xI28xI24xQ24xQ32s32s32s24xQ24xQ")
_SIZE = _WORDS.size
_DETAIL_OFFSET = 15 * 32
# Ones where a word's unused leading bytes are, which must be zero.
_PADDING = int.from_bytes(
    b"".join(b"\xff" * (32 - size) + bytes(size) for size in (1, 8, 8, 8, 20, 20, 32, 4, 4, 8, 8, 32, 32, 32, 8, 8)),
    "big",
)


class ActRecord(NamedTuple):
    """An act on the record. Digests and ids are 32 bytes, accounts 20 bytes, times seconds since 1970.

    ``process_id`` is zero for acts outside a process, ``organisation_id`` for the governors' own acts. The other
    fields mean what ``IActs.sol`` says of them; a field an act has no use for is zero. ``detail`` is the ABI encoding
    of the act's own arguments.
    """

    process_id: bytes
    organisation_id: bytes
    act: int
    sequence: int
    roles: int
    time: int
    first: bytes
    second: bytes
    lot: bytes
    round: int
    bid: int
    ref: int
    arrival: int
    ground: bytes
    release: bytes
    subject: bytes
    detail: bytes


def decode_log(topics: Sequence[bytes], data: bytes) -> ActRecord:
    """Read a log of ``ActRecorded``. Raises LogMalformed if another encoder of the same act would give other bytes."""
    if len(topics) != 4 or topics[0] != ACT_RECORDED:
        raise LogMalformed(reason="other topics than those of ActRecorded")
    if len(data) < _SIZE:
        raise LogMalformed(reason=f"{len(data)} bytes, at least {_SIZE} were expected")
    *fields, offset, length = _WORDS.unpack_from(data)
    if offset != _DETAIL_OFFSET or int.from_bytes(data[:_SIZE], "big") & _PADDING:
        raise LogMalformed(reason="a word that is out of its range")
    detail = data[_SIZE : _SIZE + length]
    if len(data) != _SIZE + (length + 31) // 32 * 32 or any(data[_SIZE + length :]):
        raise LogMalformed(reason="details of another length than stated")
    if topics[3] != data[:32]:
        raise LogMalformed(reason="a topic that names another act than the record")
    return ActRecord._make((topics[1], topics[2], *fields, detail))


def encode_log(record: ActRecord) -> tuple[list[bytes], bytes]:
    """Topics and data of the log that records this act, as the ledger emits it."""
    _, _, *fields, detail = record
    head = _WORDS.pack(*fields, _DETAIL_OFFSET, len(detail))
    topics = [ACT_RECORDED, record.process_id, record.organisation_id, head[:32]]
    return topics, head + detail + bytes(-len(detail) % 32)


class Proposal(NamedTuple):
    """First half of a joint act, awaiting another officer's equal call; ``key`` is what ``revokeApproval`` takes."""

    process_id: bytes
    organisation_id: bytes
    act: int
    key: bytes
    account: bytes
    expires: int


def decode_proposal(topics: Sequence[bytes], data: bytes) -> Proposal:
    """Read a log of ``ActProposed``; raises LogMalformed."""
    if len(topics) != 4 or topics[0] != ACT_PROPOSED or len(data) != 3 * 32:
        raise LogMalformed(reason="topics or length are not those of ActProposed")
    if any(topics[3][:31]) or any(data[32:44]) or any(data[64:88]):
        raise LogMalformed(reason="a word that is out of its range")
    return Proposal(topics[1], topics[2], topics[3][31], data[:32], data[44:64], int.from_bytes(data[88:], "big"))


def act_digest(data: bytes) -> bytes:
    """Digest of an act: keccak-256 of its log's data."""
    return keccak(data)
