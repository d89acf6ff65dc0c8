"""What officers entered of bids on paper, stated in the evaluation that they anchor (``docs/criteria-1.md``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.cli.acts.making import read_document
from ledger.evaluation.criteria import Criteria
from ledger.evaluation.evaluation import FORMAT, ON_PAPER, read_evaluation
from ledger.evaluation.on_paper import PAPER, state_on_paper
from ledger.opening.opened import OpenedRound


def stated_in(path: Path, opened: OpenedRound, criteria: Criteria) -> bytes:
    """The evaluation in the file, or one without points if there is none, with all bids on paper of the round as they
    were entered. Raises EvaluationInvalid, also for one of another round, and ArgumentInvalid."""
    whole = _evaluation(path, opened, criteria)
    lots = [lot.id for lot in criteria.lots]
    whole[ON_PAPER] = [
        state_on_paper(bid.bid, bid.kind or PAPER, bid.values or {}, lots) for bid in opened.bids if bid.is_external
    ]
    written = json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"
    read_evaluation(written, criteria)
    return written


def _evaluation(path: Path, opened: OpenedRound, criteria: Criteria) -> dict[str, Any]:
    if not path.exists():
        return {
            "format": FORMAT, "processId": opened.process_id.hex(), "round": opened.round,
            "criteria": criteria.digest.hex(), "bids": [], "draws": [],
        }  # fmt: skip
    given = read_document(path, "--evaluation")
    read_evaluation(given, criteria).require_of(opened.process_id, opened.round)
    whole: dict[str, Any] = json.loads(given)
    return whole
