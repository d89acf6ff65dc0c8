"""The small entries of a receipt: key set and promise (``docs/siegel-1.md``, the receipt)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ledger.chain.keccak import keccak
from ledger.chain.record import ZERO
from ledger.errors import EntryInvalid, MalformedAbi
from ledger.evidence.verify import abi
from ledger.terms import STATUTE, Act

_WORD: Final = 32
_SIGNATURE: Final = 65
_read_key_set = abi.reader(STATUTE[Act.KEY_SET_REGISTERED].detail)


class Promised(NamedTuple):
    """A receiver's promise, field by field as the ledger takes it; all zero if there is none."""

    receiver: bytes = ZERO
    arrived_at: int = 0
    deliver_by: int = 0
    signature: bytes = b""

    def encoded(self) -> bytes:
        """The entry; nothing of none."""
        if self.receiver == ZERO:
            return b""
        numbers = (self.arrived_at, self.deliver_by, len(self.signature))
        return self.receiver + b"".join(number.to_bytes(_WORD, "big") for number in numbers) + self.signature


class Recipient(NamedTuple):
    """Whom a share is sealed to: 32 and 65 bytes."""

    holder: bytes
    key: bytes


class KeySet(NamedTuple):
    """A key set as the registry has it."""

    officer_threshold: int
    custodian_threshold: int
    officers: Sequence[Recipient]
    custodians: Sequence[Recipient]


def read_key_set(data: bytes) -> KeySet:
    """From ``abi.encode(keySet)``. Raises EntryInvalid."""
    try:
        ((officer_threshold, custodian_threshold, officers, custodians),) = _read_key_set(data)
    except MalformedAbi as error:
        raise EntryInvalid(entry="key-set", reason=str(error)) from error
    groups = (tuple(Recipient(*each) for each in group) for group in (officers, custodians))
    return KeySet(officer_threshold, custodian_threshold, *groups)


def key_set_id(organisation_id: bytes, data: bytes) -> bytes:
    """The id (32 bytes) of the key set with this encoding: keccak256(abi.encode(organisationId, keySet))."""
    return keccak(organisation_id + (2 * _WORD).to_bytes(_WORD, "big") + data[_WORD:])


def read_promise(data: bytes) -> Promised:
    """From its entry of 193 bytes. Raises EntryInvalid for numbers that a promise cannot have."""
    receiver, *words = (data[at : at + _WORD] for at in range(0, 4 * _WORD, _WORD))
    arrived_at, deliver_by, length = (int.from_bytes(word, "big") for word in words)
    if receiver == ZERO or max(arrived_at, deliver_by) >= 2**64 or length != _SIGNATURE:
        raise EntryInvalid(entry="promise", reason="no receiver, a time beyond 64 bits, or another length than 65")
    return Promised(receiver, arrived_at, deliver_by, data[4 * _WORD :])
