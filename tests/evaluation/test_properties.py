"""What holds of every ranking, by both implementations, which are asked about the same bids."""

from __future__ import annotations

import copy
import hashlib
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.criteria_vectors import schools, text_of
from tests.evaluation.peer import rank_task, sides
from tests.evaluation.ranking_vectors import ONE, THREE, TWO, bid, points

CRITERIA = text_of(schools())
DIGEST = hashlib.sha256(CRITERIA.encode()).hexdigest()
LOTS = st.sampled_from([ONE, TWO, THREE])


def decimals(least: int, most: int, places: int) -> st.SearchStrategy[str]:
    """Decimal text, often equal to others, with so many places."""
    whole = st.integers(least * 10**places, most * 10**places)
    few = st.integers(least, min(most, least + 3)).map(lambda figure: figure * 10**places)
    return (few | whole).map(lambda figure: format(Decimal(figure).scaleb(-places), "f"))


@st.composite
def cases(draw: st.DrawFn, lots: st.SearchStrategy[str] = LOTS) -> dict[str, Any]:
    """Up to seven bids for a lot, each with points where the lot asks for them."""
    lot, numbers = draw(lots), range(draw(st.integers(0, 7)))
    bids = [
        bid(number, draw(decimals(1, 10**6, 2)), lot=lot, percentage=draw(decimals(0, 99, 1))) for number in numbers
    ]
    assessments = [
        points(number, draw(decimals(0, 10, 1)), draw(decimals(0, 5, 0)), lot=lot) for number in numbers if lot != ONE
    ]
    evaluation = {
        "format": "siegel-evaluation/1", "processId": "00" * 32, "round": 1, "criteria": DIGEST,
        "bids": assessments, "draws": [],
    }  # fmt: skip
    excluded = [[number, draw(st.sampled_from([None, lot]))] for number in numbers if draw(st.integers(0, 5)) == 0]
    return {"criteria": CRITERIA, "lot": lot, "bids": bids, "evaluation": evaluation, "excluded": excluded}


def ranked(case: dict[str, Any]) -> dict[str, Any]:
    """The one answer of both sides."""
    by_python, by_typescript = (side.answer(rank_task(case)) for side in sides().values())
    assert by_python == by_typescript
    return by_python


def places(answer: dict[str, Any]) -> dict[int, tuple[int | None, str | None]]:
    """Rank and tie of each bid."""
    return {entry["bid"]: (entry["rank"], entry["tie"]) for entry in answer["entries"]}


