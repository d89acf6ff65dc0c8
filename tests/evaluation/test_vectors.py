"""Both implementations give what the vectors say, and the same to the last digit."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.evaluation.make_vectors import VECTORS, contents, written
from tests.evaluation.peer import rank_task, sides
from tests.evaluation.ranking_vectors import PROCESS, ROUND

SIDES = ("python", "typescript")


def cases(name: str) -> list[Any]:
    """The cases in a file of the vectors."""
    return [pytest.param(each, id=each["name"]) for each in json.loads((VECTORS / name).read_text("utf-8"))]


def test_vectors_are_those_that_the_tests_describe() -> None:
    """``python -m tests.evaluation.make_vectors`` writes them."""
    for name, content in contents().items():
        assert (VECTORS / name).read_text("utf-8") == written(content)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("case", cases("criteria-accepted.json"))
def test_read_criteria_accepted_has_the_digest_of_its_bytes(case: dict[str, str], side: str) -> None:
    """Unsalted, as the ledger names it."""
    digest = hashlib.sha256(case["text"].encode()).hexdigest()
    assert sides()[side].answer({"criteria": {"text": case["text"]}}) == {"digest": digest}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("case", cases("criteria-refused.json"))
def test_read_criteria_refused_names_place_and_reason(case: dict[str, str], side: str) -> None:
    """Of what is no JSON only that it is none."""
    refusal = sides()[side].answer({"criteria": {"text": case["text"]}})["refusal"]
    reason = refusal["values"]["reason"]
    if case["reason"] == "no strict JSON":
        reason = reason.partition(":")[0]
    assert (refusal["error"], reason) == (case["error"], case["reason"])


@pytest.mark.parametrize("case", cases("rankings.json"))
def test_rank_gives_what_was_computed_by_hand(case: dict[str, Any]) -> None:
    """What the vector says of each entry, in its order; the whole answers are equal."""
    task = rank_task(case, of=[PROCESS, ROUND])
    by_python, by_typescript = (sides()[side].answer(task) for side in SIDES)
    assert by_typescript == by_python
    pairs = zip(by_python["entries"], case["entries"], strict=True)
    assert [{name: entry[name] for name in expected} for entry, expected in pairs] == case["entries"]
    assert by_python["complete"] is case["complete"]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("case", cases("price-orders.json"))
def test_price_order_gives_what_was_computed_by_hand(case: dict[str, Any], side: str) -> None:
    """Places, prices and points of the price for each offer that was told, or why it has none."""
    given = {name: case[name] for name in ("criteria", "lot", "offers")}
    answer = sides()[side].answer({"priceOrder": given})
    assert (answer["lot"], answer["offers"]) == (case["lot"], case["order"])


def test_price_order_of_a_quarter_of_a_million_offers_is_computed_in_the_browser() -> None:
    """As many as the largest result can have, nearly all equal: they are too many arguments of one call."""
    offers = [{"amount": "9" * 60, "currency": "EUR", "discount": None}] * 249_999
    offers.insert(7, {"amount": "1", "currency": "EUR", "discount": "0.5"})
    case = json.loads((VECTORS / "price-orders.json").read_text("utf-8"))[0]
    task = {"priceOrder": {"criteria": case["criteria"], "lot": "LOT-0001", "offers": offers}}
    answer = sides()["typescript"].answer(task)
    places = [each["place"] for each in answer["offers"]]
    assert (places[7], set(places[:7] + places[8:])) == (1, {2})


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("case", cases("evaluations-refused.json"))
def test_rank_with_an_evaluation_that_does_not_fit_refused(case: dict[str, Any], side: str) -> None:
    """Missing, out of range, of something else, or an order that nobody may give."""
    answer = sides()[side].answer(rank_task(case, of=[PROCESS, ROUND]))
    assert answer == {"refusal": {"error": case["error"], "values": {"reason": case["reason"]}}}


@pytest.mark.parametrize("side", SIDES)
def test_rank_by_criteria_with_altered_weights_refused(side: str) -> None:
    """The digest on the ledger is of the weights that were published; others would make another winner."""
    (case,) = (each for each in json.loads((VECTORS / "rankings.json").read_text("utf-8")) if "half" in each["name"])
    published = hashlib.sha256(case["criteria"].encode()).hexdigest()
    assert "refusal" not in sides()[side].answer(rank_task(case, expected=published))
    altered = case["criteria"].replace('"priceWeight": "60"', '"priceWeight": "60.0"')
    evaluation = {**case["evaluation"], "criteria": hashlib.sha256(altered.encode()).hexdigest()}
    forged = {**case, "criteria": altered, "evaluation": evaluation}
    assert "refusal" not in sides()[side].answer(rank_task(forged))
    refusal = sides()[side].answer(rank_task(forged, expected=published))["refusal"]
    got = hashlib.sha256(altered.encode()).hexdigest()
    assert refusal == {"error": "CriteriaForeign", "values": {"expected": published, "got": got}}


@pytest.mark.parametrize("side", SIDES)
def test_rank_for_an_unknown_lot_names_those_that_there_are(side: str) -> None:
    """A mistyped lot is no lot without bids."""
    case = json.loads((VECTORS / "rankings.json").read_text("utf-8"))[0]
    prices = {"priceOrder": {"criteria": case["criteria"], "lot": "LOT-1", "offers": []}}
    for task in (rank_task({**case, "lot": "LOT-1"}), prices):
        refusal = sides()[side].answer(task)["refusal"]
        assert refusal["error"] == "LotUnknown"
        assert refusal["values"] == {"lot": "LOT-1", "known": "LOT-0001, LOT-0002, LOT-0003"}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("text", "places", "rounded"),
    [
        ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("2.4999", 0, "2"), ("0.005", 2, "0.01"), ("-0.004", 2, "0.00"),
        ("1234.5", 2, "1234.50"), ("0.05", 3, "0.050"), ("9.995", 2, "10.00"), ("-0", 1, "0.0"), ("1,5", 2, None),
    ],
)  # fmt: skip
def test_show_rounds_halves_away_from_zero(text: str, places: int, rounded: str | None, side: str) -> None:
    """As people do (DIN 1333); minus nothing is nothing."""
    assert sides()[side].answer({"shown": {"text": text, "places": places}}) == {"shown": rounded}
