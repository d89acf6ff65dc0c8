"""Dates of one release that cannot all be true. They are reported and never refused.

The ledger keeps what was said. A notice with a wrong date is a notice; whoever refused it would hide that it was
published so. Readers of the report, and of the pages, see the contradiction instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from ledger.ocds.json_text import pointer
from ledger.ocds.leaves import parse_date
from ledger.ocds.report import Contradiction

_SKEW: Final = timedelta(days=1)
"""Clocks differ, and a date without a zone was read as UTC."""

_PERIODS: Final = (
    ("tender", ("tenderPeriod", "enquiryPeriod", "awardPeriod", "contractPeriod")),
    ("awards", ("contractPeriod",)),
    ("contracts", ("period",)),
)


def contradictions(release: dict[str, Any], path: str, now: datetime) -> Iterator[Contradiction]:
    """Each pair of dates of a valid release that contradict each other; ``path`` is its place, ``now`` is aware."""
    if parse_date(release["date"]) > now + _SKEW:
        yield Contradiction(pointer(path, "date"), "the release is dated in the future")
    for section, names in _PERIODS:
        for where, holder in _objects(release.get(section), pointer(path, section)):
            for name in names:
                start, end = _ends(holder.get(name))
                if start and end and end < start:
                    yield Contradiction(pointer(where, name), "the period ends before it starts")
    yield from _order(release, path)


def _order(release: dict[str, Any], path: str) -> Iterator[Contradiction]:
    """An award comes after the bids, a contract after its award."""
    _, deadline = _ends((release.get("tender") or {}).get("tenderPeriod"))
    awarded: dict[Any, datetime] = {}
    for where, award in _objects(release.get("awards"), pointer(path, "awards")):
        moment = _moment(award.get("date"))
        if moment is None:
            continue
        awarded[award.get("id")] = moment
        if deadline and moment < deadline:
            yield Contradiction(pointer(where, "date"), "the award is dated before the deadline for bids")
    for where, contract in _objects(release.get("contracts"), pointer(path, "contracts")):
        signed, decided = _moment(contract.get("dateSigned")), awarded.get(contract.get("awardID"))
        if signed and decided and signed < decided:
            yield Contradiction(pointer(where, "dateSigned"), "the contract is signed before its award")


def _objects(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
    elif isinstance(value, list):
        yield from ((pointer(path, index), entry) for index, entry in enumerate(value) if isinstance(entry, dict))


def _ends(period: Any) -> tuple[datetime | None, datetime | None]:
    if not isinstance(period, dict):
        return None, None
    return _moment(period.get("startDate")), _moment(period.get("endDate"))


def _moment(value: Any) -> datetime | None:
    return parse_date(value) if isinstance(value, str) else None
