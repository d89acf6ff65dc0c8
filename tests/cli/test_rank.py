"""``siegel rank`` in the demo's town, whose bids came on paper."""

from __future__ import annotations

import hashlib
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.deployment import Deployment
from ledger.chain.identifiers import organisation_id, process_id
from ledger.cli.demo.town import BUYER
from ledger.evaluation.criteria import read_criteria
from ledger.opening.opened import FILE, OpenedBid, OpenedRound, opened_folder
from ledger.settings import Settings
from ledger.store.objects import ObjectStore
from tests.cli.conftest import Siegel
from tests.cli.notices import write
from tests.demo.conftest import played, town
from tests.evaluation.ranking_vectors import bid

__all__ = ["played", "town"]

CLEANING = "ocds-demo00-2026-02"
PROCESS = process_id(organisation_id(BUYER.scheme, BUYER.uid), CLEANING)
FIRST, SECOND = "LOT-0001", "LOT-0002"
PAPER = 2**31


@pytest.fixture
def opened(town: Path) -> Path:
    """The officers typed the prices of both bids on paper."""
    values = [
        {**bid(0, "280000.00", lot=FIRST)["values"], **bid(0, "121000", lot=SECOND)["values"]},
        {**bid(1, "268000", lot=FIRST, percentage="2")["values"], "tenderers/0001": {"name": "Glanz\n  0. & Söhne"}},
    ]
    bids = [
        OpenedBid(
            bid=PAPER + number, commitment=None, author=None, arrival=1, block_time=1, late=False, promised=False,
            admitted=False, present=False, outcome="external", values=each,
        )
        for number, each in enumerate(values)
    ]  # fmt: skip
    path = opened_folder(town, PROCESS, 1) / FILE
    file = OpenedRound(process_id=PROCESS, ocid=CLEANING, round=1, deadline=1, closed_at=2, bids=tuple(bids))
    file.write(path)
    return path


def published_criteria(town: Path) -> bytes:
    """The bytes of the town's criteria for the cleaning of its schools."""
    store = ObjectStore(Settings.load(town).store_dir)
    for path in (town / "store/public").rglob("*.plain"):
        data = store.get(bytes.fromhex(path.stem))
        if b'"concept"' in data:
            read_criteria(data)
            return data
    raise AssertionError


def evaluation(town: Path, folder: Path, **more: Any) -> Path:
    """What the evaluators wrote down."""

    def judged(number: int, lot: str, concept: str, response: str) -> dict[str, Any]:
        points = [
            {"criterion": name, "points": given, "reason": "Bewertungsbogen"}
            for name, given in (("concept", concept), ("response", response))
        ]
        return {"bid": PAPER + number, "lot": lot, "value": None, "discount": None, "points": points}

    content = {
        "format": "siegel-evaluation/1",
        "processId": PROCESS.hex(),
        "round": 1,
        "criteria": hashlib.sha256(published_criteria(town)).hexdigest(),
        "bids": [judged(0, FIRST, "10", "5"), judged(1, FIRST, "2", "1.5"), judged(0, SECOND, "10", "5")],
        "draws": [],
    }
    return write(folder / "evaluation.json", content | more)


def test_rank_says_each_bids_place_and_where_it_comes_from(
    siegel: Siegel, town: Path, opened: Path, tmp_path: Path
) -> None:
    """By criteria, bids and exclusions of the ledger; for those who may see the bids, and without force of law. A name
    that goes on in the next line gets no place of its own there."""
    done = siegel("rank", CLEANING, "--evaluation", evaluation(town, tmp_path), home=town)
    assert done.exit_code == 0, done.err
    lines = [line.strip() for line in done.out.splitlines()]
    assert lines[0] == "LOT-0001 Schulen Nord: weighted points"
    assert lines[1] == "1. bid P1: 90.373 points"
    assert "price: 70 · (2 − 280000.00 / 262640.00), at least 0: 65.373" in lines
    assert "Konzept zur Qualitätssicherung: 20 · 10 / 10 = 20.000 (Bewertungsbogen)" in lines
    assert "2. bid P2, Glanz 0. & Söhne: 75.500 points" in lines
    assert "268000.00 less 2 % makes 262640.00" in lines
    assert "LOT-0002 Schule Süd: weighted points" in lines
    assert "1. bid P1: 95.000 points" in lines
    assert any("decides nothing in law" in line for line in lines)
    assert f"Computed from the opened bids in {opened}: for those only who may see them." in lines


