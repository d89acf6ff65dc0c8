"""Our own releases: one function for each kind of act, each giving a checked OCDS 1.1.5 release.

A release tells one change. It is made once and never changed; ``write_json`` gives the bytes that are anchored.
The id is derived from ocid, moment and tag unless one is given; two releases of one second and tag need own ids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ledger.ocds.check import check_release
from ledger.ocds.model import (
    Amendment,
    Award,
    Contract,
    Enquiry,
    Opening,
    Party,
    Review,
    Tender,
    as_json,
    moment,
)


@dataclass(frozen=True, slots=True)
class Process:
    """What all releases of one contracting process share."""

    ocid: str
    buyer: Party
    language: str = "de"


@dataclass(frozen=True, slots=True)
class Planning:
    """OCDS ``Planning``, as far as a prior notice needs it."""

    rationale: str | None = None


def planning(
    process: Process, date: datetime, rationale: str, tender: Tender | None = None, *, release_id: str | None = None
) -> dict[str, Any]:
    """A prior information or pre-market notice (tag ``planning``)."""
    return _release(process, date, "planning", release_id, planning=Planning(rationale), tender=tender)


def tender(
    process: Process, date: datetime, tender: Tender, parties: tuple[Party, ...] = (), *, release_id: str | None = None
) -> dict[str, Any]:
    """The call (tag ``tender``); without a status of its own the tender is active."""
    tender = tender if tender.status else replace(tender, status="active")
    return _release(process, date, "tender", release_id, parties=parties, tender=tender)


def tender_amendment(
    process: Process, date: datetime, tender: Tender, amendment: Amendment, *, release_id: str | None = None
) -> dict[str, Any]:
    """A change of the call (tag ``tenderAmendment``), with its reason."""
    changed = replace(tender, amendments=(*(tender.amendments or ()), amendment))
    return _release(process, date, "tenderAmendment", release_id, tender=changed)


def clarification(
    process: Process, date: datetime, tender_id: str, enquiry: Enquiry, *, release_id: str | None = None
) -> dict[str, Any]:
    """A question, or its answer to all tenderers (VgV section 20(3)); tag ``tenderUpdate``."""
    return _release(process, date, "tenderUpdate", release_id, tender=Tender(id=tender_id, enquiries=(enquiry,)))


def tender_update(process: Process, date: datetime, tender: Tender, *, release_id: str | None = None) -> dict[str, Any]:
    """More about a running call, nothing withdrawn (tag ``tenderUpdate``); also for a reinstated one."""
    return _release(process, date, "tenderUpdate", release_id, tender=tender)


def opening(
    process: Process, date: datetime, tender_id: str, opening: Opening, *, release_id: str | None = None
) -> dict[str, Any]:
    """What an opening found, in numbers (tag ``tenderUpdate``)."""
    return _release(process, date, "tenderUpdate", release_id, tender=Tender(id=tender_id), openings=(opening,))


def cancellation(
    process: Process,
    date: datetime,
    tender_id: str,
    rationale: str,
    *,
    status: str = "cancelled",
    release_id: str | None = None,
) -> dict[str, Any]:
    """The end of a procedure without award (VgV section 63); ``status`` is cancelled, unsuccessful or withdrawn."""
    reason = Amendment(id=f"cancellation-{moment(date)}", date=date, rationale=rationale)
    ended = Tender(id=tender_id, status=status, amendments=(reason,))
    return _release(process, date, "tenderCancellation", release_id, tender=ended)


def award(
    process: Process, date: datetime, award: Award, suppliers: tuple[Party, ...], *, release_id: str | None = None
) -> dict[str, Any]:
    """An award decision (tag ``award``); pending until the standstill is over (GWB section 134)."""
    award = award if award.status else replace(award, status="pending")
    return _release(process, date, "award", release_id, parties=suppliers, awards=(award,))


def award_update(process: Process, date: datetime, award: Award, *, release_id: str | None = None) -> dict[str, Any]:
    """More about an award, such as its standstill (tag ``awardUpdate``)."""
    return _release(process, date, "awardUpdate", release_id, awards=(award,))


def award_cancellation(
    process: Process, date: datetime, award_id: str, description: str, *, release_id: str | None = None
) -> dict[str, Any]:
    """An award decision is withdrawn (tag ``awardCancellation``)."""
    withdrawn = Award(id=award_id, status="cancelled", description=description)
    return _release(process, date, "awardCancellation", release_id, awards=(withdrawn,))


def contract(process: Process, date: datetime, contract: Contract, *, release_id: str | None = None) -> dict[str, Any]:
    """A concluded contract (tag ``contract``); its award is active from now on."""
    contract = contract if contract.status else replace(contract, status="active")
    active = Award(id=contract.award_id, status="active")
    return _release(process, date, "contract", release_id, awards=(active,), contracts=(contract,))


def contract_amendment(
    process: Process, date: datetime, contract: Contract, amendment: Amendment, *, release_id: str | None = None
) -> dict[str, Any]:
    """A modification during the term (GWB section 132; tag ``contractAmendment``)."""
    changed = replace(contract, amendments=(*(contract.amendments or ()), amendment))
    return _release(process, date, "contractAmendment", release_id, contracts=(changed,))


def contract_termination(
    process: Process, date: datetime, contract: Contract, *, release_id: str | None = None
) -> dict[str, Any]:
    """The end of a contract, by completion or by termination (tag ``contractTermination``)."""
    contract = contract if contract.status else replace(contract, status="terminated")
    return _release(process, date, "contractTermination", release_id, contracts=(contract,))


def review(process: Process, date: datetime, review: Review, *, release_id: str | None = None) -> dict[str, Any]:
    """A suspension, its lifting, or a remand (tag ``tenderUpdate``)."""
    return _release(process, date, "tenderUpdate", release_id, reviews=(review,))


def _release(
    process: Process,
    date: datetime,
    tag: str,
    release_id: str | None,
    parties: tuple[Party, ...] = (),
    **sections: Any,
) -> dict[str, Any]:
    when = moment(date)
    release = {
        "ocid": process.ocid,
        "id": release_id or f"{process.ocid}-{when}-{tag}",
        "date": when,
        "tag": [tag],
        "initiationType": "tender",
        "language": process.language,
        "parties": as_json((process.buyer, *parties)),
        "buyer": {"id": process.buyer.id, "name": process.buyer.name},
    }
    release |= {name: as_json(section) for name, section in sections.items() if section is not None}
    check_release(release)
    return release
