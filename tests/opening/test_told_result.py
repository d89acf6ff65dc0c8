"""What tenderers are told of an opening is read again, or refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import OpeningResultUnreadable, ResultForeign
from ledger.evaluation.price_order import ToldOffer
from ledger.opening.told_result import ResultOf, read_told_result

OF = ResultOf(chain_id=1337, ledger=b"\x11" * 20, process_id=b"\x5a" * 32, round=1)
OFFER: dict[str, Any] = {
    "tenderers": [{"name": "Bau GmbH", "address": None}, {"name": None, "address": None}], "amount": "1.50",
    "currency": "EUR", "discount": None, "variants": 2,
}  # fmt: skip
RESULT: dict[str, Any] = {
    "format": "siegel-opening-result/1", "source": "§ 14(6) VOB/A", "title": "Schule", "ocid": "ocds-x-1",
    "processId": "5a" * 32, "round": 1, "chainId": 1337, "ledger": "11" * 20,
    "lots": [{"id": "L1", "title": None, "offers": [OFFER]}, {"id": "L2", "title": "Dach", "offers": []}],
}  # fmt: skip


def lots(*offers: Any) -> dict[str, Any]:
    """One lot with these offers."""
    return {"lots": [{"id": "L1", "title": None, "offers": list(offers)}]}


def test_result_is_read_with_its_figures_as_they_were_told() -> None:
    """Names, sums as text, and how many variants."""
    found = read_told_result(RESULT, OF, "the server")
    assert [lot.id for lot in found.lots] == ["L1", "L2"]
    (bid,) = found.lots[0].bids
    assert (bid.tenderers, bid.offer, bid.variants) == (("Bau GmbH", "–"), ToldOffer("1.50", "EUR", None), 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "siegel-opening-result/2"), ("processId", "ab" * 32), ("round", 2), ("chainId", 1338),
        ("ledger", "ab" * 20), ("ledger", None),
    ],
)  # fmt: skip
def test_result_of_another_opening_is_refused(field: str, value: Any) -> None:
    """The error says in what it differs."""
    with pytest.raises(ResultForeign) as refused:
        read_told_result(RESULT | {field: value}, OF, "the server")
    assert refused.value.values["field"] == field


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": None}, "source: is no text"),
        ({"title": 7}, "title: is no text"),
        ({"lots": {}}, "lots: is no list"),
        ({"lots": ["L1"]}, "lots/0: is no object"),
        ({"lots": [{"id": 1, "title": None, "offers": []}]}, "lots/0/id: is no text"),
        ({"lots": [{"id": "L1", "title": None}]}, "lots/0/offers: is no list"),
        ({"lots": [*RESULT["lots"], *RESULT["lots"]]}, "lots: has 'L1' twice"),
        (lots(7), "lots/0/offers/0: is no object"),
        (lots(OFFER, OFFER | {"amount": 7}), "lots/0/offers/1/amount: is no text"),
        (lots(OFFER | {"discount": 2.5}), "lots/0/offers/0/discount: is no text"),
        (lots(OFFER | {"variants": True}), "lots/0/offers/0/variants: is no number of variants"),
        (lots(OFFER | {"variants": -1}), "lots/0/offers/0/variants: is no number of variants"),
        (lots(OFFER | {"variants": 2**53}), "lots/0/offers/0/variants: is no number of variants"),
        (lots(OFFER | {"tenderers": "Bau"}), "lots/0/offers/0/tenderers: is no list"),
        (lots(OFFER | {"tenderers": [{"name": 7}]}), "lots/0/offers/0/tenderers/name: is no text"),
    ],
)
def test_result_of_another_form_is_refused(change: dict[str, Any], reason: str) -> None:
    """By its place; a sum that is a number was rounded by somebody, so it is none."""
    with pytest.raises(OpeningResultUnreadable) as refused:
        read_told_result(RESULT | change, OF, "the server")
    assert refused.value.values["reason"] == reason


def test_what_is_no_object_is_no_result() -> None:
    """A list, or nothing at all."""
    for given in ([RESULT], None):
        with pytest.raises(OpeningResultUnreadable):
            read_told_result(given, OF, "the server")
