"""Block headers, read strictly, and their block hash: of the embedded chain, anvil, and Besu with QBFT."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ledger.chain.keccak import keccak
from ledger.errors import MalformedHeader
from ledger.evidence.verify import qbft, rlp

# Fields since: the beginning, EIP-1559, EIP-4895, EIP-4844 with EIP-4788, EIP-7685.
_FIELD_COUNTS = (15, 16, 17, 20, 21)

_EXTRA_DATA = 12


@dataclass(frozen=True)
class Header:
    """The fields of a header that evidence rests on; ``raw`` is the whole RLP as given, seals included."""

    raw: bytes
    parent_hash: bytes
    beneficiary: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    difficulty: int
    number: int
    time: int
    extra_data: bytes
    mix_hash: bytes

    @property
    def is_qbft(self) -> bool:
        """Whether seals of validators stand in ``extra_data`` (the genesis block has none and is hashed as it is)."""
        return self.mix_hash == qbft.MIX_HASH and self.number > 0

    @cached_property
    def hashed(self) -> bytes:
        """The bytes that the block hash covers, a leaf of the transparency log: the header, for QBFT with round 0 and
        without seals, so that it is the same whichever node gave it.

        Raises MalformedRlp or MalformedHeader if a QBFT header's extra data cannot be read.
        """
        if not self.is_qbft:
            return self.raw
        return self.with_extra_data(qbft.read_extra_data(self.extra_data).without_round_and_seals())

    @cached_property
    def block_hash(self) -> bytes:
        """The block's hash: keccak-256 of ``hashed``. Raises as it."""
        return keccak(self.hashed)

    def with_extra_data(self, extra_data: bytes) -> bytes:
        """This header's RLP with other extra data."""
        fields = rlp.decode_list(self.raw)
        fields[_EXTRA_DATA] = extra_data
        return rlp.encode(fields)


def read_header(raw: bytes) -> Header:
    """Read a header's RLP. Raises MalformedRlp or MalformedHeader (number and sizes of the fields)."""
    fields = rlp.decode_list(raw)
    if len(fields) not in _FIELD_COUNTS:
        raise MalformedHeader(reason=f"{len(fields)} fields")
    for position, size in ((1, 32), (6, 256), (14, 8)):
        rlp.fixed(fields[position], size)
    for position in (9, 10):
        rlp.integer(fields[position])
    _check_later_forks(fields)
    extra_data = fields[_EXTRA_DATA]
    if not isinstance(extra_data, bytes):
        raise MalformedHeader(reason="extra data that is a list")
    return Header(
        raw=raw,
        parent_hash=rlp.fixed(fields[0], 32),
        beneficiary=rlp.fixed(fields[2], 20),
        state_root=rlp.fixed(fields[3], 32),
        transactions_root=rlp.fixed(fields[4], 32),
        receipts_root=rlp.fixed(fields[5], 32),
        difficulty=rlp.integer(fields[7]),
        number=rlp.integer(fields[8], 8),
        time=rlp.integer(fields[11], 8),
        extra_data=extra_data,
        mix_hash=rlp.fixed(fields[13], 32),
    )


def _check_later_forks(fields: list[rlp.Item]) -> None:
    later = fields[15:]
    for position in (0, 2, 3):
        if position < len(later):
            rlp.integer(later[position])
    for position in (1, 4, 5):
        if position < len(later):
            rlp.fixed(later[position], 32)
