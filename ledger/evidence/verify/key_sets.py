"""Key sets in the registry: who gets a sealed share, who must accept, who no longer may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.chain.keccak import keccak
from ledger.chain.record import ActRecord
from ledger.evidence.verify.standing import KeySet, Standing
from ledger.evidence.verify.statute_row import Refused
from ledger.terms import Act, OrganisationKind, Role

_OFFICER = int(Role.OFFICER)
_KEY_LENGTH = 65
_UNCOMPRESSED = 0x04
_MAX_RECIPIENTS = 32


def register(organisation_id: bytes, standing: Standing, record: ActRecord, keys: tuple[Any, ...]) -> tuple[bytes, ...]:
    """KeySetRegistered by a buyer: ``keys`` is the structure. Gives its custodians' organisations; raises Refused."""
    if not standing.kinds[-1] & OrganisationKind.BUYER:
        raise Refused("KindMissing", "only a buyer has key sets")
    # keccak256(abi.encode(organisationId, keySet)); the detail is abi.encode(keySet), another offset before the same.
    if keccak(organisation_id + (64).to_bytes(32, "big") + record.detail[32:]) != record.subject:
        raise Refused("KeySetUnknown", "the id is that of another key set")
    if record.subject in standing.key_sets:
        raise Refused("KeySetKnown", "the key set was registered before")
    officer_threshold, custodian_threshold, officers, custodians = keys
    _require_threshold(officers, officer_threshold)
    if custodians or custodian_threshold:
        _require_threshold(custodians, custodian_threshold)
    for holder, _ in officers:
        if any(holder[:12]):
            raise Refused("RecipientInvalid", f"0x{holder.hex()} is no account")
        if not standing.roles(holder[12:], record.roles, record.time) & _OFFICER:
            raise Refused("RoleMissing", f"the recipient 0x{holder[12:].hex()} was no officer then")
    holders = tuple(holder for holder, _ in custodians)
    if organisation_id in holders:
        raise Refused("KindMissing", "a buyer is no custodian of its own set")
    _require_distinct([key for _, key in (*officers, *custodians)])
    standing.key_sets[record.subject] = KeySet(tuple(custodians), set(holders), None if holders else record.sequence)
    return holders


def accept(standing: Standing, record: ActRecord, custodian: bytes) -> None:
    """KeySetAccepted, in the buyer's series. Raises Refused; who accepted, ``custodian_refusal`` judges."""
    key_set = _in_force(standing, record)
    if custodian not in key_set.awaited:
        raise Refused("CustodianUnexpected", "the organisation is no custodian of the set, or accepted it before")
    key_set.awaited.discard(custodian)
    if not key_set.awaited:
        key_set.ready = record.sequence


def retire(standing: Standing, record: ActRecord) -> None:
    """KeySetRetired. Raises Refused."""
    _in_force(standing, record).retired = record.sequence


def custodian_refusal(custodian: Standing, record: ActRecord) -> Refused | None:
    """Why an organisation with this standing cannot have been named a custodian, or have accepted, by this act."""
    positions: Sequence[int] = custodian.positions(record.time)
    if record.act == Act.KEY_SET_ACCEPTED:
        if record.roles not in positions:
            return Refused("RolesOutOfTime", f"the custodian had not had exactly {record.roles} acts then")
        if not custodian.roles(record.first, record.roles, record.time) & _OFFICER:
            return Refused("RoleMissing", f"0x{record.first.hex()} was no officer of the custodian then")
        positions = (record.roles,)
    if not any(custodian.kinds[at] & OrganisationKind.CUSTODIAN for at in positions):
        return Refused("KindMissing", "the organisation was no custodian then")
    return None


def _in_force(standing: Standing, record: ActRecord) -> KeySet:
    key_set = standing.key_sets.get(record.subject)
    if key_set is None or key_set.retired is not None:
        raise Refused("KeySetUnknown", "the key set was not registered, or is retired")
    return key_set


def _require_threshold(recipients: Sequence[tuple[bytes, bytes]], threshold: int) -> None:
    if threshold < 2 or not threshold < len(recipients) <= _MAX_RECIPIENTS:
        raise Refused("ThresholdInvalid", f"{threshold} of {len(recipients)} recipients")
    previous = bytes(32)
    for holder, key in recipients:
        if holder <= previous or len(key) != _KEY_LENGTH or key[0] != _UNCOMPRESSED:
            raise Refused("RecipientInvalid", f"0x{holder.hex()} is out of order, or its key is none")
        previous = holder


def _require_distinct(keys: Sequence[bytes]) -> None:
    """A point and its negation share their x-coordinate, and are one secret."""
    if len({key[1:33] for key in keys}) != len(keys):
        raise Refused("KeyRepeated", "one secret behind two recipients")
