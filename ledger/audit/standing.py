"""Where a sealed process stands, from the replay of its acts; and when a procedure is silent."""

from __future__ import annotations

from typing import Any, Final

from ledger.evidence.verify.procedure import Procedure
from ledger.terms import AwardState, LotState, RoundKind, RoundState

SILENT_DAYS: Final = 90
"""Days after its deadline from which on a procedure without a result is told as silent. No law sets such a term."""

DAY: Final = 86_400
_MAIN: Final = (RoundKind.PARTICIPATION, RoundKind.BIDS, RoundKind.NEGOTIATION)
_LAST_SECOND: Final = 2**63 - 1


def deadline_of(procedure: Procedure) -> int | None:
    """Seconds since 1970: of the rounds that are open the latest, else of the last round; a supplement round asks no
    one for bids."""
    rounds = [round_ for round_ in procedure.rounds if round_.kind in _MAIN]
    running = [round_.deadline for round_ in rounds if round_.state is RoundState.OPEN]
    found = max(running, default=rounds[-1].deadline if rounds else None)
    return None if found is None else min(found, _LAST_SECOND)


def phase_of(procedure: Procedure) -> str:
    """The status as far as no clock decides it."""
    if procedure.cancelled:
        return "cancelled"
    live = [award for award in procedure.awards.values() if award.state is not AwardState.WITHDRAWN and not award.void]
    states, decided = {award.state for award in live}, {award.lot for award in live}
    if AwardState.ANNOUNCED in states:
        return "awarded"
    lots = procedure.lots
    if all(lot.state is LotState.CLOSED or name in decided for name, lot in lots.items()):
        for state in (AwardState.CONCLUDED, AwardState.COMPLETED, AwardState.TERMINATED):
            if state in states:
                return state.name.lower()
        if lots:
            return "unsuccessful"
    main = (round_ for round_ in procedure.rounds if round_.kind in _MAIN)
    return "tendering" if any(round_.state is RoundState.OPEN for round_ in main) else "evaluation"


def statuses(facts: dict[str, Any], now: int, tolerance: int) -> set[str]:
    """What may be said of a process now, by a clock that differs by so many seconds at most; a standstill's end is
    the contract's business, and not judged."""
    phase, deadline = facts["phase"], facts["deadline"]
    if phase == "awarded":
        return {"awarded", "standstill"} if facts["mode"] == "sealed" else {"awarded"}
    if phase != "tendering":
        return {phase}
    found = set()
    if deadline is None or deadline >= now - tolerance:
        found.add("open")
    if deadline is not None and deadline < now + tolerance:
        found.add("evaluation")
    return found


def is_silent(facts: dict[str, Any], now: int, days: int = SILENT_DAYS) -> bool:
    """The deadline passed more than so many days ago, and neither an award nor a contract, a cancellation or a
    suspension was published."""
    deadline = facts["deadline"]
    waiting = facts["phase"] in ("tendering", "evaluation") and not facts["suspended"]
    return waiting and deadline is not None and deadline < now - days * DAY
