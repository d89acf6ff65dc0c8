"""Rankings of the vectors: what follows from criteria, bids, evaluation and exclusions, computed by hand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.evaluation.criteria_vectors import changed, put, schools, text_of

PROCESS, ROUND = "5a" * 32, 1
PAPER = 2**31
ONE, TWO, THREE = "LOT-0001", "LOT-0002", "LOT-0003"
Entry = dict[str, Any]


@dataclass
class Case:
    """``expected``: of each entry what is said of it, in the order of the ranking; or the reason of a refusal."""

    name: str
    lot: str
    bids: list[Entry]
    expected: list[Entry] | str
    assessments: list[Entry] = field(default_factory=list)
    draws: list[Entry] = field(default_factory=list)
    excluded: list[tuple[int, str | None]] = field(default_factory=list)
    complete: bool = True
    criteria: str = text_of(schools())
    evaluation: Entry | None = None
    """Instead of one of assessments and draws."""

    def written(self) -> Entry:
        """As it stands in the file."""
        evaluation: Entry | None = {
            "format": "siegel-evaluation/1",
            "processId": PROCESS,
            "round": ROUND,
            "criteria": hashlib.sha256(self.criteria.encode()).hexdigest(),
            "bids": self.assessments,
            "draws": self.draws,
        } | (self.evaluation or {})
        if not self.assessments and not self.draws and self.evaluation is None:
            evaluation = None
        said: Entry = {"name": self.name, "criteria": self.criteria, "lot": self.lot, "bids": self.bids}
        said |= {"evaluation": evaluation, "excluded": [list(each) for each in self.excluded]}
        if isinstance(self.expected, str):
            return said | {"error": "EvaluationInvalid", "reason": self.expected}
        return said | {"complete": self.complete, "entries": self.expected}


def bid(number: int, amount: Any, *, lot: str = ONE, currency: Any = "EUR", **more: Any) -> Entry:
    """A bid for one lot; ``percentage`` of a discount, ``variant``, or other ``fields``."""
    values: Entry = {f"lots/{lot}/value": {"amount": amount, "currency": currency}}
    if "percentage" in more:
        values[f"lots/{lot}/discount"] = {"percentage": more["percentage"]}
    if "variant" in more:
        values[f"lots/{lot}/variant"] = more["variant"]
    return {"bid": number, "values": values | more.get("fields", {})}


def points(number: int, concept: str, response: str, *, lot: str = TWO, **more: Any) -> Entry:
    """An assessment with points for both criteria."""
    given = [
        {"criterion": name, "points": figure, "reason": "nach dem Bewertungsbogen"}
        for name, figure in (("concept", concept), ("response", response))
    ]
    return {"bid": number, "lot": lot, "value": None, "discount": None, "points": given} | more


def corrected(number: int, amount: str, *, lot: str = ONE) -> Entry:
    """An assessment that adds up anew."""
    value = {"amount": amount, "reason": "Summe der Positionen"}
    return {"bid": number, "lot": lot, "value": value, "discount": None, "points": []}


def drawn(*bids: int, lot: str = ONE) -> Entry:
    """Lots were drawn."""
    return {"lot": lot, "bids": list(bids), "reason": "Niederschrift über den Losentscheid"}


def stated(number: int, *lots: Entry, kind: str = "paper") -> Entry:
    """What an evaluation states of a bid on paper."""
    return {"bid": number, "kind": kind, "lots": list(lots)}


def stated_lot(amount: Any, *, lot: str = ONE, currency: Any = "EUR", discount: Any = None, **more: Any) -> Entry:
    """Of one lot."""
    value = {"amount": amount, "currency": currency}
    return {"lot": lot, "value": value, "discount": discount, "variant": more.get("variant")}


def on_paper(*bids: Any) -> Entry:
    """An evaluation with nothing but bids on paper."""
    return {"onPaper": list(bids)}


def ranked(number: int, place: int, price: str, score: str | None = None, **more: Any) -> Entry:
    """Of the lowest price the score is the price."""
    found = {"bid": number, "standing": "ranked", "problem": None, "rank": place, "tie": None}
    return found | {"price": price, "score": score or price} | more


def out(number: int, standing: str, problem: str | None = None) -> Entry:
    """An entry without a rank."""
    return {"bid": number, "standing": standing, "problem": problem, "rank": None, "tie": None, "score": None}


def share(criterion: str, figure: str, adds: str) -> Entry:
    """What a criterion adds."""
    return {"criterion": criterion, "points": figure, "share": adds}


FORTY = ["1." + "0" * 39 + last for last in "12"]
PAIR = [bid(0, "10"), bid(1, "10.00"), bid(2, "11")]
WEIGHTED = [bid(0, "100", lot=TWO), bid(1, "150.00", lot=TWO), bid(2, "200", lot=TWO), bid(3, "250", lot=TWO)]
EQUAL_POINTS = [bid(0, "150", lot=TWO), bid(1, "100", lot=TWO), bid(2, "100", lot=TWO)]
NO_POINTS = (points(0, "10", "0"), points(1, "0", "0"), points(2, "0", "0"))

RANKED = [
    Case(
        "the lowest price",
        ONE,
        [bid(0, "1000.00"), bid(1, "999.99"), bid(2, "1000.01")],
        [ranked(1, 1, "99999/100"), ranked(0, 2, "1000"), ranked(2, 3, "100001/100")],
    ),
    Case("no bid", ONE, [], []),
    Case("bids for other lots do not count", ONE, [bid(0, "5", lot=TWO), bid(1, "6")], [ranked(1, 1, "6")]),
    Case(
        "the order of the bids does not matter",
        ONE,
        [bid(2, "3"), bid(0, "2"), bid(1, "1")],
        [ranked(1, 1, "1"), ranked(0, 2, "2"), ranked(2, 3, "3")],
    ),
    Case("on paper", ONE, [bid(PAPER, "7"), bid(0, "8")], [ranked(PAPER, 1, "7"), ranked(0, 2, "8")]),
    Case(
        "on paper, as the evaluation states it",
        ONE,
        [bid(0, "8"), bid(PAPER, "8.00", percentage="12.5"), bid(PAPER + 2, "9", variant="V1")],
        [ranked(PAPER, 1, "7", submittedAmount="8"), ranked(0, 2, "8"), ranked(PAPER + 2, 3, "9", variant="V1")],
        evaluation=on_paper(
            stated(PAPER + 2, stated_lot("9.0", variant="V1"), stated_lot("1", lot=TWO)),
            stated(PAPER, stated_lot("8", discount={"percentage": "12.50"})),
            stated(PAPER + 1, kind="sample"),
        ),
    ),
    Case("a sample offers nothing", ONE, [bid(0, "8")], [ranked(0, 1, "8")],
         evaluation=on_paper(stated(PAPER, kind="sample"))),
    Case(
        "a discount",
        ONE,
        [bid(0, "1000", percentage="2.5"), bid(1, "980")],
        [ranked(0, 1, "975", amount="1000", percentage="5/2"), ranked(1, 2, "980", percentage="0")],
    ),
    Case("a discount of all", ONE, [bid(0, "1", percentage="100")], [ranked(0, 1, "0", "0")]),
    Case("who pays for what others are paid for", ONE, [bid(0, "0"), bid(1, "-5.50")],
         [ranked(1, 1, "-11/2"), ranked(0, 2, "0", "0")]),
    Case(
        "forty decimal places",
        ONE,
        [bid(0, FORTY[1]), bid(1, FORTY[0])],
        [ranked(1, 1, str(Fraction(FORTY[0]))), ranked(0, 2, str(Fraction(FORTY[1])))],
    ),
    Case(
        "a cent that a float does not see",
        ONE,
        [bid(0, "100000000000000000000.01"), bid(1, "100000000000000000000.00")],
        [ranked(1, 1, "100000000000000000000"), ranked(0, 2, "10000000000000000000001/100")],
    ),
    Case(
        "equals, lots to be drawn",
        ONE,
        PAIR,
        [ranked(0, 1, "10", tie="toBeDrawn"), ranked(1, 1, "10", tie="toBeDrawn"), ranked(2, 3, "11")],
        complete=False,
    ),
    Case(
        "equals, lots drawn",
        ONE,
        PAIR,
        [ranked(1, 1, "10", tie="drawn"), ranked(0, 2, "10", tie="drawn"), ranked(2, 3, "11")],
        draws=[drawn(1, 0)],
    ),
    Case(
        "two pairs of equals, lots drawn for the second",
        ONE,
        [*PAIR, bid(3, "11.0")],
        [
            ranked(0, 1, "10", tie="toBeDrawn"), ranked(1, 1, "10", tie="toBeDrawn"),
            ranked(3, 3, "11", tie="drawn"), ranked(2, 4, "11", tie="drawn"),
        ],
        draws=[drawn(3, 2)],
        complete=False,
    ),
    Case(
        "equal by a discount",
        ONE,
        [bid(0, "100", percentage="10"), bid(1, "90.00")],
        [ranked(0, 1, "90", tie="toBeDrawn"), ranked(1, 1, "90", tie="toBeDrawn")],
        complete=False,
    ),
    Case(
        "equals that nothing tells apart",
        ONE,
        [bid(0, "5"), bid(1, "5")],
        [ranked(0, 1, "5", tie="undecided"), ranked(1, 1, "5", tie="undecided")],
        criteria=changed(put("lots", 0, "ties", value=[])),
        complete=False,
    ),
    Case(
        "two main bids of one tenderer, and a variant",
        ONE,
        [
            bid(0, "30", fields={"tenderers/0001": {"name": "Reinlich GmbH"}}),
            bid(1, "20", fields={"tenderers/0001": {"name": "Reinlich GmbH"}}),
            bid(2, "25", variant="V1"),
        ],
        [ranked(1, 1, "20", variant=None), ranked(2, 2, "25", variant="V1"), ranked(0, 3, "30")],
    ),
    Case(
        "a variant where none is admitted",
        TWO,
        [bid(0, "50", lot=TWO, variant="V1"), bid(1, "100", lot=TWO)],
        [ranked(1, 1, "100", "100", pricePoints="60"), out(0, "unrankable", "variantNotAdmitted")],
        [points(1, "10", "5")],
        complete=False,
    ),
    Case(
        "fields that are none",
        ONE,
        [
            bid(0, "12,50"), bid(1, 12.5), bid(2, "12", currency="CHF"), bid(3, "12", percentage="101"),
            bid(4, "12", percentage=2), bid(5, "12", variant=""), bid(6, "12", percentage="-1"), bid(7, "13"),
            {"bid": 8, "values": {f"lots/{ONE}/value": "12"}}, {"bid": 9, "values": {f"lots/{ONE}/value": None}},
            bid(10, "1" * 61), bid(11, "1e1"), bid(12, "12", variant="V/1"),
        ],
        [
            ranked(7, 1, "13"), out(0, "unrankable", "valueMalformed"), out(1, "unrankable", "valueMalformed"),
            out(2, "unrankable", "currencyDiffers"), out(3, "unrankable", "discountMalformed"),
            out(4, "unrankable", "discountMalformed"), out(5, "unrankable", "variantMalformed"),
            out(6, "unrankable", "discountMalformed"), out(8, "unrankable", "valueMalformed"),
            out(9, "unrankable", "valueMalformed"), out(10, "unrankable", "valueMalformed"),
            out(11, "unrankable", "valueMalformed"), out(12, "unrankable", "variantMalformed"),
        ],
        complete=False,
    ),
    Case(
        "a sum that was added up anew",
        ONE,
        [bid(0, "100"), bid(1, "90")],
        [
            ranked(0, 1, "100", submittedAmount="100"),
            ranked(1, 2, "109", submittedAmount="90", amount="109", submittedPercentage="0"),
        ],
        [corrected(1, "109.00")],
    ),
    Case(
        "a corrected sum less the submitted discount",
        ONE,
        [bid(0, "100", percentage="10")],
        [ranked(0, 1, "180", amount="200", percentage="10")],
        [corrected(0, "200")],
    ),
    Case(
        "a corrected discount",
        ONE,
        [bid(0, "100", percentage="1000")],
        [ranked(0, 1, "90", submittedPercentage=None, percentage="10")],
        [{**corrected(0, "0"), "value": None, "discount": {"percentage": "10", "reason": "Schreibfehler"}}],
    ),
    Case(
        "a value in other words, clarified",
        ONE,
        [bid(0, "12,50"), bid(1, "13", currency="Euro")],
        [ranked(0, 1, "25/2", submittedAmount=None), ranked(1, 2, "13", submittedAmount="13")],
        [corrected(0, "12.50"), corrected(1, "13")],
    ),
    Case(
        "excluded from the lot, from all, from another",
        ONE,
        [bid(0, "1"), bid(1, "2"), bid(2, "3")],
        [ranked(2, 1, "3"), {**out(0, "excluded"), "price": "1"}, {**out(1, "excluded"), "price": "2"}],
        excluded=[(0, ONE), (1, None), (2, TWO)],
    ),
    Case(
        "points for the price: all, half, none, none",
        TWO,
        WEIGHTED,
        [
            ranked(0, 1, "100", "100", pricePoints="60",
                   criteria=[share("concept", "10", "30"), share("response", "5", "10")]),
            ranked(1, 2, "150", "49", pricePoints="30",
                   criteria=[share("concept", "5", "15"), share("response", "2", "4")]),
            ranked(2, 3, "200", "40", pricePoints="0"),
            ranked(3, 4, "250", "3/10", pricePoints="0"),
        ],
        [points(0, "10", "5"), points(1, "5", "2"), points(2, "10.0", "5.00"), points(3, "0.1", "0")],
    ),
    Case(
        "points for the price that no decimal says",
        TWO,
        [bid(0, "7", lot=TWO), bid(1, "9", lot=TWO)],
        [ranked(0, 1, "7", "60", pricePoints="60"), ranked(1, 2, "9", "300/7", pricePoints="300/7")],
        [points(0, "0", "0"), points(1, "0", "0")],
    ),
    Case(
        "the lowest price was excluded",
        TWO,
        WEIGHTED[:2],
        [ranked(1, 1, "150", "60", pricePoints="60"), out(0, "excluded")],
        [points(0, "10", "5"), points(1, "0", "0")],
        excluded=[(0, None)],
    ),
    Case(
        "the lowest price was corrected",
        TWO,
        WEIGHTED[:2],
        [ranked(1, 1, "150", "60", pricePoints="60"), ranked(0, 2, "300", "0", pricePoints="0")],
        [points(0, "0", "0", value={"amount": "300", "reason": "Position 7"}), points(1, "0", "0")],
    ),
    Case(
        "equal points, the lower price first, then the drawing of lots",
        TWO,
        EQUAL_POINTS,
        [
            ranked(2, 1, "100", "60", tie="drawn"), ranked(1, 2, "100", "60", tie="drawn"),
            ranked(0, 3, "150", "60", tie="price"),
        ],
        [*NO_POINTS],
        [drawn(2, 1, lot=TWO)],
    ),
    Case(
        "a fixed price",
        TWO,
        [bid(0, "100", lot=TWO), bid(1, "100", lot=TWO)],
        [ranked(1, 1, "100", "700/9", pricePoints="0"), ranked(0, 2, "100", "200/3", pricePoints="0")],
        [
            {**points(number, "0", "0"), "points": [{"criterion": "a", "points": figure, "reason": "r"}]}
            for number, figure in ((0, "3"), (1, "3.5"))
        ],
        criteria=changed(
            lambda d: d["lots"][1].update(
                priceWeight="0", criteria=[{"id": "a", "title": "a", "weight": "100", "mostPoints": "4.5"}]
            )
        ),
    ),
    Case(
        "a price of nothing spoils no formula",
        TWO,
        [bid(0, "0.00", lot=TWO), bid(1, "-1", lot=TWO), bid(2, "9", lot=TWO, percentage="100"), bid(3, "9", lot=TWO)],
        [
            ranked(3, 1, "9", "60", pricePoints="60"),
            *(out(number, "unrankable", "priceNotPositive") for number in range(3)),
        ],
        [points(3, "0", "0")],
        complete=False,
    ),
    Case(
        "points per price",
        THREE,
        [bid(0, "300", lot=THREE), bid(1, "100", lot=THREE), bid(2, "70", lot=THREE)],
        [
            ranked(1, 1, "100", "1/2", criteria=[share("concept", "5", "30"), share("response", "5/2", "20")]),
            ranked(0, 2, "300", "1/3", pricePoints=None),
            ranked(2, 3, "70", "3/35"),
        ],
        [points(0, "10", "5", lot=THREE), points(1, "5", "2.5", lot=THREE), points(2, "1", "0", lot=THREE)],
    ),
    Case(
        "as many points per price, the lower price first",
        THREE,
        [bid(0, "200", lot=THREE), bid(1, "100", lot=THREE)],
        [ranked(1, 1, "100", "1/2", tie="price"), ranked(0, 2, "200", "1/2", tie="price")],
        [points(0, "10", "5", lot=THREE), points(1, "5", "2.5", lot=THREE)],
    ),
    Case(
        "as many points per price at the same price",
        THREE,
        [bid(0, "100", lot=THREE), bid(1, "100.0", lot=THREE)],
        [ranked(0, 1, "100", "1/2", tie="undecided"), ranked(1, 1, "100", "1/2", tie="undecided")],
        [points(0, "5", "2.5", lot=THREE), points(1, "5", "2.5", lot=THREE)],
        complete=False,
    ),
]  # fmt: skip


def _without(number: int, criterion: str) -> Entry:
    found = points(number, "1", "1")
    return {**found, "points": [each for each in found["points"] if each["criterion"] != criterion]}


REFUSED = [
    Case("no evaluation", TWO, WEIGHTED[:1], f'bid 1 ("bid": 0) has no points for concept of lot {TWO}'),
    Case("a criterion without points", TWO, WEIGHTED[:1], f'bid 1 ("bid": 0) has no points for response of lot {TWO}',
         [_without(0, "response")]),
    Case("a bid without points", TWO, WEIGHTED[:2], f'bid 2 ("bid": 1) has no points for concept of lot {TWO}',
         [points(0, "1", "1")]),
    Case("a bid that is not there", ONE, PAIR, f'bid 6 ("bid": 5) has no value for lot {ONE}',
         [corrected(9, "1"), corrected(5, "1")]),
    Case("points for a bid that leaves the lot out", TWO, PAIR, f'bid 1 ("bid": 0) has no value for lot {TWO}',
         [points(0, "1", "1")]),
    Case("more than the most points", TWO, WEIGHTED[:1], "bids/0/points/0/points: is above 10",
         [points(0, "10.01", "1")]),
    Case("points below zero", TWO, WEIGHTED[:1], "bids/0/points/1/points: is no decimal text", [points(0, "1", "-1")]),
    Case("points as a number", TWO, WEIGHTED[:1], "bids/0/points/0/points: is no decimal text",
         [points(0, 1, "1")]),  # type: ignore[arg-type]
    Case("points for a criterion twice", TWO, WEIGHTED[:1], "bids/0/points: has concept twice",
         [{**points(0, "1", "1"), "points": [*_without(0, "response")["points"]] * 2}]),
    Case("points for what was not asked", ONE, PAIR, f"bids/0/points/0/criterion: is none of lot {ONE}",
         [points(0, "1", "1", lot=ONE)]),
    Case("points without a reason", TWO, WEIGHTED[:1], "bids/0/points/0/reason: is no text",
         [{**points(0, "1", "1"), "points": [{"criterion": "concept", "points": "1", "reason": ""}]}]),
    Case("a bid twice", ONE, PAIR, f'bids: has bid 1 ("bid": 0) twice for lot {ONE}',
         [corrected(0, "1"), corrected(0, "2")]),
    Case("an unknown lot", ONE, PAIR, "bids/0/lot: is no lot of the criteria", [corrected(0, "1", lot="LOT-0009")]),
    Case("a sum without a reason", ONE, PAIR, "bids/0/value: has no member reason",
         [{**corrected(0, "1"), "value": {"amount": "1"}}]),
    Case("a sum with a comma", ONE, PAIR, "bids/0/value/amount: is no decimal text", [corrected(0, "1,50")]),
    Case("a discount above all", ONE, PAIR, "bids/0/discount/percentage: is above 100",
         [{**corrected(0, "1"), "discount": {"percentage": "100.1", "reason": "r"}}]),
    Case("an unknown member", ONE, PAIR, "bids/0: has an unknown member bonus", [{**corrected(0, "1"), "bonus": "5"}]),
    Case("a rank in an evaluation", ONE, PAIR, "has an unknown member ranking", evaluation={"ranking": [2, 0, 1]}),
    Case("another format", ONE, PAIR, "format: is none of siegel-evaluation/1",
         evaluation={"format": "siegel-criteria/1"}),
    Case("of other criteria", ONE, PAIR,
         f"criteria: is not {hashlib.sha256(text_of(schools()).encode()).hexdigest()}",
         evaluation={"criteria": "00" * 32}),
    Case("a process of another form", ONE, PAIR, "processId: is no digest", evaluation={"processId": "0x" + PROCESS}),
    Case("round zero", ONE, PAIR, "round: is no whole number from 1 on", evaluation={"round": 0}),
    Case("of another round", ONE, PAIR, "round: is not 1", evaluation={"round": 2}),
    Case("of another process", ONE, PAIR, f"processId: is not {PROCESS}", evaluation={"processId": "5b" * 32}),
    Case("lots drawn between bids that are not equals", ONE, PAIR,
         f'lots were drawn between bids that are not equals for lot {ONE}: 3, 1 ("bids": [2, 0])', draws=[drawn(2, 0)]),
    Case("lots drawn for some of the equals", ONE, [bid(0, "1"), bid(1, "1"), bid(2, "1")],
         f'lots were drawn between bids that are not equals for lot {ONE}: 1, 2 ("bids": [0, 1])', draws=[drawn(0, 1)]),
    Case("lots drawn once more", ONE, PAIR, f"lots were drawn twice between the same bids for lot {ONE}",
         draws=[drawn(0, 1), drawn(1, 0)]),
    Case("lots drawn where none are drawn", THREE, [bid(0, "1", lot=THREE), bid(1, "1", lot=THREE)],
         f'lots were drawn between bids that are not equals for lot {THREE}: 2, 1 ("bids": [1, 0])',
         [points(0, "1", "1", lot=THREE), points(1, "1", "1", lot=THREE)], [drawn(1, 0, lot=THREE)]),
    Case("lots drawn though the price decides", TWO, EQUAL_POINTS,
         f'lots were drawn between bids that are not equals for lot {TWO}: 1, 2, 3 ("bids": [0, 1, 2])', [*NO_POINTS],
         [drawn(0, 1, 2, lot=TWO)]),
    Case("another price on paper than was entered", ONE, [bid(PAPER, "7"), bid(0, "8")],
         f'onPaper: bid P1 ("bid": {PAPER}) offers something else for lot {ONE}',
         evaluation=on_paper(stated(PAPER, stated_lot("9")))),
    Case("another discount on paper", ONE, [bid(PAPER, "7"), bid(0, "8")],
         f'onPaper: bid P1 ("bid": {PAPER}) offers something else for lot {ONE}',
         evaluation=on_paper(stated(PAPER, stated_lot("7", discount={"percentage": "1"})))),
    Case("a bid on paper left out", ONE, [bid(PAPER + 1, "7"), bid(0, "8"), bid(PAPER, "7")],
         f'onPaper: bid P1 ("bid": {PAPER}) offers something else for lot {ONE}', evaluation=on_paper()),
    Case("an offer on paper that nobody entered", ONE, [bid(0, "8")],
         f'onPaper: bid P1 ("bid": {PAPER}) offers something else for lot {ONE}',
         evaluation=on_paper(stated(PAPER, stated_lot("1")))),
    Case("two bids on paper swapped", ONE, [bid(PAPER, "7"), bid(PAPER + 1, "6")],
         f'onPaper: bid P1 ("bid": {PAPER}) offers something else for lot {ONE}',
         evaluation=on_paper(stated(PAPER, stated_lot("6")), stated(PAPER + 1, stated_lot("7")))),
    Case("bids on paper that are no list", ONE, PAIR, "onPaper: is no list", evaluation={"onPaper": None}),
    Case("a sealed bid on paper", ONE, PAIR, f"onPaper/0/bid: is no whole number from {PAPER} on",
         evaluation=on_paper(stated(0, stated_lot("1")))),
    Case("a bid on paper twice", ONE, PAIR, "onPaper: has P1 twice",
         evaluation=on_paper(stated(PAPER, stated_lot("1")), stated(PAPER, stated_lot("2")))),
    Case("on paper of another kind", ONE, PAIR, "onPaper/0/kind: is none of paper, sample",
         evaluation=on_paper(stated(PAPER, kind="fax"))),
    Case("a sample with a price", ONE, PAIR, "onPaper/0/lots: a sample offers nothing",
         evaluation=on_paper(stated(PAPER, stated_lot("1"), kind="sample"))),
    Case("a lot on paper twice", ONE, PAIR, f"onPaper/0/lots: has {ONE} twice",
         evaluation=on_paper(stated(PAPER, stated_lot("1"), stated_lot("2")))),
    Case("an unknown lot on paper", ONE, PAIR, "onPaper/0/lots/0/lot: is no lot of the criteria",
         evaluation=on_paper(stated(PAPER, stated_lot("1", lot="LOT-0009")))),
    Case("a price on paper with a comma", ONE, PAIR, "onPaper/0/lots/0/value/amount: is no decimal text",
         evaluation=on_paper(stated(PAPER, stated_lot("1,50")))),
    Case("a currency on paper in words", ONE, PAIR, "onPaper/0/lots/0/value/currency: is no currency",
         evaluation=on_paper(stated(PAPER, stated_lot("1", currency="Euro")))),
    Case("a discount on paper above all", ONE, PAIR, "onPaper/0/lots/0/discount/percentage: is above 100",
         evaluation=on_paper(stated(PAPER, stated_lot("1", discount={"percentage": "100.1"})))),
    Case("a variant on paper without an id", ONE, PAIR, "onPaper/0/lots/0/variant: is no id",
         evaluation=on_paper(stated(PAPER, stated_lot("1", variant="V/1")))),
    Case("a lot drawn alone", ONE, PAIR, "draws/0/bids: has fewer than two bids", draws=[drawn(0)]),
    Case("a bid drawn twice", ONE, PAIR, "draws/0/bids: has 0 twice", draws=[drawn(0, 0)]),
    Case("a draw for an unknown lot", ONE, PAIR, "draws/0/lot: is no lot of the criteria",
         draws=[drawn(0, 1, lot="x")]),
]  # fmt: skip
