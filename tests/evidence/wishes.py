"""What somebody could want in a procedure: a call of each act, its arguments by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.chain import identifiers
from ledger.chain.acts import (
    AmendTender,
    AnnounceAward,
    BidOutcome,
    CancelTender,
    CloseLot,
    CloseRound,
    CommitBid,
    CompleteContract,
    ConcludeContract,
    EraseFields,
    ExcludeBid,
    InformLosers,
    LedgerAct,
    LiftSuspension,
    LotTerms,
    ModifyContract,
    Notice,
    OpenBids,
    OpenRound,
    Promise,
    PublishNotices,
    PublishTender,
    ReadmitBid,
    RegisterExternalBid,
    Reinstate,
    Remand,
    ResumeRound,
    ReviseOutcome,
    RoundTerms,
    SuspendProcess,
    TenderTerms,
    TerminateContract,
    WithdrawAward,
    WithdrawBid,
)
from ledger.chain.record import ZERO
from ledger.evidence.verify.procedure import Bid, Procedure
from ledger.terms import AwardState, NoticeKind, Outcome, RoundKind, RoundState, Stage
from tests.chain.story import ROOF, WINDOWS
from tests.chain.town import BUYER, OBSERVER, RECEIVER, REVIEW_BODY, actor, digest
from tests.evidence.whim import BIDDERS, DAY, ELSEWHERE, Whim

Wish = Callable[[Whim, Procedure], LedgerAct]
WRONG_LOTS = ((), (LotTerms(WINDOWS), LotTerms(ROOF)), (LotTerms(ROOF, 0),), (LotTerms(ROOF), LotTerms(ROOF)))


def wish(whim: Whim, procedure: Procedure) -> LedgerAct:
    """One call: bids while a round is open, decisions when it is opened, and few cancellations."""
    states = {round_.state for round_ in procedure.rounds}
    bidding = 8.0 if RoundState.OPEN in states else 0.3
    opening = 12.0 if RoundState.CLOSED in states else 0.2
    judging = 6.0 if RoundState.OPENED in states else 0.3
    ended = procedure.cancelled or procedure.open_lots < len(procedure.lots)
    wishes: list[tuple[Wish, float]] = [
        (notice, 1), (tender, 0.2 if procedure.rounds else 12), (amend, 0.7), (resume, 0.8), (further_round, 0.5),
        (commit, bidding), (withdraw, bidding / 5), (paper, bidding / 5), (close, bidding / 2), (open_bids, opening),
        (revise, judging / 4), (exclude, judging / 4), (readmit, judging / 5), (announce, judging),
        (withdraw_award, 0.7), (inform, judging / 2), (conclude, judging / 2), (modify, 0.4), (terminate, 0.4),
        (complete, 0.3), (close_lot, 0.5), (suspend, 0.8), (lift, 0.8), (remand, 0.6), (cancel, 0.3),
        (reinstate, 6 if ended else 0.3), (erase, 0.4),
    ]  # fmt: skip
    ((chosen, _),) = whim.random.choices(wishes, [weight for _, weight in wishes])
    return chosen(whim, procedure)


def notice(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A notice, of any kind."""
    given = Notice(
        ocid=whim.either([whim.ocid], ["", "ocds-Straße"], 0.03),
        kind=whim.either([NoticeKind.CALL, NoticeKind.ANSWER, NoticeKind.WITHDRAWAL], [NoticeKind.NONE], 0.1),
        release=whim.either([digest("notice")], [ZERO], 0.05),
        ref=whim.either([0, procedure.acts], [1, procedure.acts + 1], 0.2),
        parent=whim.either([ZERO], [ELSEWHERE], 0.1),
    )
    return PublishNotices(BUYER, whim.expires(), (given,))


def tender(whim: Whim, procedure: Procedure) -> LedgerAct:
    """Two lots, one with two awards."""
    terms = TenderTerms(
        ocid=whim.ocid,
        parent=whim.either([ZERO], [ELSEWHERE], 0.05),
        lots=whim.either([(LotTerms(ROOF, 1), LotTerms(WINDOWS, 2))], WRONG_LOTS, 0.1),
        minimum_standstill=whim.random.choice([0, 600, 600]),
        round=_round_terms(whim, RoundKind.BIDS),
    )
    return PublishTender(BUYER, whim.expires(), whim.call(PublishTender).release, terms)


