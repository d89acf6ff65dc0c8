"""Whether a letter can name a round for its answer (``docs/opening.md``, letters and answers)."""

from __future__ import annotations

from ledger.chain.views import RoundView
from ledger.errors import AnswerRoundUnfit, RoundUnknown
from ledger.terms import RoundKind, RoundState


def require_answer_round(found: RoundView, process_id: bytes, number: int, now: int) -> None:
    """``found``, as the ledger has it, is a supplement round, open, and its deadline has not passed at ``now``
    (seconds since 1970). The ledger is asked, for the index may not have read the round's opening yet.

    Raises RoundUnknown, AnswerRoundUnfit.
    """
    if found.state is RoundState.NONE:
        raise RoundUnknown(process_id=process_id, round=number)
    if found.kind is not RoundKind.SUPPLEMENT or found.state is not RoundState.OPEN or now > found.deadline:
        raise AnswerRoundUnfit(
            round=number, kind=found.kind.name.lower(), state=found.state.name.lower(), deadline=found.deadline
        )
