"""A QBFT network in a test: keys, and headers that they propose, vote in and seal as Besu does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from coincurve import PrivateKey

from ledger.chain.keccak import keccak
from ledger.evidence.verify import qbft, rlp
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.qbft import Vote

VANITY = b"a fictional client".rjust(32, b"\x00")
STATE = bytes([0x57]) * 32


@dataclass(frozen=True)
class Validator:
    """One node with its key."""

    secret: int

    @cached_property
    def key(self) -> PrivateKey:
        return PrivateKey.from_int(self.secret)

    @cached_property
    def account(self) -> bytes:
        """The node's account (20 bytes)."""
        return keccak(self.key.public_key.format(compressed=False)[1:])[12:]

    def seal(self, message: bytes) -> bytes:
        """r, s and the recovery id over ``message`` (32 bytes)."""
        return self.key.sign_recoverable(message, hasher=None)


def nodes(count: int, start: int = 1) -> list[Validator]:
    """So many nodes, in ascending order of their accounts; others with another ``start``."""
    return sorted((Validator(start + number) for number in range(count)), key=lambda one: one.account)


def accounts(validators: Sequence[Validator]) -> tuple[bytes, ...]:
    """Their accounts, ascending."""
    return tuple(sorted(one.account for one in validators))


def genesis(validators: Sequence[Validator]) -> Header:
    """Block 0, which nobody seals."""
    return _header(bytes(32), bytes(20), 0, 0, qbft.ExtraData(bytes(32), accounts(validators), None, 0, ()), STATE)


def propose(
    parent: Header,
    validators: Sequence[Validator],
    proposer: Validator | None = None,
    *,
    vote: Vote | None = None,
    round_number: int = 0,
    time: int | None = None,
    state_root: bytes = STATE,
) -> Header:
    """The block after ``parent`` with these validators in force, without seals."""
    proposer = proposer or validators[parent.number % len(validators)]
    extra = qbft.ExtraData(VANITY, accounts(validators), vote, round_number, ())
    moment = parent.time + 5 if time is None else time
    return _header(parent.block_hash, proposer.account, parent.number + 1, moment, extra, state_root)


def sealed(header: Header, signers: Sequence[Validator]) -> Header:
    """The header with these nodes' seals, in this order."""
    message = seal_message(header)
    return with_seals(header, [one.seal(message) for one in signers])


def with_seals(header: Header, seals: Sequence[bytes]) -> Header:
    """The header with these seals instead of its own."""
    extra = replace(qbft.read_extra_data(header.extra_data), seals=tuple(seals))
    return read_header(header.with_extra_data(extra.encoded()))


def with_round(header: Header, round_number: int) -> Header:
    """The header with another round and the seals that it has."""
    extra = replace(qbft.read_extra_data(header.extra_data), round=round_number)
    return read_header(header.with_extra_data(extra.encoded()))


def with_field(header: Header, position: int, value: bytes) -> Header:
    """The header with another value in one field, and the seals that it has."""
    fields = rlp.decode_list(header.raw)
    fields[position] = value
    return read_header(rlp.encode(fields))


def seals_of(header: Header) -> tuple[bytes, ...]:
    """The seals in a header."""
    return qbft.read_extra_data(header.extra_data).seals


def seal_message(header: Header) -> bytes:
    """What a seal signs (32 bytes)."""
    return keccak(header.with_extra_data(qbft.read_extra_data(header.extra_data).without_seals()))


def next_block(parent: Header, validators: Sequence[Validator], vote: Vote | None = None) -> Header:
    """The block after ``parent``, sealed by all."""
    return sealed(propose(parent, validators, vote=vote), validators)


def _header(parent: bytes, proposer: bytes, number: int, time: int, extra: qbft.ExtraData, state_root: bytes) -> Header:
    def integer(value: int) -> bytes:
        return value.to_bytes((value.bit_length() + 7) // 8, "big")

    digest = bytes([0x11]) * 32
    fields = [parent, digest, proposer, state_root, digest, digest, bytes(256), integer(1), integer(number)]
    fields += [integer(30_000_000), b"", integer(time), extra.encoded(), qbft.MIX_HASH, bytes(8), b""]
    return read_header(rlp.encode(fields))