@given(cases(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_rank_bids_in_another_order_same_ranking(case: dict[str, Any], random: Any) -> None:
    """Neither the order of the bids nor that of what evaluators wrote down matters."""
    other = copy.deepcopy(case)
    random.shuffle(other["bids"])
    random.shuffle(other["evaluation"]["bids"])
    random.shuffle(other["excluded"])
    assert ranked(other) == ranked(case)


@given(cases(), st.integers(2, 10**6))
@settings(deadline=None)
def test_rank_all_prices_by_one_factor_same_places(case: dict[str, Any], factor: int) -> None:
    """Euros or thousands of them: each method only compares."""
    other = copy.deepcopy(case)
    for each in other["bids"]:
        value = each["values"][f"lots/{case['lot']}/value"]
        value["amount"] = format(Decimal(value["amount"]) * factor, "f")
    assert places(ranked(other)) == places(ranked(case))


@given(cases())
@settings(deadline=None)
def test_rank_better_scores_stand_before_and_equal_ones_are_told(case: dict[str, Any]) -> None:
    """From the figures of the answer alone: the order is that of the scores; equals share a rank or say why not."""
    entries = [entry for entry in ranked(case)["entries"] if entry["standing"] == "ranked"]
    sign = 1 if case["lot"] == ONE else -1
    keys = [sign * Fraction(entry["score"]) for entry in entries]
    assert keys == sorted(keys)
    assert [entry["rank"] for entry in entries if entry["tie"] in (None, "price")] == [
        number for number, entry in enumerate(entries, 1) if entry["tie"] in (None, "price")
    ]
    for key, entry in zip(keys, entries, strict=True):
        equals = [other for other, of in zip(entries, keys, strict=True) if of == key]
        assert (entry["tie"] is not None) == (len(equals) > 1)


@given(cases(st.just(ONE)))
@settings(deadline=None)
def test_rank_lowest_price_never_puts_a_worse_price_before(case: dict[str, Any]) -> None:
    """By prices computed here, in decimals."""
    prices = {}
    for each in case["bids"]:
        amount = Fraction(each["values"][f"lots/{ONE}/value"]["amount"])
        prices[each["bid"]] = amount * (1 - Fraction(each["values"][f"lots/{ONE}/discount"]["percentage"]) / 100)
    standing = {number: rank for number, (rank, _) in places(ranked(case)).items() if rank is not None}
    for one in standing:
        for other in standing:
            assert (prices[one] < prices[other]) == (standing[one] < standing[other])


@given(cases(), st.integers(0, 6))
@settings(deadline=None)
def test_rank_a_lower_price_never_makes_its_bid_worse(case: dict[str, Any], number: int) -> None:
    """Who asks for less, all else equal, does not lose a place."""
    if number >= len(case["bids"]):
        return
    other = copy.deepcopy(case)
    value = other["bids"][number]["values"][f"lots/{case['lot']}/value"]
    value["amount"] = format(Decimal(value["amount"]) / 2, "f")
    before, after = places(ranked(case))[number][0], places(ranked(other))[number][0]
    assert (before is None) == (after is None)
    assert before is None or after is None or after <= before


@given(cases(), st.integers(0, 6))
@settings(deadline=None)
def test_rank_excluded_bid_counts_for_nothing(case: dict[str, Any], number: int) -> None:
    """As if it had never come, its price not even the lowest."""
    if number >= len(case["bids"]):
        return
    excluded = {**case, "excluded": [*case["excluded"], [number, None]]}
    without = copy.deepcopy(case)
    for part in (without, without["evaluation"]):
        part["bids"] = [each for each in part["bids"] if each["bid"] != number]
    answer = ranked(excluded)
    answer["entries"] = [entry for entry in answer["entries"] if entry["bid"] != number]
    assert answer == ranked(without)


@given(st.sampled_from(["59", "61", "60.0", "6e1"]))
def test_rank_by_other_weights_is_refused_by_the_ledgers_digest(weight: str) -> None:
    """Whatever they are: if they sum up, they have another digest."""
    document = schools()
    document["lots"][1]["priceWeight"] = weight
    case: dict[str, Any] = {"criteria": json.dumps(document), "lot": ONE, "bids": [], "evaluation": None}
    case["excluded"] = []
    for side in sides().values():
        refusal = side.answer(rank_task(case, expected=DIGEST))["refusal"]
        assert refusal["error"] == ("CriteriaForeign" if weight == "60.0" else "CriteriaInvalid")


def test_rank_fifty_criteria_of_the_longest_figures_is_exact() -> None:
    """The largest case that the format allows: a sum of fractions of thousands of digits, which Python writes out."""
    primes = [int("9" * 57) - 2 * number for number in range(50)]
    criteria = [
        {"id": f"c{n}", "title": "t", "weight": "2", "mostPoints": f"{most}.3"} for n, most in enumerate(primes)
    ]
    document = schools()
    document["lots"][2]["criteria"] = criteria
    text = text_of(document)
    given_points = [{"criterion": f"c{n}", "points": "0." + "7" * 58, "reason": "r"} for n in range(50)]
    assessment = {"bid": 0, "lot": THREE, "value": None, "discount": None, "points": given_points}
    evaluation = {
        "format": "siegel-evaluation/1", "processId": "00" * 32, "round": 1,
        "criteria": hashlib.sha256(text.encode()).hexdigest(), "bids": [assessment], "draws": [],
    }  # fmt: skip
    offer = bid(0, "0." + "0" * 57 + "7", lot=THREE, percentage="99." + "9" * 57)
    case = {"criteria": text, "lot": THREE, "bids": [offer], "evaluation": evaluation, "excluded": []}
    (entry,) = ranked(case)["entries"]
    assert entry["rank"] == 1
    assert len(entry["score"]) > 2000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.sampled_from(["1", "0", "-1", "1.50", "100", "EUR", "LOT-0001", "concept", "1e1", "01", "9" * 61]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places_in(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all that is in a document."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [found for name, value in inner for found in ((*path, name), *places_in(value, (*path, name)))]


def replaced(draw: st.DrawFn, document: Any) -> Any:
    """The document with something else at one place, or without it."""
    changed = copy.deepcopy(document)
    path = draw(st.sampled_from(places_in(document)))
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    if draw(st.booleans()):
        inner[path[-1]] = draw(JSON)
    else:
        del inner[path[-1]]
    return changed


def without_prose(answer: dict[str, Any]) -> dict[str, Any]:
    """Of what is no strict JSON each says more in its own words."""
    values = answer.get("refusal", {}).get("values", {})
    if values.get("reason", "").startswith("no strict JSON"):
        values["reason"] = "no strict JSON"
    return answer


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_read_criteria_with_anything_at_one_place_same_answer(data: st.DataObject) -> None:
    """Accepted by both, or refused by both for the same reason at the same place."""
    text = json.dumps(data.draw(st.composite(lambda draw: replaced(draw, schools()))()))
    one, other = (without_prose(side.answer({"criteria": {"text": text}})) for side in sides().values())
    assert one == other


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_rank_with_anything_at_one_place_same_answer(data: st.DataObject) -> None:
    """A tenderer's field or an evaluator's line that is none: both do the same with it."""
    case = data.draw(cases())
    part = data.draw(st.sampled_from(["bids", "evaluation"]))
    if part == "evaluation":
        case["evaluation"] = data.draw(st.composite(lambda draw: replaced(draw, case["evaluation"]))())
    elif case["bids"]:
        values = case["bids"][0]["values"]
        case["bids"][0]["values"] = data.draw(st.composite(lambda draw: replaced(draw, values))())
    one, other = (without_prose(side.answer(rank_task(case))) for side in sides().values())
    assert one == other
