"""Whether what an opening left in a home is what the ledger's acts say.

``round.json`` lies in one officer's home. Minutes of a bid that this officer changed, left out or gave another outcome
would carry two names, so nothing is taken from the file that the ledger denies. What it cannot say, it does not: the
values of bids on paper are entered by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.bid_number import FIRST_EXTERNAL_BID, spoken_bids
from ledger.errors import OpenedRoundContradictsLedger, OpeningUnrecorded
from ledger.opening.facts import Bid as CommittedBid
from ledger.opening.facts import RoundFacts
from ledger.opening.opened import EXTERNAL, OpenedBid, OpenedRound
from ledger.opening.round_acts import RoundAct, outcomes_of
from ledger.opening.unreadable import evidence_digest
from ledger.sealing.bid import Bid, read_field
from ledger.terms import Act, Outcome, RoundState


def check_opened(opened: OpenedRound, facts: RoundFacts, acts: Sequence[RoundAct]) -> None:
    """Every bid of the ledger is in the file and the other way round, with the same clocks, outcome and content.

    ``acts``: those of the round. Raises OpeningUnrecorded if not every outcome stands, OpenedRoundContradictsLedger
    naming the first difference.
    """
    if facts.state is not RoundState.OPENED or facts.closing is None:
        raise OpeningUnrecorded(ocid=opened.ocid, round=opened.round)
    check_paper(opened, facts)
    for bid in opened.bids:
        if not bid.is_external:
            _same(bid.bid, "external", False, bid.outcome == EXTERNAL)
            _check_sealed(bid, facts.bids[bid.bid], facts)
            _check_outcome(bid, facts, acts)


def check_paper(opened: OpenedRound, facts: RoundFacts) -> None:
    """The file is of this round, has all of its bids, and those on paper came when the ledger says; whatever outcomes
    stand. The round is closed. Raises OpenedRoundContradictsLedger."""
    assert facts.closing is not None
    _same(None, "processId", facts.process_id, opened.process_id)
    _same(None, "ocid", facts.ocid, opened.ocid)
    _same(None, "round", facts.number, opened.round)
    _same(None, "deadline", facts.deadline, opened.deadline)
    _same(None, "closedAt", facts.closing.time, opened.closed_at)
    externals = [FIRST_EXTERNAL_BID + number for number in range(len(facts.externals))]
    numbers = spoken_bids([*range(len(facts.bids)), *externals])
    _same(None, "bids", numbers, spoken_bids(bid.bid for bid in opened.bids))
    for bid in opened.bids:
        if bid.is_external:
            _same(bid.bid, "external", True, bid.outcome == EXTERNAL)
            clocks = facts.externals[bid.bid - FIRST_EXTERNAL_BID]
            _same(bid.bid, "arrival, blockTime", clocks, (bid.arrival, bid.block_time))
            _same(bid.bid, "late", bid.arrival > facts.deadline, bid.late)


def _check_sealed(bid: OpenedBid, recorded: CommittedBid, facts: RoundFacts) -> None:
    for field, expected, got in (
        ("arrival", recorded.arrival, bid.arrival),
        ("blockTime", recorded.block_time, bid.block_time),
        ("promised", recorded.promised, bid.promised),
        ("commitment", recorded.commitment, bid.commitment),
        ("author", recorded.author, bid.author),
        ("late", facts.is_late(recorded), bid.late),
        ("admitted", facts.is_admitted(recorded), bid.admitted),
        ("present", facts.is_present(recorded), bid.present),
    ):
        _same(bid.bid, field, expected, got)


def _check_outcome(bid: OpenedBid, facts: RoundFacts, acts: Sequence[RoundAct]) -> None:
    """The file may say what the opening itself came to, or what was recorded later instead."""
    opening = outcomes_of((act for act in acts if act.record.act == Act.BIDS_OPENED), bid.bid)
    revised = outcomes_of((act for act in acts if act.record.act == Act.OUTCOME_REVISED), bid.bid)
    stands = next((found for found in (*opening, *revised) if found.outcome.name.lower() == bid.outcome), None)
    if stands is None:
        # Of a bid that no chunk of BidsOpened names, the outcome follows: withdrawn, superseded, late, missing.
        derived = opening[0].outcome if opening else facts.follows(facts.bids[bid.bid])
        _same(bid.bid, "outcome", derived.name.lower(), bid.outcome)
    elif stands.outcome is Outcome.OPENED:
        fields = [read_field(text) for text in bid.disclosures or ()]
        _same(bid.bid, "bidRoot", stands.content, Bid(fields).root)
    elif stands.outcome is Outcome.UNREADABLE:
        _same(bid.bid, "evidence", stands.evidence, evidence_digest(bid.evidence or {}))


def _same(bid: int | None, field: str, expected: Any, got: Any) -> None:
    if expected != got:
        raise OpenedRoundContradictsLedger(
            bid="–" if bid is None else bid, field=field, expected=_told(expected), got=_told(got)
        )


def _told(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else f"{value!s:.200}"
