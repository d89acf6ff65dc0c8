"""Awards, letters, standstill and contracts against the statute (GWB § 134)."""

from __future__ import annotations

from typing import Any

from ledger.chain.record import ZERO, ActRecord
from ledger.evidence.verify.procedure import Award, Lot, Procedure
from ledger.evidence.verify.statute_outcomes import require_opened
from ledger.evidence.verify.statute_row import Refused
from ledger.terms import Act, AwardState, LotState, RoundKind

_AWARDABLE = (RoundKind.BIDS, RoundKind.NEGOTIATION)
_DISPATCH_AGE = 3 * 86_400


def announce_award(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """AwardAnnounced, for a bid that can be awarded; more than the terms allow only with a ground."""
    round_, lot = procedure.rounds[record.round - 1], procedure.lots[record.lot]
    require_opened(round_, record.bid)
    if round_.kind not in _AWARDABLE:
        raise Refused("BidForbids", f"bids of a round of the kind {round_.kind.name.lower()} are not awarded")
    earliest = max(procedure.from_round, lot.from_round)
    if record.round < earliest:
        raise Refused("RoundSetBack", f"bids of rounds before {earliest} can no longer be awarded")
    if round_.is_excluded(record.bid, record.lot):
        raise Refused("ExclusionForbids", "the bid is excluded")
    if lot.awards >= lot.max_awards:
        if record.ground == ZERO:
            raise Refused("AwardsExhausted", f"the lot has all of its {lot.max_awards} awards")
        procedure.flag(record, "AwardsExceeded", lot=record.lot, maxAwards=lot.max_awards)
    lot.awards += 1
    lot.announced.add(record.sequence)
    procedure.announced.add(record.sequence)
    procedure.awards[record.sequence] = Award(record.lot, record.round, record.bid, record.time)


def withdraw_award(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """AwardWithdrawn, before the conclusion."""
    award, lot = _award(procedure, record, AwardState.ANNOUNCED)
    award.state = AwardState.WITHDRAWN
    lot.awards -= 1
    _settle(procedure, record, lot)


def inform_losers(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """LosersInformed: a ground excuses the letters, and never shortens what a conclusion is measured against."""
    dispatched, end = detail
    award, _ = _award(procedure, record, AwardState.ANNOUNCED)
    if dispatched > record.time:
        raise Refused("DispatchInFuture", f"letters are not dispatched at {dispatched}")
    start = max(dispatched, award.time, record.time - _DISPATCH_AGE)
    least = max(start + procedure.minimum_standstill, award.standstill_end)
    if end < least or dispatched < award.time:
        if record.ground == ZERO:
            raise Refused("StandstillTooShort", f"dispatched {dispatched}, until {end}; at least until {least}")
        procedure.flag(
            record, "StandstillShort", award=record.ref, dispatched=dispatched, standstillEnd=end, least=least
        )
    award.standstill_end = max(end, least)


def conclude_contract(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """ContractConcluded: before the standstill's end, without letters or under suspension only with a ground."""
    award, lot = _award(procedure, record, AwardState.ANNOUNCED)
    early = record.time <= award.standstill_end
    unannounced = award.standstill_end == 0 and procedure.minimum_standstill != 0
    suspended = procedure.suspended_whole + lot.suspensions > 0
    if record.ground == ZERO and (early or unannounced):
        raise Refused("ConclusionPremature", f"the standstill ends at {award.standstill_end} (zero: no letters)")
    if record.ground == ZERO and suspended:
        raise Refused("ConclusionSuspended", "the process or the lot is suspended")
    if early:
        procedure.flag(record, "ConcludedEarly", award=record.ref, standstillEnd=award.standstill_end)
    if unannounced:
        procedure.flag(record, "ConcludedWithoutLetters", award=record.ref)
    if suspended:
        procedure.flag(record, "ConcludedSuspended", award=record.ref)
    if procedure.rounds[award.round - 1].is_excluded(award.bid, award.lot):
        procedure.flag(record, "ConcludedExcluded", award=record.ref, round=award.round, bid=award.bid)
    award.state = AwardState.CONCLUDED
    lot.concluded += 1
    procedure.concluded += 1
    _settle(procedure, record, lot)


def continue_contract(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """ContractModified, ContractTerminated, ContractCompleted."""
    award, lot = _award(procedure, record, AwardState.CONCLUDED)
    if record.act == Act.CONTRACT_COMPLETED:
        award.state = AwardState.COMPLETED
    elif record.act == Act.CONTRACT_TERMINATED:
        award.state = AwardState.TERMINATED
        lot.awards -= 1
        lot.concluded -= 1
        procedure.concluded -= 1


def close_lot(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """LotClosed, without an award that is only announced."""
    lot = procedure.lots[record.lot]
    if lot.announced:
        raise Refused("AwardPending", f"{len(lot.announced)} awards are announced and not concluded")
    lot.state = LotState.CLOSED
    procedure.open_lots -= 1


def void_announced(procedure: Procedure, announced: set[int]) -> None:
    """The procedure is set back: awards that were only announced are none."""
    for sequence in tuple(announced):
        award = procedure.awards[sequence]
        award.void = True
        lot = procedure.lots[award.lot]
        lot.awards -= 1
        lot.announced.discard(sequence)
        procedure.announced.discard(sequence)


def _award(procedure: Procedure, record: ActRecord, needed: AwardState) -> tuple[Award, Lot]:
    award = procedure.awards.get(record.ref)
    if award is None or award.state is not needed:
        state = award.state.name.lower() if award else "none"
        raise Refused("AwardForbids", f"the award {record.ref} is {state}, not {needed.name.lower()}")
    if award.void:
        raise Refused("AwardVoid", f"the procedure was set back after the award {record.ref}")
    if record.lot != award.lot:
        raise Refused("LotForbids", "the lot is that of the award")
    return award, procedure.lots[award.lot]


def _settle(procedure: Procedure, record: ActRecord, lot: Lot) -> None:
    """The award is no longer only announced."""
    lot.announced.discard(record.ref)
    procedure.announced.discard(record.ref)