def test_rank_as_json_gives_exact_figures(siegel: Siegel, town: Path, opened: Path, tmp_path: Path) -> None:
    """70 · (2 − 280000 / 262640) + 20 + 5 as a fraction in lowest terms."""
    file = evaluation(town, tmp_path)
    done = siegel("rank", CLEANING, "--evaluation", file, "--lot", FIRST, "--json", home=town)
    assert done.exit_code == 0, done.err
    (ranking,) = done.data["rankings"]
    assert (ranking["lot"], ranking["complete"], done.data["tier"]) == (FIRST, True, "opened")
    assert [(entry["bid"], entry["rank"]) for entry in ranking["entries"]] == [(PAPER, 1), (PAPER + 1, 2)]
    assert ranking["entries"][0]["score"] == str(70 * (2 - Fraction(280000, 262640)) + 25)


def test_rank_by_altered_weights_refused(siegel: Siegel, town: Path, opened: Path, tmp_path: Path) -> None:
    """Criteria that suit the other bid better are not those that the ledger names."""
    altered = tmp_path / "criteria.json"
    altered.write_bytes(published_criteria(town).replace(b'"weight":"20"', b'"weight":"20.0"'))
    given = ("rank", CLEANING, "--criteria", altered, "--evaluation", evaluation(town, tmp_path))
    refused = siegel(*given, home=town)
    assert (refused.exit_code, "[CriteriaForeign]" in refused.err) == (1, True)
    altered.write_bytes(published_criteria(town))
    assert siegel(*given, home=town).exit_code == 0


def test_rank_with_an_evaluation_of_another_round_refused(
    siegel: Siegel, town: Path, opened: Path, tmp_path: Path
) -> None:
    """Points of one round are none of another."""
    refused = siegel("rank", CLEANING, "--evaluation", evaluation(town, tmp_path, round=2), home=town)
    assert "round: is not 1. [EvaluationInvalid]" in refused.err


def test_rank_without_points_says_which_are_missing(siegel: Siegel, town: Path, opened: Path) -> None:
    """Nobody is given zero points by silence."""
    refused = siegel("rank", CLEANING, home=town)
    assert f'bid P1 ("bid": {PAPER}) has no points for concept of lot {FIRST}. [EvaluationInvalid]' in refused.err


def test_rank_without_an_opening_here_says_what_is_missing(siegel: Siegel, town: Path) -> None:
    """A machine on which nothing was opened has nothing to rank."""
    refused = siegel("rank", CLEANING, home=town)
    assert (refused.exit_code, "[OpenedRoundUnreadable]" in refused.err) == (1, True)


def test_rank_an_open_round_refused(siegel: Siegel, town: Path, opened: Path) -> None:
    """Before the deadline there is no order of bids, whatever a file says."""
    refused = siegel("rank", "ocds-demo00-2026-01", "--opened", opened, home=town)
    assert (refused.exit_code, "[OpenedRoundDiffers]" in refused.err) == (1, True)


def test_rank_in_german_says_the_same(siegel: Siegel, town: Path, opened: Path, tmp_path: Path) -> None:
    """With the words of the glossary."""
    done = siegel("--language", "de", "rank", CLEANING, "--evaluation", evaluation(town, tmp_path), home=town)
    assert "  1. Angebot P1: 90.373 Punkte" in done.out
    assert "entscheidet rechtlich nichts" in done.out


