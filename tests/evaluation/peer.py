"""Criteria and ranking in both languages, asked alike: tasks and answers of ``explorer/client/ranking/command.ts``."""

from __future__ import annotations

import atexit
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from ledger.errors import SiegelError
from ledger.evaluation.criteria import read_criteria
from ledger.evaluation.evaluation import read_evaluation
from ledger.evaluation.figures import read_decimal, shown
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.price_order import ToldOffer, price_order, price_order_json
from ledger.evaluation.ranking import rank
from ledger.evaluation.telling import ranking_json
from ledger.ocds.json_text import read_json
from tests.chain.nodes import ROOT
from tests.node_command import NodeCommand, build

CLIENT = ROOT / "explorer/client"
BUILT = ROOT / "build/ranking"


class Side(Protocol):
    """One of the implementations."""

    def answer(self, task: dict[str, Any]) -> dict[str, Any]:
        """The answer to one task; a refusal is one, too."""
        ...


class PythonSide:
    """``ledger.evaluation``."""

    def answer(self, task: dict[str, Any]) -> dict[str, Any]:
        """The answer to one task."""
        ((name, given),) = task.items()
        try:
            return {"criteria": _criteria, "rank": _rank, "priceOrder": _price_order, "shown": _shown}[name](given)
        except SiegelError as refused:
            values = {
                name: value.hex() if isinstance(value, bytes) else value for name, value in refused.values.items()
            }
            return {"refusal": {"error": refused.name, "values": values}}


def _criteria(given: dict[str, Any]) -> dict[str, Any]:
    return {"digest": read_criteria(given["text"].encode()).digest.hex()}


def _rank(given: dict[str, Any]) -> dict[str, Any]:
    criteria = read_criteria(given["criteria"].encode())
    if "expected" in given:
        criteria.require_digest(bytes.fromhex(given["expected"]))
    evaluation = None
    if given["evaluation"] is not None:
        evaluation = read_evaluation(given["evaluation"].encode(), criteria)
        if "of" in given:
            evaluation.require_of(bytes.fromhex(given["of"][0]), given["of"][1])
    bids = [SubmittedBid(each["bid"], each["values"]) for each in read_json(given["bids"].encode())]
    excluded = {(number, lot) for number, lot in given["excluded"]}
    return ranking_json(rank(criteria, given["lot"], bids, evaluation, excluded))


def _price_order(given: dict[str, Any]) -> dict[str, Any]:
    told = [ToldOffer(**each) for each in given["offers"]]
    return price_order_json(price_order(read_criteria(given["criteria"].encode()), given["lot"], told))


def _shown(given: dict[str, Any]) -> dict[str, Any]:
    figure = read_decimal(given["text"])
    return {"shown": None if figure is None else shown(figure, given["places"])}


def sources_digest() -> str:
    """Of all that the command is made of, as ``scripts/client_command.mjs`` computes it."""
    folders = (CLIENT / name for name in ("ranking", "sealing", "verifier"))
    files = [*(file for folder in folders for file in folder.iterdir()), ROOT / "package-lock.json"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files, key=str))).hexdigest()


def build_command() -> Path:
    """The command, built anew if its sources changed since."""
    recorded = BUILT / "sources.sha256"
    if not recorded.exists() or recorded.read_text() != sources_digest():
        build("build_ranking.mjs")
    return BUILT / "command.mjs"


@cache
def sides() -> dict[str, Side]:
    """Both; the command runs once for all tests, as it remembers nothing."""
    command = NodeCommand(build_command())
    atexit.register(command.stop)
    return {"python": PythonSide(), "typescript": command}


def rank_task(case: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The task of a vector."""
    evaluation = case["evaluation"]
    return {
        "rank": {
            "criteria": case["criteria"],
            "lot": case["lot"],
            "bids": json.dumps(case["bids"]),
            "evaluation": None if evaluation is None else json.dumps(evaluation),
            "excluded": case["excluded"],
            **more,
        }
    }
