"""Criteria documents of the vectors, and for each one that is refused the reason that both implementations name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Change = Callable[[Document], Any]


def schools() -> Document:
    """Three lots, each ranked by another method."""
    points = [
        {"id": "concept", "title": "Konzept", "weight": "30", "mostPoints": "10"},
        {"id": "response", "title": "Reaktionszeit", "weight": "10", "mostPoints": "5"},
    ]
    whole = [
        {"id": "concept", "title": "Konzept", "weight": "60", "mostPoints": "10"},
        {"id": "response", "title": "Reaktionszeit", "weight": "40", "mostPoints": "5"},
    ]
    return {
        "format": "siegel-criteria/1",
        "currency": "EUR",
        "mainBids": 2,
        "lots": [
            {
                "id": "LOT-0001", "title": "Schulen Nord", "variants": True, "method": "lowestPrice",
                "priceWeight": None, "criteria": [], "ties": ["lot"],
            },
            {
                "id": "LOT-0002", "title": "Schulen Süd", "variants": False, "method": "weightedPoints",
                "priceWeight": "60", "criteria": points, "ties": ["price", "lot"],
            },
            {
                "id": "LOT-0003", "title": "Turnhallen", "variants": False, "method": "ufabSimple",
                "priceWeight": None, "criteria": whole, "ties": ["price"],
            },
        ],
        "requirements": [
            {
                "id": "exclusion", "title": "Keine Ausschlussgründe", "description": None, "dataType": "boolean",
                "required": True, "lots": [],
            },
            {
                "id": "staff", "title": "Personal", "description": "Köpfe im Objekt", "dataType": "integer",
                "required": False, "lots": ["LOT-0002", "LOT-0003"],
            },
        ],
        "documents": [
            {
                "id": "prices", "title": "Preisblatt", "description": None, "required": True, "lots": [],
                "documentType": None, "mostBytes": 10485760,
            },
            {
                "id": "concept", "title": "Konzept", "description": "Höchstens zehn Seiten", "required": False,
                "lots": ["LOT-0002"], "documentType": "technicalSpecifications", "mostBytes": None,
            },
        ],
    }  # fmt: skip


def text_of(document: Any) -> str:
    """A document as the vectors write it."""
    return json.dumps(document, ensure_ascii=False)


def changed(change: Change) -> str:
    """The three lots with one change."""
    document = copy.deepcopy(schools())
    change(document)
    return text_of(document)


def put(*path: str | int, value: Any) -> Change:
    """Puts a value at a place."""

    def change(document: Document) -> None:
        inner: Any = document
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return change


def doubled(*path: str | int) -> Change:
    """Repeats the first entry of a list."""

    def change(document: Document) -> None:
        inner: Any = document
        for step in path:
            inner = inner[step]
        inner.append(inner[0])

    return change


def one_more(count: int) -> Change:
    """So many criteria of equal weight in the third lot."""
    entries = [{"id": f"c{n}", "title": "t", "weight": "2", "mostPoints": "1"} for n in range(count)]
    return put("lots", 2, "criteria", value=entries)


FORTY = "0." + "0" * 38 + "1"
LEFT = "39." + "9" * 39

ACCEPTED = {
    "three lots, three methods": text_of(schools()),
    "weights of forty places": changed(
        put(
            "lots", 1, "criteria",
            value=[
                {"id": "a", "title": "a", "weight": FORTY, "mostPoints": FORTY},
                {"id": "b", "title": "b", "weight": LEFT, "mostPoints": "9" * 40},
            ],
        )
    ),
    "fifty criteria": changed(one_more(50)),
    "a fixed price": changed(
        lambda d: d["lots"][1].update(
            priceWeight="0", criteria=[{"id": "a", "title": "a", "weight": "100.00", "mostPoints": "3.5"}]
        )
    ),
    "nothing decides between equals": changed(put("lots", 0, "ties", value=[])),
    "white space, another order": json.dumps(dict(reversed(schools().items())), indent=3),
}  # fmt: skip

_ZERO_TWICE = '{"format": "siegel-criteria/1", "format": "siegel-criteria/1"}'

REFUSED: dict[str, tuple[str, str]] = {
    "empty": ("", "no strict JSON"),
    "no JSON": ("price 60, quality 40", "no strict JSON"),
    "cut off": (text_of(schools())[:-1], "no strict JSON"),
    "something behind it": (text_of(schools()) + "{}", "no strict JSON"),
    "a byte order mark": ("\ufeff" + text_of(schools()), "no strict JSON"),
    "a member twice": (_ZERO_TWICE, "no strict JSON"),
    "a weight twice": (
        text_of(schools()).replace('"priceWeight": "60"', '"priceWeight": "60", "priceWeight": "60"'),
        "no strict JSON",
    ),
    "a comment": ("/* */" + text_of(schools()), "no strict JSON"),
    "not a number": (text_of(schools()).replace('"mainBids": 2', '"mainBids": NaN'), "no strict JSON"),
    "half a surrogate pair": (text_of(schools()).replace("Turnhallen", "\\ud800"), "no strict JSON"),
    "too deep": ("[" * 65 + "]" * 65, "no strict JSON"),
    "a list": ("[]", "is no object"),
    "another format": (changed(put("format", value="siegel-criteria/2")), "format: is none of siegel-criteria/1"),
    "no format": (changed(lambda d: d.pop("format")), "has no member format"),
    "an unknown member": (changed(put("note", value="")), "has an unknown member note"),
    "an unknown member of a lot": (
        changed(put("lots", 1, "formula", value="x")), "lots/1: has an unknown member formula"),
    "a currency in small letters": (changed(put("currency", value="eur")), "currency: is no currency"),
    "no main bid": (changed(put("mainBids", value=0)), "mainBids: is no whole number from 1 on"),
    "half a main bid": (changed(put("mainBids", value=1.5)), "mainBids: is no whole number from 1 on"),
    "main bids with a point": (
        text_of(schools()).replace('"mainBids": 2', '"mainBids": 2.0'), "mainBids: is no whole number from 1 on"),
    "main bids with an exponent": (
        text_of(schools()).replace('"mainBids": 2', '"mainBids": 2e0'), "mainBids: is no whole number from 1 on"),
    "main bids as text": (changed(put("mainBids", value="2")), "mainBids: is no whole number from 1 on"),
    "main bids as truth": (changed(put("mainBids", value=True)), "mainBids: is no whole number from 1 on"),
    "too many main bids": (changed(put("mainBids", value=2**53)), "mainBids: is no whole number from 1 on"),
    "no lots": (changed(put("lots", value=[])), "lots: is empty"),
    "lots by id": (changed(put("lots", value={"LOT-0001": {}})), "lots: is no list"),
    "a lot twice": (changed(doubled("lots")), "lots: has LOT-0001 twice"),
    "a lot without an id": (changed(put("lots", 0, "id", value="")), "lots/0/id: is no id"),
    "a lot's id with a slash": (changed(put("lots", 0, "id", value="LOT/1")), "lots/0/id: is no id"),
    "a lot's id that ends a line": (changed(put("lots", 0, "id", value="LOT\n")), "lots/0/id: is no id"),
    "a lot's id of 65 characters": (changed(put("lots", 0, "id", value="x" * 65)), "lots/0/id: is no id"),
    "a lot's number": (changed(put("lots", 0, "id", value=1)), "lots/0/id: is no id"),
    "a lot without a title": (changed(put("lots", 0, "title", value="")), "lots/0/title: is no text"),
    "variants in words": (
        changed(put("lots", 0, "variants", value="yes")), "lots/0/variants: is neither true nor false"),
    "variants as a number": (
        changed(put("lots", 0, "variants", value=1)), "lots/0/variants: is neither true nor false"),
    "another method": (
        changed(put("lots", 0, "method", value="median")),
        "lots/0/method: is none of lowestPrice, weightedPoints, ufabSimple"),
    "a price weight of the lowest price": (
        changed(put("lots", 0, "priceWeight", value="100")),
        "lots/0/priceWeight: does not fit the method lowestPrice"),
    "no price weight of weighted points": (
        changed(put("lots", 1, "priceWeight", value=None)),
        "lots/1/priceWeight: does not fit the method weightedPoints"),
    "a price weight of points per price": (
        changed(put("lots", 2, "priceWeight", value="50")), "lots/2/priceWeight: does not fit the method ufabSimple"),
    "criteria of the lowest price": (
        changed(lambda d: d["lots"][0].update(criteria=d["lots"][2]["criteria"])),
        "lots/0/criteria: does not fit the method lowestPrice"),
    "no criteria of weighted points": (
        changed(lambda d: d["lots"][1].update(criteria=[], priceWeight="100")),
        "lots/1/criteria: does not fit the method weightedPoints"),
    "no criteria of points per price": (
        changed(put("lots", 2, "criteria", value=[])), "lots/2/criteria: does not fit the method ufabSimple"),
    "a criterion twice": (changed(doubled("lots", 1, "criteria")), "lots/1/criteria: has concept twice"),
    "51 criteria": (changed(one_more(51)), "lots/2/criteria: has more than 50 entries"),
    "weights of 99": (
        changed(put("lots", 1, "priceWeight", value="59")),
        "lots/1: has weights that sum up to 99, not to 100"),
    "weights a little above 100": (
        changed(put("lots", 1, "priceWeight", value="60.01")),
        "lots/1: has weights that sum up to 10001/100, not to 100"),
    "weights that a float takes for 100": (
        changed(put("lots", 1, "priceWeight", value="60." + "0" * 19 + "1")),
        f"lots/1: has weights that sum up to 1{'0' * 21}1/1{'0' * 20}, not to 100"),
    "a weight as a number": (
        changed(put("lots", 1, "priceWeight", value=60)), "lots/1/priceWeight: is no decimal text"),
    "a weight below zero": (
        changed(put("lots", 1, "criteria", 0, "weight", value="-30")),
        "lots/1/criteria/0/weight: is no decimal text"),
    "a weight of zero": (
        changed(put("lots", 1, "criteria", 0, "weight", value="0.0")), "lots/1/criteria/0/weight: is zero"),
    "a weight with an exponent": (
        changed(put("lots", 1, "criteria", 0, "weight", value="3e1")),
        "lots/1/criteria/0/weight: is no decimal text"),
    "a weight with a comma": (
        changed(put("lots", 1, "criteria", 0, "weight", value="30,0")),
        "lots/1/criteria/0/weight: is no decimal text"),
    "a weight with a leading zero": (
        changed(put("lots", 1, "criteria", 0, "weight", value="030")),
        "lots/1/criteria/0/weight: is no decimal text"),
    "a weight without a digit before the point": (
        changed(put("lots", 1, "criteria", 0, "weight", value=".5")),
        "lots/1/criteria/0/weight: is no decimal text"),
    "a weight without a digit behind the point": (
        changed(put("lots", 1, "criteria", 0, "weight", value="30.")),
        "lots/1/criteria/0/weight: is no decimal text"),
    "a weight in other digits": (
        changed(put("lots", 1, "criteria", 0, "weight", value="\u0663\u0660")),
        "lots/1/criteria/0/weight: is no decimal text"),
    "a weight that ends a line": (
        changed(put("lots", 1, "criteria", 0, "weight", value="30\n")),
        "lots/1/criteria/0/weight: is no decimal text"),
    "a weight of 61 characters": (
        changed(put("lots", 1, "criteria", 0, "weight", value="30." + "0" * 58)),
        "lots/1/criteria/0/weight: is no decimal text"),
    "no points at all": (
        changed(put("lots", 1, "criteria", 0, "mostPoints", value="0")), "lots/1/criteria/0/mostPoints: is zero"),
    "ties in the other order": (
        changed(put("lots", 1, "ties", value=["lot", "price"])), "lots/1/ties: is not in the order price, lot"),
    "a tie rule twice": (
        changed(put("lots", 1, "ties", value=["lot", "lot"])), "lots/1/ties: is not in the order price, lot"),
    "another tie rule": (
        changed(put("lots", 1, "ties", value=["local"])), "lots/1/ties/0: is none of price, lot"),
    "a requirement twice": (changed(doubled("requirements")), "requirements: has exclusion twice"),
    "a requirement of another type": (
        changed(put("requirements", 0, "dataType", value="date")),
        "requirements/0/dataType: is none of string, boolean, integer, number"),
    "a requirement's empty description": (
        changed(put("requirements", 0, "description", value="")), "requirements/0/description: is no text"),
    "a requirement of an unknown lot": (
        changed(put("requirements", 0, "lots", value=["LOT-0004"])),
        "requirements/0/lots: names the lot LOT-0004, which there is not"),
    "a requirement of a lot twice": (
        changed(put("requirements", 0, "lots", value=["LOT-0001", "LOT-0001"])),
        "requirements/0/lots: has LOT-0001 twice"),
    "a document twice": (changed(doubled("documents")), "documents: has prices twice"),
    "a document of no bytes": (
        changed(put("documents", 0, "mostBytes", value=0)), "documents/0/mostBytes: is no whole number from 1 on"),
    "a document without its lots": (
        changed(lambda d: d["documents"][0].pop("lots")), "documents/0: has no member lots"),
}  # fmt: skip
