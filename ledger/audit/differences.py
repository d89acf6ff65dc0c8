"""A row of the process list against what is proven of the process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ledger.audit.book import ProvenProcess
from ledger.audit.standing import statuses

TOLERANCE: Final = 3_600
"""Seconds by which the server's clock may differ from ours where a status follows from dates."""

_AS_PROVEN: Final = (
    *("ocid", "mode", "acts", "releases", "firstTime", "lastTime", "suspended"),
    *("title", "description", "buyerName", "procurementCategory", "suppliers", "deadline"),
    *("valueCurrency", "awardCurrency"),
)
_AMOUNTS: Final = ("valueAmount", "awardAmount")


def differences(row: Mapping[str, Any], proven: ProvenProcess, now: int) -> Iterator[tuple[str, Any, Any]]:
    """Field, what is proven, what the row says; ``now`` in seconds since 1970."""
    facts = proven.facts
    for name, expected in (
        ("head", "0x" + proven.head.hex()),
        ("organisationId", "0x" + proven.organisation.hex()),
        *((name, facts[name]) for name in _AS_PROVEN),
    ):
        if row.get(name) != expected:
            yield name, expected, row.get(name)
    for name in _AMOUNTS:
        if not _same_amount(row.get(name), facts[name]):
            yield name, facts[name], row.get(name)
    allowed = statuses(facts, now, TOLERANCE)
    if row.get("status") not in allowed:
        yield "status", " / ".join(sorted(allowed)), row.get("status")


def _same_amount(one: Any, other: Any) -> bool:
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except (InvalidOperation, TypeError, ValueError):
        return False