def test_rank_without_the_criteria_here_takes_any_copy(
    siegel: Siegel, town: Path, opened: Path, tmp_path: Path
) -> None:
    """Another officer's home has no store of the town: the document is public, and its digest is compared."""
    judged, copy = evaluation(town, tmp_path), tmp_path / "copy.json"
    copy.write_bytes(published_criteria(town))
    shutil.rmtree(town / "store/public")
    given = ("rank", CLEANING, "--evaluation", judged)
    asked = siegel(*given, home=town)
    assert (asked.exit_code, "--criteria" in asked.err) == (2, True)
    assert siegel(*given, "--criteria", copy, home=town).exit_code == 0


def told_result(town: Path, folder: Path, **more: Any) -> Path:
    """What the officers told the tenderers of the same opening."""
    deployment = Deployment.load(town / "deployment.json")

    def told(name: str, amount: str, discount: str | None) -> dict[str, Any]:
        tenderers = [{"name": name, "address": None}]
        return {"tenderers": tenderers, "amount": amount, "currency": "EUR", "discount": discount, "variants": 0}

    offers = [told("Rein & Klar GmbH", "280000.00", None), told("Glanz\n  1. & Söhne", "268000", "2")]
    content = {
        "format": "siegel-opening-result/1", "source": "§ 14(6) VOB/A", "title": "Reinigung", "ocid": CLEANING,
        "processId": PROCESS.hex(), "round": 1, "chainId": deployment.chain_id, "ledger": deployment.ledger.hex(),
        "lots": [{"id": FIRST, "title": "Schulen Nord", "offers": offers}],
    }  # fmt: skip
    return write(folder / "result.json", content | more)


def test_rank_what_tenderers_were_told_by_the_criteria_of_the_ledger(
    siegel: Siegel, town: Path, tmp_path: Path
) -> None:
    """Points for the price by the same formula, and no place, for other points are not told; without an opened file."""
    done = siegel("--language", "de", "rank", CLEANING, "--result", told_result(town, tmp_path), home=town)
    assert done.exit_code == 0, done.err
    assert done.out.splitlines()[1:4] == [
        "LOT-0001 Schulen Nord: gewichtete Punkte",
        "    – Rein & Klar GmbH; 280000.00 EUR; Preis 280000.00; Punkte für den Preis: 65.373",
        "    – Glanz 1. & Söhne; 268000 EUR; Nachlass 2 %; Preis 262640.00; Punkte für den Preis: 70.000",
    ]
    assert "deshalb gibt es keinen Rang" in done.out
    done = siegel("rank", CLEANING, "--result", tmp_path / "result.json", "--json", home=town)
    assert (done.data["tier"], done.data["priceOrder"]["lots"][0]["offers"][0]["pricePoints"]) == (
        "told", str(70 * (2 - Fraction(280000, 262640))),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"processId": "ab" * 32}, "ResultForeign"),
        ({"round": 2}, "ResultForeign"),
        ({"chainId": 1}, "ResultForeign"),
        ({"ledger": "ab" * 20}, "ResultForeign"),
        ({"lots": [7]}, "OpeningResultUnreadable"),
    ],
)
def test_rank_what_was_told_of_another_opening_refused(
    siegel: Siegel, town: Path, tmp_path: Path, changed: dict[str, Any], error: str
) -> None:
    """By name; nor is anything ranked beside it."""
    refused = siegel("rank", CLEANING, "--result", told_result(town, tmp_path, **changed), home=town)
    assert (refused.exit_code, f"[{error}]" in refused.err, refused.out) == (1, True, "")


def test_rank_what_was_told_and_the_bids_at_once_refused(siegel: Siegel, town: Path, tmp_path: Path) -> None:
    """They are two ways to compute it."""
    file = told_result(town, tmp_path)
    refused = siegel("rank", CLEANING, "--result", file, "--evaluation", file, home=town)
    assert (refused.exit_code, "[ArgumentInvalid]" in refused.err) == (2, True)
