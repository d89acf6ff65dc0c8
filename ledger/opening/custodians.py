"""Who the custodians of a round are, by the registry's acts alone.

Not what releases call them: which of these an officer's home knows differs from that of another officer, and their
minutes must be the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.chain.record import ActRecord
from ledger.chain.registered_names import registered_names
from ledger.opening.facts import read_key_set, read_round
from ledger.opening.round_acts import RoundAct


def registered_custodians(registry: Sequence[ActRecord], acts: Sequence[RoundAct], round_number: int) -> list[str]:
    """Of the round's key set, in its order, each as ``scheme:identifier`` (OrganisationAdmitted).

    ``registry``: all acts of the registry; ``acts``: all of the process. Raises KeySetUnknown, and RoundForbids if
    there is no such round.
    """
    named = registered_names(registry)
    facts = read_round((act.record for act in acts), round_number)
    key_set = read_key_set(registry, facts.key_set)
    return [named.get(each.holder, f"0x{each.holder.hex()}") for each in key_set.custodians]
