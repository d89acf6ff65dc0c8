"""What begins a procedure and what can happen to it, against the statute: notices, tender, suspension, remand."""

from __future__ import annotations

from typing import Any

from ledger.chain.record import ZERO, ActRecord
from ledger.evidence.verify.procedure import Lot, Procedure
from ledger.evidence.verify.statute_awards import void_announced
from ledger.evidence.verify.statute_rounds import open_round
from ledger.evidence.verify.statute_row import Refused, digest, require_text
from ledger.terms import LotState, NoticeKind, OrganisationKind, ProcessState, RoundKind, Stage

_FIRST_ROUNDS = (RoundKind.PARTICIPATION, RoundKind.BIDS)


def publish_notice(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """NoticePublished: the first one makes a process, observed or anchored by what its organisation is."""
    kind, ocid, parent = detail
    if kind == NoticeKind.NONE:
        raise Refused("KindInvalid", "a notice without a kind")
    _require_ocid(procedure, record, ocid)
    if record.ref >= record.sequence or (record.ref == 0 and kind == NoticeKind.WITHDRAWAL):
        raise Refused("RefUnknown", f"there is no earlier act {record.ref}")
    _set_parent(procedure, record, parent)
    if record.sequence == 1:
        observer = _kinds(procedure, record, OrganisationKind.BUYER | OrganisationKind.OBSERVER)
        procedure.observed = bool(observer & OrganisationKind.OBSERVER)
        procedure.state = ProcessState.OBSERVED if procedure.observed else ProcessState.ANCHORED


def publish_tender(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """TenderPublished: fixes lots and standstill and opens round 1."""
    ocid, parent, lots, minimum_standstill, _rule_set, criteria, terms = detail[0]
    _kinds(procedure, record, OrganisationKind.BUYER)
    _require_ocid(procedure, record, ocid)
    _set_parent(procedure, record, parent)
    if terms[0] not in _FIRST_ROUNDS:
        raise Refused("KindInvalid", "a tender begins with requests to participate or with bids")
    if not lots:
        raise Refused("LotsInvalid", "no lot")
    previous = ZERO
    for lot, max_awards in lots:
        if lot <= previous or max_awards == 0:
            raise Refused("LotsInvalid", f"0x{lot.hex()} is out of order, or has {max_awards} awards")
        previous = lot
        procedure.lots[lot] = Lot(max_awards)
    procedure.open_lots = len(lots)
    procedure.minimum_standstill, procedure.criteria = minimum_standstill, criteria
    procedure.state, procedure.sealed = ProcessState.ACTIVE, True
    open_round(procedure, record, terms)


def suspend_process(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """ProcessSuspended: each suspension counts for itself."""
    procedure.suspensions[record.sequence] = record.lot
    _count_suspension(procedure, record.lot, 1)


def lift_suspension(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """SuspensionLifted."""
    lot = procedure.suspensions.pop(record.ref, None)
    if lot is None:
        raise Refused("SuspensionUnknown", f"no suspension {record.ref} is in force")
    if record.lot != lot:
        raise Refused("LotForbids", "the lot is that of the suspension")
    _count_suspension(procedure, lot, -1)


def remand(procedure: Procedure, record: ActRecord, detail: tuple[Any, ...]) -> None:
    """Remanded: what was announced is void, and bids of earlier rounds may be barred. Not once a contract stands.

    The latest remand of the whole process and the latest of a lot that name a round both bind the lot.
    """
    if detail[0] == Stage.NONE:
        raise Refused("KindInvalid", "a remand without a stage")
    if record.round > len(procedure.rounds) + 1:
        raise Refused("RoundForbids", f"round {record.round} is not even the next one")
    scope: Procedure | Lot = procedure if record.lot == ZERO else procedure.lots[record.lot]
    if scope.concluded:
        raise Refused("ConcludedAlready", "a contract is concluded")
    void_announced(procedure, scope.announced)
    scope.from_round = record.round or scope.from_round


def cancel_tender(procedure: Procedure, _record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """TenderCancelled."""
    procedure.state = ProcessState.CANCELLED


def reinstate(procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """Reinstated: a cancelled process, or a closed lot of an active one."""
    if (record.lot == ZERO) != procedure.cancelled:
        raise Refused("ProcessForbids", "a process is reinstated when it is cancelled, a lot when it is not")
    if record.lot == ZERO:
        procedure.state = ProcessState.ACTIVE
    else:
        procedure.lots[record.lot].state = LotState.OPEN
        procedure.open_lots += 1


def erase_fields(_procedure: Procedure, record: ActRecord, _detail: tuple[Any, ...]) -> None:
    """FieldsErased, of what an earlier act published."""
    if not 0 < record.ref < record.sequence:
        raise Refused("RefUnknown", f"there is no earlier act {record.ref}")


def _require_ocid(procedure: Procedure, record: ActRecord, ocid: str) -> None:
    if record.sequence == 1 or ocid != procedure.ocid:  # else it was checked before
        require_text(ocid, "TextInvalid")
        if digest(procedure.organisation_id, ocid) != procedure.process_id:
            raise Refused("OcidMismatch", f"{ocid} of this organisation is another process")
        procedure.ocid = ocid


def _set_parent(procedure: Procedure, record: ActRecord, parent: bytes) -> None:
    if parent != ZERO:
        if record.sequence != 1:
            raise Refused("ParentFixed", "a parent is named only with the first act")
        procedure.parent = parent


def _kinds(procedure: Procedure, record: ActRecord, needed: OrganisationKind) -> int:
    """The organisation's kinds when it acted, of which one must be among the needed; raises Refused."""
    _, kinds = procedure.acting.authorities.roles(procedure.organisation_id, record.first, record.roles, record.time)
    if not kinds & needed:
        raise Refused("KindMissing", f"the organisation was of the kinds {kinds}, none of {int(needed)}")
    return kinds


def _count_suspension(procedure: Procedure, lot: bytes, change: int) -> None:
    if lot == ZERO:
        procedure.suspended_whole += change
    else:
        procedure.lots[lot].suspensions += change
