"""Could the contract have accepted these acts from these people? A model of its own, that replays them.

It is written from the specification (``contracts/src/ITenderLedger.sol``, ``docs/contracts.md``) and reads who, with
whom, why and when from ``ledger/statute.json``; neither the contract's code nor the index is its source. What it cannot
see: the first halves of joint acts and their expiry, which leave no trace in a head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ledger.chain.record import ZERO, ActRecord
from ledger.evidence.verify import statute_awards as awards
from ledger.evidence.verify import statute_course as course
from ledger.evidence.verify import statute_outcomes as outcomes
from ledger.evidence.verify import statute_rounds as rounds
from ledger.evidence.verify.acting import Acting
from ledger.evidence.verify.authority import Authorities
from ledger.evidence.verify.procedure import Procedure
from ledger.evidence.verify.statute_row import Refused, Row, take_acts
from ledger.terms import Act, LotState, OrganisationKind, ProcessState, RoundState

_PROCESS_STATES = {state: state.name.lower() for state in ProcessState}
_LOT_STATES = {state: state.name.lower() for state in LotState}
_NAMED = ("lot", "round", "bid", "ref")


def replay(
    process_id: bytes,
    organisation_id: bytes,
    acts: Sequence[ActRecord],
    authorities: Authorities,
    *,
    chain_id: int,
    ledger: bytes,
) -> Procedure:
    """Where a process stands after all its acts, with what a reader must still judge (``flags``).

    ``ledger`` is the ledger's account (20 bytes). Raises ActImpossible for the first act that the contract could never
    have accepted after those before it, from whoever it names.
    """
    procedure = Procedure(process_id, organisation_id, Acting(authorities), chain_id, ledger)
    take_acts("process", process_id, acts, partial(_take, procedure))
    return procedure


def _take(procedure: Procedure, row: Row, record: ActRecord, detail: tuple[Any, ...]) -> None:
    entry = row.entry
    if _PROCESS_STATES[procedure.state] not in entry.process_states:
        raise Refused("ProcessForbids", f"the process is {_PROCESS_STATES[procedure.state]}")
    if entry.who != ("bidder",):
        _require_people(procedure, row, record, detail)
    if entry.round_states:
        _require_round(procedure, row, record)
    if entry.lot_states:
        _require_lot(procedure, row, record)
    flags = len(procedure.flags)
    _APPLY[entry.act](procedure, record, detail)
    procedure.acts, procedure.time = record.sequence, record.time
    if entry.ground == "must":
        procedure.flag(record, entry.name, **{name: getattr(record, name) for name in _NAMED if name in entry.record})
    elif record.ground != ZERO and len(procedure.flags) == flags:
        procedure.flag(record, "GroundUnneeded", act=entry.name)


def _require_people(procedure: Procedure, row: Row, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """People of the process's own organisation acted; only a suspension can come from a review body."""
    body = detail[0] if record.act == Act.PROCESS_SUSPENDED else ZERO
    if body == ZERO:
        procedure.acting.require_people(procedure.organisation_id, row, record)
    elif not procedure.acting.require_people(body, row, record) & OrganisationKind.REVIEW_BODY:
        raise Refused("KindMissing", f"0x{body.hex()} was no review body then")


def _require_round(procedure: Procedure, row: Row, record: ActRecord) -> None:
    if not 0 < record.round <= len(procedure.rounds):
        raise Refused("RoundForbids", f"there is no round {record.round}")
    round_ = procedure.rounds[record.round - 1]
    if round_.state is RoundState.OPEN:
        state = "openInTime" if record.time <= round_.deadline else "openAfter"
    else:
        state = "closed" if round_.state is RoundState.CLOSED else "opened"
    if state not in row.entry.round_states:
        raise Refused("RoundForbids", f"round {record.round} is {state} with the deadline {round_.deadline}")


def _require_lot(procedure: Procedure, row: Row, record: ActRecord) -> None:
    lot = procedure.lots.get(record.lot)
    state = "whole" if record.lot == ZERO else _LOT_STATES[lot.state] if lot else "none"
    if state not in row.entry.lot_states:
        raise Refused("LotForbids", f"the lot 0x{record.lot.hex()} is {state}")


_APPLY: Mapping[Act, Callable[[Procedure, ActRecord, tuple[Any, ...]], None]] = {
    Act.NOTICE_PUBLISHED: course.publish_notice,
    Act.TENDER_PUBLISHED: course.publish_tender,
    Act.TENDER_AMENDED: rounds.amend_tender,
    Act.ROUND_OPENED: lambda procedure, record, detail: rounds.open_round(procedure, record, detail[0]),
    Act.ROUND_RESUMED: rounds.resume_round,
    Act.BID_COMMITTED: rounds.commit_bid,
    Act.BID_WITHDRAWN: rounds.withdraw_bid,
    Act.EXTERNAL_BID_REGISTERED: rounds.register_external_bid,
    Act.ROUND_CLOSED: rounds.close_round,
    Act.BIDS_OPENED: outcomes.open_bids,
    Act.OUTCOME_REVISED: outcomes.revise_outcome,
    Act.BID_EXCLUDED: outcomes.exclude_bid,
    Act.BID_READMITTED: outcomes.readmit_bid,
    Act.AWARD_ANNOUNCED: awards.announce_award,
    Act.AWARD_WITHDRAWN: awards.withdraw_award,
    Act.LOT_CLOSED: awards.close_lot,
    Act.PROCESS_SUSPENDED: course.suspend_process,
    Act.LOSERS_INFORMED: awards.inform_losers,
    Act.SUSPENSION_LIFTED: course.lift_suspension,
    Act.REMANDED: course.remand,
    Act.TENDER_CANCELLED: course.cancel_tender,
    Act.REINSTATED: course.reinstate,
    Act.CONTRACT_CONCLUDED: awards.conclude_contract,
    Act.CONTRACT_MODIFIED: awards.continue_contract,
    Act.CONTRACT_TERMINATED: awards.continue_contract,
    Act.CONTRACT_COMPLETED: awards.continue_contract,
    Act.FIELDS_ERASED: course.erase_fields,
}
