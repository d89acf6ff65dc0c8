"""A told opening for people and programs: names and sums, and by the criteria prices and places (§ 14(6) VOB/A)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger.cli.acts.criteria import method_in_words
from ledger.cli.language import say, say_error
from ledger.cli.ranking.lines import money, on_one_line, points, why_not_ranked
from ledger.errors import SiegelError
from ledger.evaluation.criteria import LOWEST_PRICE, WEIGHTED_POINTS, Criteria
from ledger.evaluation.price_order import PricedOffer, PriceOrder, price_order, price_order_json
from ledger.opening.told_result import ToldBid, ToldLot, ToldResult


@dataclass(frozen=True, slots=True)
class ToldPrices:
    """A result with the order of the prices for each lot; None of one that the criteria do not have. ``criteria``:
    those that it follows from, or what kept them from being had."""

    told: ToldResult
    criteria: Criteria | SiegelError
    orders: tuple[PriceOrder | None, ...]


def told_prices(told: ToldResult, criteria: Criteria | SiegelError) -> ToldPrices:
    """Of all lots; without criteria nothing follows for any."""
    if isinstance(criteria, SiegelError):
        return ToldPrices(told, criteria, (None,) * len(told.lots))
    known = {lot.id for lot in criteria.lots}
    orders = (price_order(criteria, lot.id, lot.offers) if lot.id in known else None for lot in told.lots)
    return ToldPrices(told, criteria, tuple(orders))


def told_json(prices: ToldPrices) -> dict[str, Any]:
    """``lots``: of each that the criteria have, and of each offer in the order that was told, ``place``, ``price``,
    ``pricePoints``, ``problem``. ``missing``: the failure that kept the criteria from being had, else None."""
    criteria = prices.criteria
    return {
        "criteria": criteria.digest if isinstance(criteria, Criteria) else None,
        "missing": criteria.name if isinstance(criteria, SiegelError) else None,
        "lots": [price_order_json(order) for order in prices.orders if order is not None],
    }


def told_lines(prices: ToldPrices) -> Iterator[str]:
    """What is no figure stands as it was told."""
    told = prices.told
    yield f"{on_one_line(told.title or '')} ({on_one_line(told.ocid or '')}), {on_one_line(told.source)}"
    for lot, order in zip(told.lots, prices.orders, strict=True):
        name = f"{on_one_line(lot.id)} {on_one_line(lot.title or '')}".rstrip()
        if order is not None:
            yield f"{name}: {method_in_words(order.lot.method)}"
            yield from _ordered_lines(lot, order)
            continue
        yield name
        yield from (f"   {_told(bid)}" for bid in lot.bids)
        if isinstance(prices.criteria, Criteria):
            yield say("  No places are computed: the criteria do not have this lot.")
    if isinstance(prices.criteria, SiegelError):
        yield say("No places are computed: {why}", why=on_one_line(say_error(prices.criteria)))


def _ordered_lines(lot: ToldLot, order: PriceOrder) -> Iterator[str]:
    for bid, priced in zip(lot.bids, order.offers, strict=True):
        place = "–" if priced.place is None else f"{priced.place}."
        yield f"  {place:>3} {_told(bid)}; {_followed(priced)}"
    if lot.bids:
        yield f"  {_meant(order.lot.method)}"


def _told(bid: ToldBid) -> str:
    offer = bid.offer
    said = [
        ", ".join(map(on_one_line, bid.tenderers)),
        on_one_line(f"{offer.amount} {offer.currency or ''}") if offer.amount is not None else "",
        say("discount {discount} %", discount=on_one_line(offer.discount)) if offer.discount is not None else "",
        say("variants: {count}", count=bid.variants) if bid.variants else "",
    ]
    return "; ".join(filter(None, said))


def _followed(priced: PricedOffer) -> str:
    if priced.price is None:
        return say("no place: {why}", why=why_not_ranked(priced.problem or ""))
    price = say("price {price}", price=money(priced.price))
    if priced.price_points is None:
        return price
    return f"{price}; {say('points for the price: {points}', points=points(priced.price_points))}"


def _meant(method: str) -> str:
    if method == LOWEST_PRICE:
        return say(
            "Places by the sums as they were told, unchecked: corrections, exclusions and variants can change them."
            " They decide nothing."
        )
    if method == WEIGHTED_POINTS:
        return say(
            "Points for the price by the lowest price that was told, unchecked: corrections, exclusions and variants"
            " can change them. Other points are not told, so there are no places."
        )
    return say("By this method prices alone give no places, and points are not told.")
