"""Sealed bids all the way: sealed, closed, opened by officers and custodians, written down, compared, ranked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.cli.ranking.standing import read_standing, submitted_bids
from ledger.evaluation.criteria import read_criteria
from ledger.evaluation.ranking import rank
from ledger.evaluation.telling import ranking_json
from ledger.opening.opened import read_opened
from ledger.opening.round_file import opened_round
from tests.evaluation.criteria_vectors import changed
from tests.evaluation.ranking_vectors import bid
from tests.opening.conftest import round_, world
from tests.opening.rounds import Round

__all__ = ["round_", "world"]


def of_one_lot(document: dict[str, Any]) -> None:
    """The town's tenders have the lot L1."""
    document["lots"] = [{**document["lots"][0], "id": "L1"}]
    document["requirements"] = document["documents"] = []


CRITERIA = read_criteria(changed(of_one_lot).encode())


def test_rank_what_two_officers_opened_is_one_ranking(round_: Round, tmp_path: Path) -> None:
    """Each from the own machine's file; a bid that was replaced counts as it was last, one withdrawn not at all."""
    first = round_.bid("bidder 1", bid(0, "148500.00", lot="L1", percentage="3")["values"], ())
    round_.bid("bidder 2", bid(1, "144045", lot="L1")["values"], ())
    round_.withdraw(round_.bid("bidder 3", bid(2, "1.00", lot="L1")["values"], ()))
    round_.commit(
        round_.make("bidder 1", bid(3, "148500.00", lot="L1", percentage="2.999")["values"], ()), first.commitment
    )
    round_.bid("bidder 4", bid(4, "2,00", lot="L1")["values"], ())
    round_.close()
    round_.bring_all()
    counts = [round_.count(tmp_path / name, officer) for officer, name in ((1, "one"), (2, "two"))]
    round_.record([found.outcome for found in counts[0].found])
    standing = read_standing(round_.records(), 1)
    rankings = []
    for number, count in enumerate(counts):
        path = tmp_path / f"{number}/round.json"
        opened_round(round_.sealed, count.found).write(path)
        bids = submitted_bids(read_opened(path), standing)
        rankings.append(ranking_json(rank(CRITERIA, "L1", bids, None, standing.exclusions(CRITERIA))))
    assert rankings[0] == rankings[1]
    said = [(entry["bid"], entry["rank"], entry["price"], entry["problem"]) for entry in rankings[0]["entries"]]
    assert said == [
        (1, 1, "144045", None), (3, 2, "28809297/200", None), (4, None, None, "valueMalformed"),
    ]  # fmt: skip