def further_round(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A negotiation, or supplements."""
    return OpenRound(whim.call(OpenRound), _round_terms(whim, RoundKind.NEGOTIATION, RoundKind.SUPPLEMENT))


def _round_terms(whim: Whim, *kinds: RoundKind) -> RoundTerms:
    return RoundTerms(
        kind=whim.either(kinds, [*RoundKind], 0.1),
        deadline=whim.town.now + whim.either([600, 3_000, 100], [0, -5, 1], 0.08),
        key_set=whim.either([whim.key_set], [ZERO, ELSEWHERE], 0.05),
        receivers=whim.either([(RECEIVER,), (RECEIVER,), ()], [(OBSERVER,), (BUYER,)], 0.05),
    )


def amend(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A later deadline, or only a release."""
    number = whim.round(procedure, RoundState.OPEN)
    found = [round_ for round_ in procedure.rounds if round_.number == number]
    at, agreed = (found[0].deadline, found[0].agreed) if found else (whim.town.now, whim.town.now)
    too_far = [at, agreed + 30 * DAY, agreed + 30 * DAY + 1, 2**64 - 1]
    return AmendTender(whim.call(AmendTender), number, whim.either([0, at + 60], too_far, 0.1))


def resume(whim: Whim, procedure: Procedure) -> LedgerAct:
    """After an outage."""
    deadline = whim.town.now + whim.either([500, 2_000], [0, 1, 15], 0.15)
    return ResumeRound(whim.call(ResumeRound), whim.round(procedure, RoundState.OPEN), deadline)


def commit(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A bid, sometimes instead of an earlier one, sometimes with a promise. It is the bid of whoever owns the earlier
    one, or else of the first bidder; another can hand it in, and then it is not opened."""
    number = whim.round(procedure, RoundState.OPEN)
    content = f"bid {whim.calls} of {whim.ocid}"
    bids = _bids(procedure, number)
    live = [bid.commitment for bid in bids if not bid.gone]
    before = whim.either([ZERO, ZERO, *live[-2:]], [ELSEWHERE, *(bid.commitment for bid in bids)], 0.1)
    expires = whim.expires()
    owner = whim.owner(procedure, CommitBid(whim.process, number, ZERO, before, expires)) or BIDDERS[0]
    chain, author = whim.town.chain, actor(owner).account
    commitment = identifiers.bid_commitment(
        chain.chain_id, chain.ledger, whim.process, number, author, digest(content), digest(f"rest of {content}")
    )
    whim.contents[commitment] = content
    commitment = whim.either([commitment], [ZERO, *live], 0.05)
    promise = whim.either([Promise(), Promise(), Promise(), Promise(RECEIVER)], [Promise(ZERO, 5)], 0.03)
    return CommitBid(whim.process, number, commitment, before, expires, promise)


def withdraw(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A bid back."""
    number = whim.round(procedure, RoundState.OPEN)
    commitments = [bid.commitment for bid in _bids(procedure, number)]
    return WithdrawBid(whim.process, number, whim.either(commitments, [ZERO, ELSEWHERE], 0.1), whim.expires())


def paper(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A bid on paper."""
    number = whim.round(procedure, RoundState.OPEN)
    arrival = whim.either([whim.town.now, whim.town.now - 50], [0, whim.town.now + 500], 0.1)
    subject = whim.either([digest("paper")], [ZERO], 0.05)
    return RegisterExternalBid(whim.call(RegisterExternalBid), number, arrival, subject)


def close(whim: Whim, procedure: Procedure) -> LedgerAct:
    """All envelopes, or some; late bids admitted, or not."""
    number = whim.round(procedure, RoundState.OPEN)
    bids = len(_bids(procedure, number))
    timely = [round_.timely for round_ in procedure.rounds if round_.number == number]
    counted = whim.either([bids, *timely], [0, bids + 1], 0.1)
    size = whim.either([(counted + 255) // 256], [(counted + 511) // 256], 0.04)
    whole = (1 << counted) - 1
    present = whim.either([whole, whole, whim.random.getrandbits(8) & whole], [0, whole + 1], 0.1)
    admitted = whim.either([0, 0, whim.random.getrandbits(8) & whole], [whole, whole + 1], 0.1)
    return CloseRound(whim.call(CloseRound), number, counted, (present,) * size, (admitted,) * size)


def open_bids(whim: Whim, procedure: Procedure) -> LedgerAct:
    """All outcomes, or one after the other."""
    number = whim.round(procedure, RoundState.CLOSED)
    outcomes: tuple[BidOutcome, ...] = ()
    start = 0
    for round_ in procedure.rounds:
        if round_.number == number:
            start = whim.either([round_.opened], [round_.opened + 1, 0], 0.05)
            end = whim.either([round_.counted, start + 1], [start, round_.counted + 1], 0.1)
            outcomes = tuple(whim.outcome(procedure, round_, bid) for bid in round_.bids[start:end])
    return OpenBids(whim.call(OpenBids), number, start, outcomes)


def revise(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A bid that is opened after all."""
    number = whim.round(procedure, RoundState.OPENED)
    for round_ in procedure.rounds:
        if round_.number == number and round_.bids:
            revisable = [bid for bid in round_.bids if round_.outcome(bid.number) is not Outcome.OPENED]
            bid = whim.either(revisable, round_.bids, 0.2)
            outcome = whim.outcome(procedure, round_, bid, revised=True)
            return ReviseOutcome(whim.call(ReviseOutcome), number, whim.either([bid.number], [0, 9], 0.05), outcome)
    return ReviseOutcome(whim.call(ReviseOutcome), number, 0, BidOutcome(Outcome.OPENED, b"\1" * 20, ELSEWHERE))


def exclude(whim: Whim, procedure: Procedure) -> LedgerAct:
    """From a lot, or from all."""
    number = whim.round(procedure, RoundState.OPENED)
    return ExcludeBid(whim.call(ExcludeBid), whim.lot(ZERO), number, whim.opened_bid(procedure, number))


def readmit(whim: Whim, procedure: Procedure) -> LedgerAct:
    """An excluded bid."""
    excluded = [(round_.number, *entry) for round_ in procedure.rounds for entry in sorted(round_.excluded)]
    number, bid, lot = whim.either(excluded, [(1, 0, ROOF), (1, 1, ZERO)], 0.1)
    return ReadmitBid(whim.call(ReadmitBid), lot, number, bid)


def announce(whim: Whim, procedure: Procedure) -> LedgerAct:
    """An award."""
    number = whim.round(procedure, RoundState.OPENED)
    bid = whim.opened_bid(procedure, number)
    return AnnounceAward(whim.call(AnnounceAward), whim.lot(), number, bid, whim.random.choice([ZERO, ELSEWHERE]))


def withdraw_award(whim: Whim, procedure: Procedure) -> LedgerAct:
    """An award back."""
    return WithdrawAward(whim.call(WithdrawAward), whim.award(procedure, AwardState.ANNOUNCED))


def inform(whim: Whim, procedure: Procedure) -> LedgerAct:
    """Letters of now or before, with a standstill that suffices or not."""
    now = whim.town.now
    dispatched = whim.either([now, now - 30], [now - 5 * DAY, now + 500], 0.1)
    end = dispatched + whim.either([600, 700], [0, 599], 0.1)
    return InformLosers(whim.call(InformLosers), whim.award(procedure, AwardState.ANNOUNCED), dispatched, end)


def conclude(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A contract."""
    award = whim.award(procedure, AwardState.ANNOUNCED)
    return ConcludeContract(whim.call(ConcludeContract), award, whim.random.choice([ZERO, digest("signed")]))


def modify(whim: Whim, procedure: Procedure) -> LedgerAct:
    """Another price."""
    return ModifyContract(whim.call(ModifyContract), whim.award(procedure, AwardState.CONCLUDED))


def terminate(whim: Whim, procedure: Procedure) -> LedgerAct:
    """The end of a contract."""
    return TerminateContract(whim.call(TerminateContract), whim.award(procedure, AwardState.CONCLUDED))


def complete(whim: Whim, procedure: Procedure) -> LedgerAct:
    """The good end of a contract."""
    return CompleteContract(whim.call(CompleteContract), whim.award(procedure, AwardState.CONCLUDED))


def close_lot(whim: Whim, procedure: Procedure) -> LedgerAct:
    """No award."""
    return CloseLot(whim.call(CloseLot), whim.lot())


def suspend(whim: Whim, procedure: Procedure) -> LedgerAct:
    """By an officer, or by a review body."""
    body = whim.either([ZERO, REVIEW_BODY], [RECEIVER, ELSEWHERE], 0.1)
    return SuspendProcess(whim.call(SuspendProcess), whim.lot(ZERO), body, whim.random.choice([ZERO, digest("order")]))


def lift(whim: Whim, procedure: Procedure) -> LedgerAct:
    """A suspension that is in force."""
    suspension = whim.either([*procedure.suspensions], [0, 1, procedure.acts], 0.1)
    return LiftSuspension(whim.call(LiftSuspension), suspension)


def remand(whim: Whim, procedure: Procedure) -> LedgerAct:
    """Back, with or without new bids."""
    rounds = len(procedure.rounds)
    from_round = whim.either([0, rounds, rounds + 1], [1, rounds + 2], 0.2)
    stage = whim.either([Stage.BIDS], [Stage.NONE], 0.05)
    return Remand(whim.call(Remand), whim.lot(ZERO), from_round, stage)


def cancel(whim: Whim, procedure: Procedure) -> LedgerAct:
    """Off."""
    return CancelTender(whim.call(CancelTender))


def reinstate(whim: Whim, procedure: Procedure) -> LedgerAct:
    """On again: the whole, if it is off, else a lot."""
    return Reinstate(whim.call(Reinstate), ZERO if procedure.cancelled else whim.lot(ZERO))


def erase(whim: Whim, procedure: Procedure) -> LedgerAct:
    """Names out of a release."""
    ref = whim.either([1, procedure.acts], [0, procedure.acts + 1], 0.2)
    return EraseFields(whim.call(EraseFields), ref, whim.either([digest("names")], [ZERO], 0.1))


def _bids(procedure: Procedure, number: int) -> Sequence[Bid]:
    return [bid for round_ in procedure.rounds if round_.number == number for bid in round_.bids]
