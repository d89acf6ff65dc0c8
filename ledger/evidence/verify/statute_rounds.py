"""Rounds and bids up to the close, against the statute: terms, deadlines, commitments, promises, paper, the close."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.bid_number import FIRST_EXTERNAL_BID, spoken_bid
from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.evidence.verify.procedure import WORD, Bid, Procedure, Round
from ledger.evidence.verify.promise import MAX_PROMISE, promisor
from ledger.evidence.verify.statute_row import Refused
from ledger.terms import OrganisationKind, Outcome, Role, RoundKind, RoundState

_MAX_AMENDMENT = 30 * 86_400


def open_round(procedure: Procedure, record: ActRecord, terms: tuple[Any, ...]) -> None:
    """The next round, as TenderPublished and RoundOpened begin it."""
    kind, deadline, key_set, _invited, receivers = terms
    if record.round != len(procedure.rounds) + 1:
        raise Refused("RoundForbids", f"the next round has the number {len(procedure.rounds) + 1}")
    if kind == RoundKind.NONE:
        raise Refused("KindInvalid", "a round without a kind")
    if deadline <= record.time:
        raise Refused("DeadlineNotLater", f"the deadline {deadline} does not lie ahead")
    found = procedure.acting.authorities.key_set(procedure.organisation_id, key_set, record.roles)
    if found is None:
        raise Refused("KeySetNotReady", f"0x{key_set.hex()} is no key set of the buyer that was ready then")
    for receiver in receivers:
        if receiver == procedure.organisation_id:
            raise Refused("ReceiverIsBuyer", "the buyer receives its own bids")
        if not procedure.acting.authorities.had_kind(receiver, OrganisationKind.RECEIVER, record.time):
            raise Refused("KindMissing", f"0x{receiver.hex()} was no receiver then")
    if not found.custodians:
        procedure.flag(record, "KeySetWithoutCustodians", round=record.round, keySet=key_set)
    procedure.rounds.append(
        Round(record.round, RoundKind(kind), deadline, deadline, key_set, frozenset(receivers), found.custodians)
    )


def amend_tender(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """TenderAmended: one publisher moves a deadline not far."""
    (deadline,) = detail
    if not deadline:
        return
    round_ = procedure.rounds[record.round - 1]
    if deadline <= round_.deadline:
        raise Refused("DeadlineNotLater", f"{deadline} is not later than {round_.deadline}")
    most = round_.agreed + _MAX_AMENDMENT
    if deadline > most or most >> 64:
        raise Refused("DeadlineTooFar", f"{deadline} is later than {most}, for which one person is enough")
    round_.deadline = deadline


def resume_round(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """RoundResumed: whatever arrived until now is in time by the new deadline."""
    (deadline,) = detail
    round_ = procedure.rounds[record.round - 1]
    if deadline <= max(round_.deadline, record.time):
        raise Refused("DeadlineNotLater", f"{deadline} is not later than now and {round_.deadline}")
    round_.deadline = round_.agreed = deadline
    round_.timely = len(round_.bids)


def commit_bid(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """BidCommitted: the detail is empty without predecessor and promise."""
    round_ = procedure.rounds[record.round - 1]
    key = (record.subject, record.first)
    if key in round_.by_commitment:
        raise Refused("CommitmentKnown", "the author committed the same before")
    supersedes, promised = detail or (ZERO, (ZERO, 0, 0, b""))
    if detail and supersedes == ZERO and promised[0] == ZERO:
        raise Refused("PromiseUnexpected", "without predecessor and promise there is no detail")
    _require_arrival(procedure, record, round_, promised)
    if record.bid != len(round_.bids):
        raise Refused("BidMismatch", f"the next bid has the number {len(round_.bids)}")
    if supersedes != ZERO:
        earlier = _live_bid(round_, supersedes, record.first)
        if record.arrival > round_.deadline:
            raise Refused("TooLate", f"a bid is superseded only up to {round_.deadline}")
        earlier.gone = Outcome.SUPERSEDED
    bid = Bid(record.bid, record.first, record.subject, record.arrival)
    round_.bids.append(bid)
    round_.by_commitment[key] = bid
    if record.arrival <= round_.deadline:
        round_.timely = len(round_.bids)
        if record.time > round_.deadline:
            procedure.flag(record, "ArrivalPromised", round=record.round, bid=record.bid, receiver=promised[0])


def withdraw_bid(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """BidWithdrawn: only an own, live one; that it is in time says the table."""
    bid = _live_bid(procedure.rounds[record.round - 1], record.subject, record.first)
    if record.bid != bid.number:
        raise Refused("BidMismatch", f"the commitment is that of bid {spoken_bid(bid.number)}")
    bid.gone = Outcome.WITHDRAWN


def register_external_bid(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """ExternalBidRegistered: a late one with a ground."""
    round_ = procedure.rounds[record.round - 1]
    _require_past(record.arrival, record.time)
    if record.bid != FIRST_EXTERNAL_BID + round_.externals:
        raise Refused("BidMismatch", f"the next bid on paper has the number {FIRST_EXTERNAL_BID + round_.externals}")
    if record.arrival > round_.deadline:
        if record.ground == ZERO:
            raise Refused("GroundMissing", f"it arrived after {round_.deadline}")
        procedure.flag(record, "LatePaperBid", round=record.round, bid=record.bid, arrival=record.arrival)
    round_.externals += 1


def close_round(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """RoundClosed: which envelopes are there, and which late bids are admitted, stands from here on."""
    counted, present, admitted = detail
    round_ = procedure.rounds[record.round - 1]
    if not round_.timely <= counted <= len(round_.bids):
        raise Refused("CountedInvalid", f"{counted} is not between {round_.timely} and {len(round_.bids)}")
    for words in (present, admitted):
        _require_bitmap(words, counted)
    if any(admitted) and record.ground == ZERO:
        raise Refused("GroundMissing", "late bids are admitted")
    round_.counted, round_.present, round_.admitted = counted, present, admitted
    missing = [bid.number for bid in round_.bids[:counted] if not bid.gone and not _is_set(present, bid.number)]
    late = [bid.number for bid in round_.bids[:counted] if bid.arrival > round_.deadline]
    let_in = [number for number in late if _is_set(admitted, number)]
    if let_in:
        procedure.flag(record, "LateBidsAdmitted", round=record.round, bids=tuple(let_in))
    if missing:
        procedure.flag(record, "EnvelopesMissing", round=record.round, bids=tuple(missing))
    round_.state = RoundState.CLOSED
    open_up_to(round_, 0)


def open_up_to(round_: Round, end: int) -> None:
    """All bids below ``end`` have their outcome; so have 256 that follow if none of them has an envelope."""
    while end < round_.counted and end % WORD == 0 and not round_.present[end // WORD]:
        end += WORD
    round_.opened = min(end, round_.counted)
    if round_.opened == round_.counted:
        round_.state = RoundState.OPENED


def _require_arrival(
    procedure: Procedure, record: ActRecord, round_: Round, promised: tuple[bytes, int, int, bytes]
) -> None:
    receiver, arrived_at, deliver_by, signature = promised
    if receiver == ZERO:
        if arrived_at or deliver_by or signature:
            raise Refused("PromiseUnexpected", "a promise without a receiver")
        if (record.arrival, record.second, record.roles) != (record.time, NOBODY, 0):
            raise Refused("FieldUnexpected", "without a promise a bid arrives in its block")
        return
    if receiver not in round_.receivers:
        raise Refused("ReceiverUnknown", f"0x{receiver.hex()} is no receiver of the round")
    _require_past(arrived_at, record.time)
    if record.time > deliver_by:
        raise Refused("PromiseExpired", f"it was to be delivered by {deliver_by}")
    if deliver_by > arrived_at + MAX_PROMISE:
        raise Refused("PromiseTooLong", f"it was to be delivered more than {MAX_PROMISE} seconds after the arrival")
    terms = (record.round, record.subject, record.first, arrived_at, deliver_by)
    signer = promisor(procedure.chain_id, procedure.ledger, procedure.process_id, *terms, signature=signature)
    procedure.acting.require_roles_in_time(receiver, record)
    roles, kinds = procedure.acting.authorities.roles(receiver, signer, record.roles, record.time)
    if not kinds & OrganisationKind.RECEIVER:
        raise Refused("KindMissing", f"0x{receiver.hex()} was no receiver then")
    if not roles & Role.PUBLISHER:
        raise Refused("PromiseInvalid", "nobody signed it who could act for the receiver then")
    if (record.arrival, record.second) != (arrived_at, signer):
        raise Refused("FieldUnexpected", "arrival and second are those of the promise")


def _require_past(arrival: int, time: int) -> None:
    if not 0 < arrival <= time:
        raise Refused("ArrivalInFuture", f"nothing arrives at {arrival} that is recorded at {time}")


def _live_bid(round_: Round, commitment: bytes, author: bytes) -> Bid:
    bid = round_.by_commitment.get((commitment, author))
    if bid is None:
        raise Refused("CommitmentUnknown", "the author committed no such thing in this round")
    if bid.gone:
        raise Refused("CommitmentGone", "the bid was withdrawn or superseded before")
    return bid


def _require_bitmap(words: Sequence[int], counted: int) -> None:
    if len(words) != (counted + WORD - 1) // WORD or (counted % WORD and words[-1] >> counted % WORD):
        raise Refused("BitmapInvalid", f"{len(words)} words for {counted} bids, or a bit too high")


def _is_set(words: Sequence[int], number: int) -> bool:
    return bool(words[number // WORD] >> number % WORD & 1)
