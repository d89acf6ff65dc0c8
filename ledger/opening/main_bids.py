"""To which bid an answer of a supplement round belongs (``docs/opening.md``, letters and answers).

An answer names a bid by its commitment, and commitments stand on the ledger for everybody: so this is what whoever
sealed the answer says of it, and shows nobody's authorship (ADR 138, 144).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from ledger.chain.record import ActRecord
from ledger.opening.facts import Bid, RoundFacts, read_round
from ledger.opening.stated_offers import as_stated
from ledger.terms import Act, Outcome, RoundKind

FIELD: Final = "mainBid"
_COMMITMENT: Final = re.compile("[0-9a-f]{64}")
_BEGIN_A_ROUND: Final = (Act.TENDER_PUBLISHED, Act.ROUND_OPENED)


@dataclass(frozen=True, slots=True)
class MainBid:
    """A bid of a round that takes no answers. ``outcome``: how it ended, in lower case; ``none`` if it has not yet."""

    round: int
    bid: int
    outcome: str


@dataclass(frozen=True, slots=True)
class NamedBid:
    """What an answer says of the bid that it belongs to: ``stated`` as it was written, None if it says nothing.

    ``bids``: which that is; empty if it is none of this process. Somebody can have copied its commitment: then the one
    that was opened is meant, and there are several only where none of them was.
    """

    stated: str | None
    bids: tuple[MainBid, ...]


class MainBids:
    """The bids of a process that answers can belong to."""

    def __init__(self, records: Iterable[ActRecord]) -> None:
        """``records``: all acts of one process, in their order. Raises LogMalformed."""
        acts = tuple(records)
        self._bids: dict[str, list[MainBid]] = {}
        for number in dict.fromkeys(record.round for record in acts if record.act in _BEGIN_A_ROUND):
            facts = read_round(acts, number)
            if facts.kind is not RoundKind.SUPPLEMENT:
                for bid in facts.bids:
                    self._bids.setdefault(bid.commitment.hex(), []).append(_main_bid(facts, bid))

    def named_in(self, values: Mapping[str, Any]) -> NamedBid:
        """Which bid the fields of an answer name."""
        if FIELD not in values:
            return NamedBid(None, ())
        stated = values[FIELD]
        if not is_commitment(stated):
            return NamedBid(as_stated(stated), ())
        found = self._bids.get(stated, [])
        opened = [each for each in found if each.outcome == Outcome.OPENED.name.lower()]
        return NamedBid(stated, tuple(opened or found))


def is_commitment(stated: object) -> TypeGuard[str]:
    """Whether it has the form of one: 64 lower-case hex digits."""
    return isinstance(stated, str) and _COMMITMENT.fullmatch(stated) is not None


def _main_bid(facts: RoundFacts, bid: Bid) -> MainBid:
    outcome = facts.ended(bid) if facts.closing is not None else Outcome.NONE
    return MainBid(facts.number, bid.number, outcome.name.lower())
