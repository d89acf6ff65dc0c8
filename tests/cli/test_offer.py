"""The file in which a tenderer writes a bid."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.bidding.completeness import require_answer
from ledger.cli.bidding.offer import read_offer, values_of
from ledger.errors import ArgumentInvalid, BidIncomplete, OfferInvalid
from ledger.evaluation.criteria import read_criteria
from tests.bid.tender import DOCUMENT
from tests.cli.notices import write

ROOFERS = {"name": "Dachdeckerei Beispiel GmbH", "identifier": {"scheme": "DE-HRB", "id": "1"}}
OFFER: dict[str, Any] = {
    "tenderers": [ROOFERS],
    "lots": {"LOT-0001": {"value": {"amount": "148500.00", "currency": "EUR"}, "discount": {"percentage": "2.5"}}},
    "requirementResponses": {"warranty": 5},
    "documents": [{"file": "prices.pdf", "requirement": "price-list"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a bid's document lies."""
    (tmp_path / "prices.pdf").write_bytes(b"%PDF prices")
    return tmp_path


def test_read_offer_gives_the_fields_of_the_bid(folder: Path) -> None:
    """Each thing that the file says stands under its field's name; size and digest of documents are computed."""
    offer = read_offer(write(folder / "bid.json", OFFER))
    assert values_of(offer.bid) == {
        "tenderers/0001": ROOFERS,
        "lots/LOT-0001/value": {"amount": "148500.00", "currency": "EUR"},
        "lots/LOT-0001/discount": {"percentage": "2.5"},
        "requirementResponses/warranty": {"value": 5},
        "documents/0001": {
            "title": "prices.pdf",
            "format": "application/pdf",
            "requirement": "price-list",
            "size": 11,
            "digest": hashlib.sha256(b"%PDF prices").hexdigest(),
        },
    }
    with offer.documents[0]() as stream:
        assert stream.read() == b"%PDF prices"


@pytest.mark.parametrize(
    ("changed", "member"),
    [
        ({"tenderers": []}, "tenderers"),
        ({"tenderers": [{"identifier": {}}]}, "tenderers/0/name"),
        ({"lots": {"LOT 1": {}}}, "lots"),
        ({"lots": {"LOT-1": {"value": {"amount": 1.5, "currency": "EUR"}}}}, "lots/LOT-1/value/amount"),
        ({"lots": {"LOT-1": {"value": {"amount": "1e3", "currency": "EUR"}}}}, "lots/LOT-1/value/amount"),
        ({"lots": {"LOT-1": {"value": {"amount": "1.234,50", "currency": "EUR"}}}}, "lots/LOT-1/value/amount"),
        ({"lots": {"LOT-1": {"value": {"amount": "1", "currency": "€"}}}}, "lots/LOT-1/value/currency"),
        ({"lots": {"LOT-1": {"price": 1}}}, "lots/LOT-1/price"),
        ({"lots": {"LOT-1": {"value": {"amount": "1", "currency": "EUR"}, "discount": {"percentage": "101"}}}},
         "lots/LOT-1/discount/percentage"),
        ({"documents": [{"title": "x"}]}, "documents/0/file"),
        ({"price": 5}, "price"),
    ],
)  # fmt: skip
def test_read_offer_what_is_no_bid_is_refused_by_its_member(folder: Path, changed: dict[str, Any], member: str) -> None:
    """Nothing is guessed, and no float becomes an amount."""
    with pytest.raises(OfferInvalid) as refused:
        read_offer(write(folder / "bid.json", OFFER | changed))
    assert refused.value.values["member"] == member


@pytest.mark.parametrize(
    ("amount", "percentage"),
    [("-5.00", "0"), ("1.123456789", "2.123456789"), ("9" * 60, "100.000000000"), ("0." + "0" * 58, "0.0")],
)
def test_read_offer_takes_figures_as_the_ranking_reads_them(folder: Path, amount: str, percentage: str) -> None:
    """What the criteria's format allows is no matter of the command."""
    lot = {"value": {"amount": amount, "currency": "EUR"}, "discount": {"percentage": percentage}}
    values = values_of(read_offer(write(folder / "bid.json", OFFER | {"lots": {"LOT-1": lot}})).bid)
    assert values["lots/LOT-1/value"]["amount"] == amount
    assert values["lots/LOT-1/discount"]["percentage"] == percentage


