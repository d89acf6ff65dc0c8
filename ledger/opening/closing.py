"""What RoundClosed says: how many bids count, whose envelopes are here, which late ones are admitted.

Two officers who look at the same ledger and the same envelopes get the same arguments. A late bid that comes between
their calls changes nothing: what stands behind the last bid in time counts only if it is admitted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ledger.errors import AdmissionInvalid
from ledger.opening.facts import WORD, Bid, RoundFacts

Whose = tuple[bytes, bytes]
"""Commitment and author."""


@dataclass(frozen=True, slots=True)
class Close:
    """The arguments of ``closeRound``, and what they come to: numbers of bids that are ``missing`` or ``late``."""

    counted: int
    present: tuple[int, ...]
    admitted: tuple[int, ...]
    here: tuple[int, ...]
    missing: tuple[int, ...]
    late: tuple[int, ...]


def close(facts: RoundFacts, here: Collection[Whose], admit: Collection[int] = ()) -> Close:
    """``here``: commitment and author of each bid whose envelope is here; ``admit``: numbers of late bids that two
    officers excuse (VgV § 57(1) no. 1). Raises AdmissionInvalid."""
    for number in sorted(admit):
        _require_admissible(facts, here, number)
    counted = max([facts.timely, *(number + 1 for number in admit)])
    below = facts.bids[:counted]
    live = [bid for bid in facts.bids if not bid.gone]
    shut_out = [bid.number for bid in live if facts.is_late(bid) and bid.number not in admit]
    return Close(
        counted,
        _bitmap((bid.number for bid in below if _whose(bid) in here), counted),
        _bitmap(admit, counted),
        here=tuple(bid.number for bid in below if not bid.gone and _whose(bid) in here),
        missing=tuple(bid.number for bid in below if not bid.gone and _whose(bid) not in here),
        late=tuple(shut_out),
    )


def _require_admissible(facts: RoundFacts, here: Collection[Whose], number: int) -> None:
    if not 0 <= number < len(facts.bids):
        raise AdmissionInvalid(bid=number, why="there is no such bid")
    bid = facts.bids[number]
    if bid.gone:
        raise AdmissionInvalid(bid=number, why=f"it is {bid.gone.name.lower()}")
    if not facts.is_late(bid):
        raise AdmissionInvalid(bid=number, why="it is in time")
    if _whose(bid) not in here:
        raise AdmissionInvalid(bid=number, why="its envelope is not here")


def _whose(bid: Bid) -> Whose:
    return bid.commitment, bid.author


def _bitmap(numbers: Iterable[int], counted: int) -> tuple[int, ...]:
    words = [0] * -(-counted // WORD)
    for number in numbers:
        words[number // WORD] |= 1 << number % WORD
    return tuple(words)
