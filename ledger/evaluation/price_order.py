"""Prices that tenderers are told of an opening, and their order (§ 14(6) VOB/A; ``docs/criteria-1.md``).

It is the ranking as far as it follows from sums and discounts alone. Exclusions, corrected sums, variants and points
are not told, so it is provisional, and there is no order where points decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ledger.evaluation.criteria import LOWEST_PRICE, Criteria, CriteriaLot
from ledger.evaluation.figures import exact
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.ranking import Entry, rank


@dataclass(frozen=True, slots=True)
class ToldOffer:
    """A main bid for one lot in ``siegel-opening-result/1``, as text: ``discount`` is a percentage, None: there is
    none. An offer of variants only has no ``amount``."""

    amount: str | None
    currency: str | None
    discount: str | None


@dataclass(frozen=True, slots=True)
class PricedOffer:
    """``price`` = amount · (100 − discount) / 100. ``place`` from 1, where the lowest price wins; equals share the
    lowest of theirs. ``price_points`` where points are given for the price. ``problem``: why there is neither:
    ``valueMissing``, or one of the ranking's."""

    price: Fraction | None
    place: int | None
    price_points: Fraction | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class PriceOrder:
    """What follows for each offer for a lot, in the order in which they were told."""

    lot: CriteriaLot
    offers: tuple[PricedOffer, ...]


def price_order(criteria: Criteria, lot_id: str, told: Sequence[ToldOffer]) -> PriceOrder:
    """Raises LotUnknown."""
    lot = criteria.lot(lot_id)
    # Without the criteria that points are given for, the ranking is that of the prices.
    by_price = replace(criteria, lots=(replace(lot, criteria=()),))
    found = [PricedOffer(None, None, None, "valueMissing")] * len(told)
    for entry in rank(by_price, lot_id, list(_bids(lot, told))).entries:
        found[entry.bid] = _priced(entry, lot)
    return PriceOrder(lot, tuple(found))


def price_order_json(order: PriceOrder) -> dict[str, Any]:
    """For programs; figures are exact."""
    return {
        "lot": order.lot.id,
        "method": order.lot.method,
        "offers": [
            {
                "place": each.place,
                "price": None if each.price is None else exact(each.price),
                "pricePoints": None if each.price_points is None else exact(each.price_points),
                "problem": each.problem,
            }
            for each in order.offers
        ],
    }


def _bids(lot: CriteriaLot, told: Sequence[ToldOffer]) -> Iterator[SubmittedBid]:
    """Each by its place in the list, for a result has no numbers of bids."""
    for number, offer in enumerate(told):
        if offer.amount is not None:
            values: dict[str, Any] = {f"lots/{lot.id}/value": {"amount": offer.amount, "currency": offer.currency}}
            if offer.discount is not None:
                values[f"lots/{lot.id}/discount"] = {"percentage": offer.discount}
            yield SubmittedBid(number, values)


def _priced(entry: Entry, lot: CriteriaLot) -> PricedOffer:
    if entry.problem is not None:
        return PricedOffer(None, None, None, entry.problem)
    place = entry.rank if lot.method == LOWEST_PRICE else None
    return PricedOffer(entry.price, place, entry.price_points, None)
