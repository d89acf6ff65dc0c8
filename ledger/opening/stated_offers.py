"""Who tenders and for how much, as a bid's fields state it (``docs/siegel-1.md``, the fields of a bid).

A tenderer can write anything into a field. What is not of the form is kept as it was written, so that no bid can keep
minutes from being made, and nothing in them is our reading of nonsense.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.evaluation.figures import read_decimal, read_percentage
from ledger.evaluation.ids import is_id
from ledger.evaluation.price_order import ToldOffer
from ledger.opening.opened import EXTERNAL, OpenedBid

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_LOT_FIELD: Final = re.compile(r"lots/(.+)/(value|discount|variant)")
_LONGEST_STATED: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenderer:
    """An *Organization* of OCDS: its name, ``scheme`` and ``id`` of its identifier, its postal address in a line."""

    name: str
    identifier: str | None
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A bid for one lot. ``amount`` is the decimal text as submitted, without value-added tax; ``discount`` percent
    without a condition; ``variant`` its id. ``unread``: what of these is not of the form, as it was written.

    ``stated``: sum and discount as text also where they are not of the form. The order of the prices that follows from
    them (``ledger/evaluation/price_order.py``) is then the ranking's.
    """

    lot: str
    amount: str | None
    currency: str | None
    discount: str | None
    variant: str | None
    unread: str | None
    stated: ToldOffer


def stated_values(bid: OpenedBid) -> Mapping[str, Any]:
    """What stands in a bid that was opened, or on paper: whatever a file says of another one, nobody read it."""
    known = bid.outcome in ("opened", EXTERNAL) and isinstance(bid.values, Mapping)
    return bid.values if known and bid.values is not None else {}


def tenderers(values: Mapping[str, Any]) -> tuple[Tenderer, ...]:
    """All of a consortium, the one that leads first; a field without a name counts, too."""
    return tuple(_tenderer(values[name]) for name in sorted(values) if name.startswith("tenderers/"))


def offers(values: Mapping[str, Any]) -> tuple[Offer, ...]:
    """One for each lot that the bid names, in the order of the ids."""
    fields: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        if found := _LOT_FIELD.fullmatch(name):
            fields.setdefault(found[1], {})[found[2]] = value
    return tuple(_offer(lot, fields[lot]) for lot in sorted(fields))


def _tenderer(given: Any) -> Tenderer:
    match given:
        case {"name": str(name), **rest} if name.strip():
            return Tenderer(
                name=name, identifier=_identifier(rest.get("identifier")), address=_address(rest.get("address"))
            )
    return Tenderer(name=as_stated(given), identifier=None, address=None)


def _identifier(given: Any) -> str | None:
    match given:
        case {"scheme": str(scheme), "id": str(id_)}:
            return f"{scheme} {id_}"
    return None


def _address(given: Any) -> str | None:
    if not isinstance(given, dict):
        return None
    town = _joined(given, " ", "postalCode", "locality")
    parts = [_joined(given, "", "streetAddress"), town, _joined(given, "", "region"), _joined(given, "", "countryName")]
    return ", ".join(filter(None, parts)) or None


def _joined(given: Mapping[str, Any], between: str, *names: str) -> str:
    return between.join(part for name in names if isinstance(part := given.get(name), str) and part.strip())


def _offer(lot: str, given: Mapping[str, Any]) -> Offer:
    amount = currency = discount = variant = None
    # As in the ranking, where there is none of something that is null; but for the value, without which nothing counts.
    unread = {name: value for name, value in given.items() if value is not None or name == "value"}
    match given.get("value"):
        case {"amount": str(stated), "currency": str(code)} if _is_decimal(stated) and _CURRENCY.fullmatch(code):
            amount, currency = stated, code
            del unread["value"]
    match given.get("discount"):
        case {"percentage": str(stated)} if read_percentage(stated) is not None:
            discount = stated
            del unread["discount"]
    if "variant" in unread:
        # Whatever stands there, it is no main bid.
        variant = _text(given["variant"])
        if is_id(given["variant"]):
            del unread["variant"]
    return Offer(
        lot=lot,
        amount=amount,
        currency=currency,
        discount=discount,
        variant=variant,
        unread=as_stated(unread) if unread else None,
        stated=ToldOffer(*_stated_value(given), _stated_discount(given.get("discount"))),
    )


def _is_decimal(text: str) -> bool:
    return read_decimal(text) is not None


def _stated_value(given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    match given:
        case {"value": {"amount": str(amount), **rest}}:
            currency = rest.get("currency")
            return _cut(amount), _cut(currency) if isinstance(currency, str) else None
        case {"value": value}:
            # With the name before it, for a bare number would be read as decimal text.
            return as_stated({"value": value}), None
    return None, None


def _stated_discount(given: Any) -> str | None:
    match given:
        case None:
            return None
        case {"percentage": str(percentage)}:
            return _cut(percentage)
    return as_stated({"discount": given})


def _text(given: Any) -> str:
    return given if isinstance(given, str) and given.strip() else as_stated(given)


def as_stated(given: Any) -> str:
    """What is not of its form, as it was written, cut where it is long."""
    # A number that no float holds is a Decimal here, which JSON of Python does not know.
    text = json.dumps(given, sort_keys=True, ensure_ascii=False, default=str)
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_STATED else text[:_LONGEST_STATED] + "…"
