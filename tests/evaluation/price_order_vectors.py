"""Prices of a told opening, and their order: what follows from sums and discounts alone, computed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.evaluation.criteria_vectors import put, schools, text_of
from tests.evaluation.ranking_vectors import ONE, THREE, TWO

Offer = dict[str, str | None]
LONGEST = "9" * 60
SMALLEST = "0." + "0" * 57 + "1"


@dataclass
class Case:
    """``order``: of each offer place, price, points for the price, problem."""

    name: str
    lot: str
    offers: list[Offer]
    order: list[tuple[int | None, str | None, str | None, str | None]]
    criteria: str = text_of(schools())

    def written(self) -> dict[str, Any]:
        """As it stands in the file."""
        names = ("place", "price", "pricePoints", "problem")
        order = [dict(zip(names, each, strict=True)) for each in self.order]
        return {
            "name": self.name, "criteria": self.criteria, "lot": self.lot, "offers": self.offers, "order": order,
        }  # fmt: skip


def told(amount: str | None, discount: str | None = None, currency: str | None = "EUR") -> Offer:
    """A main bid as the result has it."""
    return {"amount": amount, "currency": currency, "discount": discount}


def fixed_price() -> str:
    """The second lot with a price that gives no points."""
    document = schools()
    put("lots", 1, "priceWeight", value="0")(document)
    put("lots", 1, "criteria", 0, "weight", value="90")(document)
    return text_of(document)


NOTHING: Any = (None, None, None)

ORDERED = [
    Case("no offer", ONE, [], []),
    Case(
        "the lowest price after discounts, in the order that was told",
        ONE,
        [told("1000.00", "2.5"), told("980"), told("974.99", "0")],
        [(2, "975", None, None), (3, "980", None, None), (1, "97499/100", None, None)],
    ),
    Case(
        "equals share a place",
        ONE,
        [told("11"), told("100", "90"), told("10.00"), told("10")],
        [(4, "11", None, None), (1, "10", None, None), (1, "10", None, None), (1, "10", None, None)],
    ),
    Case(
        "an offer twice",
        ONE,
        [told("5"), told("5"), told("6")],
        [(1, "5", None, None), (1, "5", None, None), (3, "6", None, None)],
    ),
    Case(
        "a third of a cent decides",
        ONE,
        [told("0.01", "33.33333333"), told("0.01", "33.33333334")],
        [(2, "6666666667/1000000000000", None, None), (1, "3333333333/500000000000", None, None)],
    ),
    Case(
        "variants only, and what is no sum, take no place",
        ONE,
        [
            told(None, currency=None), told("viel"), told("1e3"), told("NaN"), told("1,50"), told(""), told("01"),
            told("9" * 61), told("-Infinity"), told("٣"), told("7"),
        ],
        [(*NOTHING, "valueMissing"), *[(*NOTHING, "valueMalformed")] * 9, (1, "7", None, None)],
    ),
    Case(
        "another currency takes no place",
        ONE,
        [told("1", currency="CHF"), told("2", currency=None), told("3", currency="eur"), told("4")],
        [*[(*NOTHING, "currencyDiffers")] * 3, (1, "4", None, None)],
    ),
    Case(
        "what is no discount takes no place",
        ONE,
        [told("1", "100.1"), told("1", "-1"), told("1", "2 %"), told("1", ""), told("1", "100")],
        [*[(*NOTHING, "discountMalformed")] * 4, (1, "0", None, None)],
    ),
    Case(
        "below zero, and as long as figures get",
        ONE,
        [told(LONGEST), told(SMALLEST), told("-5.50"), told("0")],
        [(4, LONGEST, None, None), (3, f"1/1{'0' * 58}", None, None), (1, "-11/2", None, None), (2, "0", None, None)],
    ),
    Case(
        "points for the price, and no place",
        TWO,
        [told("150"), told("100"), told("400", "50"), told("300"), told("0"), told("-1"), told(None, currency=None)],
        [
            (None, "150", "30", None), (None, "100", "60", None), (None, "200", "0", None),
            (None, "300", "0", None), *[(*NOTHING, "priceNotPositive")] * 2, (*NOTHING, "valueMissing"),
        ],
    ),
    Case("thirds of points", TWO, [told("3"), told("4")], [(None, "3", "60", None), (None, "4", "40", None)]),
    Case("a fixed price gives none", TWO, [told("3"), told("4")], [(None, "3", "0", None), (None, "4", "0", None)],
         criteria=fixed_price()),
    Case("points by the price: the price alone", THREE, [told("8", "50"), told("3")],
         [(None, "4", None, None), (None, "3", None, None)]),
]  # fmt: skip
