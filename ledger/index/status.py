"""From what is stored to what a reader is told: the status of a process, clock included.

``processes.phase`` is the status as far as it follows from acts and releases. What follows from dates is derived when
somebody asks, so that no row goes stale by waiting.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from ledger.index.content import Content, is_made
from ledger.index.rows import Status
from ledger.index.schema import LAST_SECOND, processes

TENDERING = "tendering"

_OF_TENDER = {
    "planning": "planned",
    "planned": "planned",
    "active": TENDERING,
    "complete": "evaluation",
    "cancelled": "cancelled",
    "unsuccessful": "unsuccessful",
    "withdrawn": "cancelled",
}
_OF_TAG = {
    "planning": "planned",
    "planningUpdate": "planned",
    "tender": TENDERING,
    "tenderAmendment": TENDERING,
    "tenderUpdate": TENDERING,
    "tenderCancellation": "cancelled",
    "award": "awarded",
    "awardUpdate": "awarded",
    "awardCancellation": "cancelled",
    "contract": "concluded",
    "contractUpdate": "concluded",
    "contractAmendment": "concluded",
    "implementation": "concluded",
    "implementationUpdate": "concluded",
    "contractTermination": "completed",
}


def status(now: int | ColumnElement[int]) -> ColumnElement[str]:
    """The status of a process at ``now`` as an SQL expression over ``processes``; the only place that derives it."""
    phase, deadline, standstill = processes.c.phase, processes.c.deadline, processes.c.standstill_until
    return case(
        ((phase == TENDERING) & or_(deadline.is_(None), deadline >= now), Status.OPEN),
        (phase == TENDERING, Status.EVALUATION),
        ((phase == "awarded") & (standstill >= now), Status.STANDSTILL),
        else_=phase,
    )


def has_status(now: int, wanted: Status) -> list[ColumnElement[bool]]:
    """What holds of a process with this status; its phase is said besides, because that is found by an index."""
    phases = {
        Status.OPEN: (TENDERING,),
        Status.EVALUATION: (TENDERING, "evaluation"),
        Status.STANDSTILL: ("awarded", "standstill"),
    }
    return [processes.c.phase.in_(phases.get(wanted, (str(wanted),))), status(now) == wanted]


def is_silent(now: int, days: int) -> list[ColumnElement[bool]]:
    """What holds of a silent procedure: its deadline passed more than ``days`` days before ``now``, and neither an
    award nor a contract, a cancellation or a suspension was published."""
    return [
        processes.c.phase.in_((TENDERING, str(Status.EVALUATION))),
        processes.c.deadline < now - days * 86_400,
        processes.c.suspended.is_(False),
    ]


def last_second(connection: Connection, now: int, silent_days: int | None = None) -> int:
    """The last second from ``now`` on at which every process still has the status that it has at ``now``; with
    ``silent_days`` also at which the same procedures are silent for so long."""
    phase, deadline, standstill = processes.c.phase, processes.c.deadline, processes.c.standstill_until
    ends = [
        select(func.min(deadline)).where(phase == TENDERING, deadline >= now),
        select(func.min(standstill)).where(phase == "awarded", standstill >= now),
    ]
    found = [connection.execute(query).scalar_one() for query in ends]
    if silent_days is not None:
        wait = silent_days * 86_400
        query = select(func.min(deadline)).where(deadline >= now - wait)
        silent = connection.execute(query).scalar_one()
        found.append(None if silent is None else silent + wait)
    return min((end for end in found if end is not None), default=LAST_SECOND)


def phase_of_releases(published: Sequence[Content], awards: Sequence[Content], contracts: Sequence[Content]) -> str:
    """The phase of an observed or anchored process: OCDS ``contracts``, else ``awards``, else ``tender/status``.

    An award counts once it is made; one that is only proposed leaves the procedure under evaluation.
    Where a release states no status its tags decide (OCDS releaseTag); ``unknown`` if there is nothing to read.
    """
    signed = {contract.text("status") for contract in contracts} - {"cancelled", "pending"}
    if signed:
        return "completed" if signed == {"terminated"} else "concluded"
    if any(map(is_made, awards)):
        return "awarded"
    states = {award.text("status") for award in awards}
    tender = next((found for content in reversed(published) if (found := content.text("tender/status"))), None)
    if tender in _OF_TENDER and (tender != "complete" or not states):
        return _OF_TENDER[tender]
    if "pending" in states:
        return "evaluation"
    if states:
        return "unsuccessful" if "unsuccessful" in states else "cancelled"
    for content in reversed(published):
        for tag in reversed(content.texts("tag")):
            if tag in _OF_TAG:
                return _OF_TAG[tag]
    return str(Status.UNKNOWN)
