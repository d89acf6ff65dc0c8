"""What bids say of one lot, as far as it can be ranked (``docs/siegel-1.md``, the fields of a bid).

A tenderer may have written anything into a field: what is not of its form keeps that one bid from being ranked, and
nobody else's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ledger.evaluation.criteria import Criteria, CriteriaLot
from ledger.evaluation.figures import read_decimal, read_percentage
from ledger.evaluation.ids import is_id

Exclusions = Collection[tuple[int, str | None]]
"""Bids and the lot that each is excluded from; None: from all."""


@dataclass(frozen=True, slots=True)
class SubmittedBid:
    """An opened bid or one on paper: its number in the round, and its values by the names of its fields."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """One bid for one lot as it was submitted. ``amount`` and ``percentage`` (of the discount without a condition) are
    None if they are not of their form. ``variant``: its id, of a variant."""

    bid: int
    amount: Fraction | None
    is_in_currency: bool
    percentage: Fraction | None
    variant: str | None
    problem: str | None
    """Why it is no offer whatever it costs: ``variantMalformed``, ``variantNotAdmitted``."""


def offers(criteria: Criteria, lot: CriteriaLot, bids: Sequence[SubmittedBid]) -> Iterator[Offer]:
    """The offers for a lot, in the order of their bids: all bids that have a value for it."""
    for bid in sorted(bids, key=lambda each: each.number):
        fields = {name: bid.values.get(f"lots/{lot.id}/{name}") for name in ("discount", "variant")}
        if f"lots/{lot.id}/value" in bid.values:
            value = bid.values[f"lots/{lot.id}/value"]
            variant, problem = _variant(fields["variant"], lot)
            in_currency = isinstance(value, Mapping) and value.get("currency") == criteria.currency
            yield Offer(bid.number, _amount(value), in_currency, _percentage(fields["discount"]), variant, problem)


def _amount(value: Any) -> Fraction | None:
    return read_decimal(value.get("amount")) if isinstance(value, Mapping) else None


def _percentage(discount: Any) -> Fraction | None:
    """Of no discount zero."""
    if discount is None:
        return Fraction(0)
    return read_percentage(discount.get("percentage")) if isinstance(discount, Mapping) else None


def _variant(variant: Any, lot: CriteriaLot) -> tuple[str | None, str | None]:
    if variant is None:
        return None, None
    if not is_id(variant):
        return None, "variantMalformed"
    return variant, None if lot.variants else "variantNotAdmitted"
