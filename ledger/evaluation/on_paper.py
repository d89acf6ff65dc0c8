"""What an evaluation states of bids on paper (``docs/criteria-1.md``, ``onPaper``).

Nobody can compare it with the ledger, which has only that they came. Stated here, it is fixed when the evaluation is
anchored, and whoever gets the evaluation can rank them, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ledger.bid_number import FIRST_EXTERNAL_BID, spoken_bid
from ledger.evaluation.criteria import CriteriaLot, named_lot
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.part import Part

PAPER: Final = "paper"
SAMPLE: Final = "sample"
_OF_A_LOT: Final = ("value", "discount", "variant")


def read_on_paper(part: Part, known: Mapping[str, CriteriaLot]) -> tuple[SubmittedBid, ...]:
    """The bids, each with the fields about lots that a sealed one would have."""
    found = tuple(_read(each, known) for each in part.items())
    part.require_once(spoken_bid(bid.number) for bid in found)
    return found


def state_on_paper(number: int, kind: str, values: Mapping[str, Any], lots: Iterable[str]) -> dict[str, Any]:
    """How a bid with these values by the names of its fields is stated; what it says of other lots is not."""
    return {
        "bid": number,
        "kind": kind,
        "lots": [
            {"lot": lot, **{name: values.get(f"lots/{lot}/{name}") for name in _OF_A_LOT}}
            for lot in lots
            if f"lots/{lot}/value" in values
        ],
    }


def _read(part: Part, known: Mapping[str, CriteriaLot]) -> SubmittedBid:
    bid, kind, lots = part.members("bid", "kind", "lots")
    number = bid.whole(FIRST_EXTERNAL_BID)
    if kind.one_of(PAPER, SAMPLE) == SAMPLE and lots.items():
        lots.refuse("a sample offers nothing")
    values, ids = dict[str, Any](), list[str]()
    for each in lots.items():
        lot, *fields = each.members("lot", *_OF_A_LOT)
        ids.append(named_lot(lot, known).id)
        _require_offer(*fields)
        values |= {f"lots/{ids[-1]}/{name}": field.value for name, field in zip(_OF_A_LOT, fields, strict=True)}
    lots.require_once(ids)
    return SubmittedBid(number, values)


def _require_offer(value: Part, discount: Part, variant: Part) -> None:
    amount, currency = value.members("amount", "currency")
    amount.amount()
    currency.currency()
    if not discount.is_null():
        (percentage,) = discount.members("percentage")
        if percentage.decimal() > 100:
            percentage.refuse("is above 100")
    if not variant.is_null():
        variant.id()
