"""Who the custodians of a round are, by the registry's acts alone.

Not what releases call them: which of these an officer's home knows differs from that of another officer, and their
minutes must be the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.chain.codec import decode_detail
from ledger.chain.identifiers import organisation_id
from ledger.chain.record import ActRecord
from ledger.opening.facts import read_key_set, read_round
from ledger.opening.round_acts import RoundAct
from ledger.terms import Act


def registered_custodians(registry: Sequence[ActRecord], acts: Sequence[RoundAct], round_number: int) -> list[str]:
    """Of the round's key set, in its order, each as ``scheme:identifier`` (OrganisationAdmitted).

    ``registry``: all acts of the registry; ``acts``: all of the process. Raises KeySetUnknown, and RoundForbids if
    there is no such round.
    """
    named = registered_names(registry)
    facts = read_round((act.record for act in acts), round_number)
    key_set = read_key_set(registry, facts.key_set)
    return [named.get(each.holder, f"0x{each.holder.hex()}") for each in key_set.custodians]


def registered_names(registry: Iterable[ActRecord]) -> dict[bytes, str]:
    """Each organisation's place in a register, ``scheme:identifier`` (OrganisationAdmitted), by its id."""
    named = dict[bytes, str]()
    for record in registry:
        if record.act == Act.ORGANISATION_ADMITTED:
            detail = decode_detail(record)
            # The id follows from both texts, so nobody need believe what the act calls itself.
            named[organisation_id(detail["scheme"], detail["identifier"])] = (
                f"{detail['scheme']}:{detail['identifier']}"
            )
    return named
