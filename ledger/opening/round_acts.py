"""The ledger's acts with their blocks, and what officers recorded of each bid in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from ledger.chain.codec import decode_detail
from ledger.chain.record import ActRecord
from ledger.terms import Act, Outcome

OF_A_ROUND: Final = frozenset(
    {
        Act.TENDER_PUBLISHED,
        Act.TENDER_AMENDED,
        Act.ROUND_OPENED,
        Act.ROUND_RESUMED,
        Act.BID_COMMITTED,
        Act.BID_WITHDRAWN,
        Act.EXTERNAL_BID_REGISTERED,
        Act.ROUND_CLOSED,
        Act.BIDS_OPENED,
        Act.OUTCOME_REVISED,
    }
)


class RecordedOutcome(NamedTuple):
    """How one bid ended, as two officers recorded it: ``content`` and ``evidence`` as in ``ITenderLedger.sol``."""

    bid: int
    outcome: Outcome
    content: bytes
    evidence: bytes


@dataclass(frozen=True)
class RoundAct:
    """An act and the number of its block."""

    block: int
    record: ActRecord

    @cached_property
    def outcomes(self) -> tuple[RecordedOutcome, ...]:
        """What BidsOpened or OutcomeRevised says; nothing of the others."""
        if self.record.act == Act.BIDS_OPENED:
            detail = decode_detail(self.record)
            return tuple(_outcome(detail["from"] + n, given) for n, given in enumerate(detail["outcomes"]))
        if self.record.act == Act.OUTCOME_REVISED:
            return (_outcome(self.record.bid, decode_detail(self.record)["outcome"]),)
        return ()


def of_round(acts: Iterable[RoundAct], round_number: int) -> tuple[RoundAct, ...]:
    """Those of a process's acts that make the round, in the order in which they came."""
    return tuple(act for act in acts if act.record.round == round_number and act.record.act in OF_A_ROUND)


def outcomes_of(acts: Iterable[RoundAct], bid: int) -> tuple[RecordedOutcome, ...]:
    """All that was recorded of a bid, the newest last: it is the one that stands."""
    return tuple(found for act in acts for found in act.outcomes if found.bid == bid)


def _outcome(bid: int, given: Mapping[str, Any]) -> RecordedOutcome:
    return RecordedOutcome(bid, given["outcome"], given["content"], given["evidence"])
