"""Outcomes of bids, revisions and exclusions against the statute."""

from __future__ import annotations

from typing import Any

from ledger.bid_number import spoken_bid
from ledger.chain.keccak import keccak
from ledger.chain.record import ZERO, ActRecord
from ledger.evidence.verify.procedure import WORD, Bid, Procedure, Round
from ledger.evidence.verify.statute_rounds import open_up_to
from ledger.evidence.verify.statute_row import Refused, digest
from ledger.terms import Outcome

_TYPE_BID, _TYPE_COVER = keccak(b"siegel/1 bid"), keccak(b"siegel/1 cover")
_WITH_EVIDENCE = (Outcome.OPENED, Outcome.UNREADABLE)
_REVISED = (Outcome.UNREADABLE, Outcome.MISSING, Outcome.LATE)

# Outcome, author, content, evidence: see ITenderLedger.BidOutcome.
_Given = tuple[int, bytes, bytes, bytes]


def open_bids(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """BidsOpened: a chunk of outcomes, each the one that follows from the acts, or else the officers' word."""
    start, outcomes = detail
    round_ = procedure.rounds[record.round - 1]
    if start != round_.opened or start + len(outcomes) > round_.counted:
        raise Refused("ChunkInvalid", f"the first bid without an outcome is {round_.opened}, the last counted one is "
                                      f"{round_.counted - 1}")  # fmt: skip
    if not outcomes:
        raise Refused("BatchSizeInvalid", "no outcome")
    for number, given in enumerate(outcomes, start):
        bid = _found_bid(procedure, round_, number, given)
        follows = _following(procedure, round_, bid)
        outcome = Outcome(given[0])
        if follows:
            possible = outcome is follows
        else:
            possible = outcome in (Outcome.OPENED, Outcome.COVER) or (
                outcome is Outcome.UNREADABLE and given[3] != ZERO
            )
        if not possible:
            raise Refused("OutcomeInvalid", f"bid {spoken_bid(number)} cannot end as {outcome.name.lower()}")
        _record(procedure, record, round_, bid, given)
        if outcome is Outcome.UNREADABLE:
            procedure.flag(record, "BidUnreadable", round=record.round, bid=number, evidence=given[3])
    open_up_to(round_, start + len(outcomes))


def revise_outcome(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """OutcomeRevised: opened after all, or a cover entry."""
    (given,) = detail
    round_ = procedure.rounds[record.round - 1]
    bid = _found_bid(procedure, round_, record.bid, given)
    before, outcome = round_.outcome(bid.number), Outcome(given[0])
    revisable = before in _REVISED or (before is Outcome.RETURNED and procedure.open_lots)
    if not revisable or outcome not in (Outcome.OPENED, Outcome.COVER):
        raise Refused("OutcomeInvalid", f"{before.name.lower()} does not become {outcome.name.lower()}")
    _record(procedure, record, round_, bid, given)


def exclude_bid(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """BidExcluded, of an opened bid or one on paper, from a lot or from all."""
    _require_exclusion(_opened_in(procedure, record), record, False).excluded.add((record.bid, record.lot))


def readmit_bid(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """BidReadmitted: undoes exactly one exclusion."""
    _require_exclusion(_opened_in(procedure, record), record, True).excluded.discard((record.bid, record.lot))


def require_opened(round_: Round, number: int) -> None:
    """An opened bid, or one on paper; raises Refused."""
    if round_.outcome(number) is not Outcome.OPENED:
        raise Refused("BidForbids", f"bid {spoken_bid(number)} of round {round_.number} is not opened")


def _record(procedure: Procedure, record: ActRecord, round_: Round, bid: Bid, given: _Given) -> None:
    bid.recorded = Outcome(given[0])
    bid.root = given[2] if bid.recorded is Outcome.OPENED else None
    if bid.root is None:
        return
    # Fields are salted, so two sealings never give one bidRoot: one envelope was recorded as two bids.
    first = round_.by_root.setdefault(bid.root, bid)
    if first is not bid:
        procedure.flag(record, "BidRootRepeated", round=record.round, bids=(first.number, bid.number))


def _opened_in(procedure: Procedure, record: ActRecord) -> Round:
    round_ = procedure.rounds[record.round - 1]
    require_opened(round_, record.bid)
    return round_


def _require_exclusion(round_: Round, record: ActRecord, excluded: bool) -> Round:
    if ((record.bid, record.lot) in round_.excluded) != excluded:
        raise Refused("ExclusionForbids", "it is excluded from just this already, or is not")
    return round_


def _found_bid(procedure: Procedure, round_: Round, number: int, given: _Given) -> Bid:
    """The bid that the outcome speaks of: its commitment follows from what was opened."""
    outcome, author, content, evidence = given
    if evidence != ZERO and outcome not in _WITH_EVIDENCE:
        raise Refused(
            "EvidenceUnexpected", f"evidence for bid {spoken_bid(number)}, which is neither opened nor unreadable"
        )
    where = (procedure.chain_id, procedure.ledger, procedure.process_id, round_.number, author)
    if outcome == Outcome.OPENED:
        content = digest(_TYPE_BID, *where, content, evidence)
    elif outcome == Outcome.COVER:
        content = digest(_TYPE_COVER, *where, content)
    bid = round_.by_commitment.get((content, author))
    if bid is None:
        raise Refused("CommitmentUnknown", f"nobody committed what was opened as bid {spoken_bid(number)}")
    if bid.number != number:
        raise Refused("BidMismatch", f"what was opened as bid {spoken_bid(number)} is bid {spoken_bid(bid.number)}")
    return bid


def _following(procedure: Procedure, round_: Round, bid: Bid) -> Outcome:
    """The outcome that follows from the acts, in the order of precedence; NONE if the officers' word counts."""
    word, bit = divmod(bid.number, WORD)
    if bid.gone:
        return bid.gone
    if not round_.present[word] >> bit & 1:
        return Outcome.MISSING
    if bid.arrival > round_.deadline and not round_.admitted[word] >> bit & 1:
        return Outcome.LATE
    return Outcome.NONE if procedure.open_lots else Outcome.RETURNED
