"""From the estimated value to the final one: every amount that the releases of a process told, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True, slots=True)
class ValueStep:
    """One amount. ``kind``: ``estimate`` (OCDS ``tender/value``), ``award`` (``awards/value``), ``contract``
    (``contracts/value``), ``final`` (``contracts/implementation/finalValue``, OCDS extension). ``identifier`` is the id
    of award or contract, ``release`` the place of the release in the order given. ``change`` compares with the amount
    before it of the same award or contract in the same currency, for the ``first`` one of a contract with its award.
    ``rationale`` is that of the contract's latest amendment."""

    kind: str
    identifier: str | None
    release: int
    amount: Decimal
    currency: str | None
    change: Decimal | None
    first: bool
    rationale: str | None


def value_history(releases: Sequence[Mapping[str, Any]]) -> tuple[ValueStep, ...]:
    """Each amount once, when it was first told or changed; ``releases`` in the order of their publication. What is no
    amount in the standard's sense is passed over."""
    latest: dict[tuple[str, str | None], tuple[Decimal, str | None]] = {}
    steps = []
    for place, release in enumerate(releases):
        for kind, identifier, value, before, rationale in _values(release):
            amount, currency = _amount(value), _text(value.get("currency"))
            if amount is None or latest.get((kind, identifier)) == (amount, currency):
                continue
            known = next((latest[key] for key in ((kind, identifier), *before) if key in latest), None)
            change = amount - known[0] if known and known[1] == currency else None
            first = (kind, identifier) not in latest
            latest[kind, identifier] = (amount, currency)
            steps.append(ValueStep(kind, identifier, place, amount, currency, change, first, rationale))
    return tuple(steps)


_Found = tuple[str, str | None, Mapping[str, Any], tuple[tuple[str, str | None], ...], str | None]


def _values(release: Mapping[str, Any]) -> Iterator[_Found]:
    yield "estimate", None, _object(_object(release.get("tender")).get("value")), (), None
    for award in _objects(release.get("awards")):
        if award.get("status") in (None, "active"):
            yield "award", _text(award.get("id")), _object(award.get("value")), (), None
    for contract in _objects(release.get("contracts")):
        identifier, award_id = _text(contract.get("id")), _text(contract.get("awardID"))
        before = (("award", award_id),)
        reasons = [_text(change.get("rationale")) for change in _objects(contract.get("amendments"))]
        rationale = next((reason for reason in reversed(reasons) if reason), None)
        yield "contract", identifier, _object(contract.get("value")), before, rationale
        final = _object(_object(contract.get("implementation")).get("finalValue"))
        yield "final", identifier, final, (("contract", identifier), *before), None


def _amount(value: Mapping[str, Any]) -> Decimal | None:
    amount = value.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int | float | Decimal | str):
        return None
    try:
        found = Decimal(str(amount))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and str(value) else None
