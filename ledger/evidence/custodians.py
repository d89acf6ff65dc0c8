"""The custodians that a trust policy names: those who accepted a key set on the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.chain.codec import decode_detail
from ledger.chain.record import ActRecord
from ledger.chain.registered_names import registered_names
from ledger.evidence.verify.custodians import Custodian
from ledger.terms import Act


@dataclass(frozen=True, slots=True)
class Accepted:
    """``custodians`` in ascending order; ``without``: ids of key sets that have none, under whose rounds officers alone
    can read bids early."""

    custodians: tuple[Custodian, ...]
    without: tuple[bytes, ...]


def accepted_custodians(registry: Sequence[ActRecord]) -> Accepted:
    """Of all key sets that all their custodians accepted, retired ones too: rounds that began under one keep it.

    ``registry``: all acts of the registry. Each is called by its place in a register, which never changes.
    """
    names = registered_names(registry)
    accepted = {(act.subject, decode_detail(act)["custodian"]) for act in registry if act.act == Act.KEY_SET_ACCEPTED}
    found, without = set[tuple[bytes, bytes]](), list[bytes]()
    for act in registry:
        if act.act != Act.KEY_SET_REGISTERED:
            continue
        custodians = [(each["holder"], each["key"]) for each in decode_detail(act)["key_set"]["custodians"]]
        if not custodians:
            without.append(act.subject)
        elif all((act.subject, holder) in accepted for holder, _ in custodians):
            found.update(custodians)
    return Accepted(tuple(Custodian(holder, key, names[holder]) for holder, key in sorted(found)), tuple(without))
