"""Entries about bids and their ranking belong to something in the bundle (``docs/bundle-1.md``, step 10)."""

from __future__ import annotations

from typing import Final

from ledger.errors import EntryUnexpected
from ledger.evaluation.evaluation import round_of
from ledger.evidence.verify.contents import Contents
from ledger.evidence.verify.procedure import Procedure, Round
from ledger.evidence.verify.proven import Proven
from ledger.terms import RoundKind

_RANKED: Final = (RoundKind.BIDS, RoundKind.NEGOTIATION)
"""Kinds of rounds whose bids can be awarded."""


def ranked_rounds(proven: Proven) -> list[tuple[Procedure, Round]]:
    """The rounds of all processes whose bids are ranked."""
    return [
        (procedure, round_) for procedure in proven.procedures.values() for round_ in procedure.rounds
        if round_.kind in _RANKED
    ]  # fmt: skip


def require_belonging(contents: Contents, proven: Proven) -> None:
    """Criteria are those of a tender; evaluations and rankings are of such a round, and one of each.

    Raises EntryUnexpected, EvaluationInvalid.
    """
    tenders = {procedure.criteria for procedure in proven.procedures.values()}
    for digest in sorted(contents.criteria):
        if digest not in tenders:
            raise EntryUnexpected(entry=f"criteria/{digest.hex()}")
    rounds = {(procedure.process_id, round_.number) for procedure, round_ in ranked_rounds(proven)}
    evaluated = set[tuple[bytes, int]]()
    for digest, data in sorted(contents.evaluations.items()):
        round_ = round_of(data)
        if round_ not in rounds or round_ in evaluated:
            raise EntryUnexpected(entry=f"evaluations/{digest.hex()}")
        evaluated.add(round_)
    for process_id, number in contents.rankings:
        if (process_id, number) not in rounds:
            raise EntryUnexpected(entry=f"rankings/{number:012}.{process_id.hex()}")
