"""Custodians whom a reader trusts: the policy's list, and whether rounds have them (``docs/bundle-1.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.errors import CustodiansMissing, CustodianUnknown, PolicyInvalid
from ledger.evidence.verify.policy_fields import hex_bytes, require_fields, text
from ledger.evidence.verify.procedure import Round
from ledger.evidence.verify.report import Note

KEY_SIZE: Final = 65


@dataclass(frozen=True, slots=True)
class Custodian:
    """An organisation (id, 32 bytes) with its public sealing key (65 bytes, a point of P-256), and what people call
    it."""

    organisation_id: bytes
    key: bytes
    name: str


def read_custodians(given: Any) -> tuple[Custodian, ...]:
    """The policy's list, in its order. Raises PolicyInvalid."""
    if not isinstance(given, list) or not given:
        raise PolicyInvalid(field="custodians", reason="a list of custodians was expected")
    found = [_read(f"custodians[{place}]", one) for place, one in enumerate(given)]
    # An organisation may have several keys: it takes a new one, and rounds keep the old.
    if len({(one.organisation_id, one.key) for one in found}) < len(found):
        raise PolicyInvalid(field="custodians", reason="a custodian is there twice with one key")
    return tuple(found)


def check_custodians(ocid: str, round_: Round, trusted: Sequence[Custodian]) -> Note:
    """Each custodian of the round's key set is one of those, with that key. Raises CustodianUnknown; CustodiansMissing
    for a round that none keeps closed, which else would be the way around them."""
    if not round_.custodians:
        raise CustodiansMissing(ocid=ocid, round=round_.number, keySet=round_.key_set)
    known = {(one.organisation_id, one.key) for one in trusted}
    for holder, key in round_.custodians:
        if (holder, key) not in known:
            raise CustodianUnknown(ocid=ocid, round=round_.number, custodian=holder, key=key)
    named = [(one.organisation_id, one.name) for one in trusted if (one.organisation_id, one.key) in round_.custodians]
    return Note("custodiansTrusted", {"ocid": ocid, "round": round_.number, "custodians": named})


def _read(field: str, given: Any) -> Custodian:
    require_fields(field, given, {"organisationId", "key", "name"})
    return Custodian(
        hex_bytes(f"{field}.organisationId", given["organisationId"], 32),
        hex_bytes(f"{field}.key", given["key"], KEY_SIZE),
        text(f"{field}.name", given["name"]),
    )
