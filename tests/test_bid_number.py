"""How people count bids, and that only one place in each language knows it."""

from __future__ import annotations

import pytest

from ledger.bid_number import FIRST_EXTERNAL_BID, spoken_bid, spoken_bids, typed_bid
from ledger.errors import BidMismatch, BidNotReleased, ChunkInvalid, OpeningUnfinished


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "1"), (9, "10"), (FIRST_EXTERNAL_BID - 1, "2147483648"), (FIRST_EXTERNAL_BID, "P1"), (2**31 + 11, "P12")],
)
def test_type_a_number_as_shown_gives_the_ledgers(number: int, shown: str) -> None:
    """What a clerk reads on a page can be typed as it stands there."""
    assert (spoken_bid(number), typed_bid(shown), typed_bid(f" {shown.lower()} ")) == (shown, number, number)


@pytest.mark.parametrize(
    "typed",
    ["0", "P0", "", "P", "-1", "+1", "01", "1.0", "1 2", "paper:0", "PP1", "\u0661", "2147483649", "P2147483649"],
)
def test_type_what_is_no_number_of_a_bid_refused(typed: str) -> None:
    """A 0 comes from where the ledger counts, and so would every other number beside it."""
    with pytest.raises(ValueError, match=r"^.*$"):
        typed_bid(typed)


def test_raise_a_failure_its_values_are_the_ledgers_and_its_sentence_peoples() -> None:
    """A program reads the values, a person the sentence."""
    failure = BidNotReleased(bid=2, outcome="late")
    assert (failure.values["bid"], str(failure)) == (2, "Bid 3 is not released: it is late.")
    assert failure.sentence_in("Angebot {bid}: {outcome}") == "Angebot 3: late"
    assert str(BidNotReleased(bid=FIRST_EXTERNAL_BID, outcome="late")).startswith("Bid P1 ")
    assert str(BidNotReleased(outcome="late")).startswith("Bid ? ")


def test_raise_failures_that_name_several_bids_all_are_counted_from_1() -> None:
    """Not only a value of the name ``bid`` is one."""
    assert str(BidMismatch(bid=0, found=FIRST_EXTERNAL_BID)) == "The commitment given for bid 1 belongs to bid P1."
    assert str(ChunkInvalid(**{"size": 3, "from": 0, "next": 4})).endswith(
        "from bid 1: the next bid without an outcome is 5."
    )
    assert ": bid 1, 3: no shares." in str(OpeningUnfinished(bids=[0, 2], why="no shares"))
    assert spoken_bids([]) == ""