@pytest.mark.parametrize(
    ("amount", "percentage"), [("9" * 61, "1"), ("1", "-1"), ("1", "100.1"), ("1", "2" + ".0" * 2)]
)
def test_read_offer_refuses_figures_that_the_ranking_does_not_read(folder: Path, amount: str, percentage: str) -> None:
    """Told before it is sealed."""
    lot = {"value": {"amount": amount, "currency": "EUR"}, "discount": {"percentage": percentage}}
    with pytest.raises(OfferInvalid):
        read_offer(write(folder / "bid.json", OFFER | {"lots": {"LOT-1": lot}}))


def test_read_offer_a_member_that_stands_twice_is_refused(folder: Path) -> None:
    """Readers differ about which of the two counts."""
    (folder / "bid.json").write_text('{"tenderers": [{"name": "a"}], "tenderers": [{"name": "b"}]}')
    with pytest.raises(OfferInvalid):
        read_offer(folder / "bid.json")


def test_read_offer_missing_files_are_told_by_name(folder: Path) -> None:
    """The bid's file is an argument's fault; a document's is that of the operating system."""
    with pytest.raises(ArgumentInvalid):
        read_offer(folder / "none.json")
    with pytest.raises(FileNotFoundError):
        read_offer(write(folder / "bid.json", OFFER | {"documents": [{"file": "gone.pdf"}]}))


ANSWER: dict[str, Any] = {
    "tenderers": [ROOFERS],
    "mainBid": "ab" * 32,
    "documents": [{"file": "prices.pdf", "requirement": "bill"}],
}


def test_answer_to_a_letter_needs_no_prices_and_none_of_what_the_tender_required(folder: Path) -> None:
    """It names the bid that it belongs to; of the rest there may be anything that the criteria know, or nothing."""
    criteria = read_criteria(DOCUMENT)
    require_answer(read_offer(write(folder / "bid.json", ANSWER)).bid, criteria)
    require_answer(read_offer(write(folder / "bid.json", ANSWER | {"documents": []})).bid, None)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"mainBid": "AB" * 32}, "mainBid"),
        ({"mainBid": 7}, "mainBid"),
        ({"requirementResponses": {"unasked": 1}}, "requirementResponses/unasked"),
        ({"requirementResponses": {"months": "many"}}, "requirementResponses/months"),
        ({"documents": [{"file": "prices.pdf", "requirement": "unasked"}]}, "documents/0001/requirement"),
        ({"lots": {"L9": {"value": {"amount": "1", "currency": "EUR"}}}}, "lots/L9"),
    ],
)
def test_answer_without_its_main_bid_or_with_what_nobody_asked_is_refused(
    folder: Path, changed: dict[str, Any], missing: str
) -> None:
    """Named, before it is sealed."""
    answer = read_offer(write(folder / "bid.json", ANSWER | changed)).bid
    with pytest.raises(BidIncomplete) as refused:
        require_answer(answer, read_criteria(DOCUMENT))
    assert refused.value.values["missing"] == missing


@pytest.mark.parametrize(
    ("data_type", "value", "fits"),
    [
        *(("integer", value, True) for value in (60, -1, "60", "-1")),
        *(("integer", value, False) for value in ("60.0", "1e3", "", "viel", "060", "9" * 61, True, 1.5, None)),
        *(("number", value, True) for value in (5, "5", "2.5", "-0.001")),
        *(("number", value, False) for value in ("viel", "1e3", "2,5", "", ".5", "9" * 61, True, 2.5, [1])),
        *(("string", value, fits) for value, fits in (("viel", True), (5, False))),
        *(("boolean", value, fits) for value, fits in ((False, True), ("false", False), (0, False))),
    ],
)
def test_answer_of_another_type_than_was_asked_is_refused(
    folder: Path, data_type: str, value: object, fits: bool
) -> None:
    """Figures as the page writes them, and whole numbers of JSON."""
    criteria = read_criteria(DOCUMENT)
    asked = tuple(replace(each, data_type=data_type) for each in criteria.requirements if each.id == "months")
    answer = ANSWER | {"requirementResponses": {"months": value}}
    bid = read_offer(write(folder / "bid.json", answer)).bid
    with nullcontext() if fits else pytest.raises(BidIncomplete, match="requirementResponses/months"):
        require_answer(bid, replace(criteria, requirements=asked))


def test_answer_that_names_no_main_bid_is_refused(folder: Path) -> None:
    """Nobody would know what it belongs to."""
    without = {name: value for name, value in ANSWER.items() if name != "mainBid"}
    with pytest.raises(BidIncomplete):
        require_answer(read_offer(write(folder / "bid.json", without)).bid, None)
