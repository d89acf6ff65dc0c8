"""What an organisation's procedures add up to: by year, by currency, by supplier, and the share of direct awards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from sqlalchemy import Connection, select

from ledger.index.schema import processes

MOST_SUPPLIERS = 10
DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Total:
    """``amount``: the awarded sum of ``processes`` procedures in one currency (``None`` where releases name none)."""

    currency: str | None
    amount: Decimal
    processes: int


@dataclass(frozen=True, slots=True)
class YearSum:
    """A year of first publication: its procedures, of these direct awards, and what was awarded."""

    year: str
    processes: int
    direct: int
    awarded: tuple[Total, ...]


@dataclass(frozen=True, slots=True)
class SupplierSum:
    """A supplier by the name releases give: in how many procedures it was awarded something. ``awarded`` counts only
    procedures of which it is the one supplier: how a sum is shared among several nobody told."""

    name: str
    processes: int
    awarded: tuple[Total, ...]


@dataclass(frozen=True, slots=True)
class OrganisationSums:
    """``stated`` is how many procedures say by which method they were run; of these ``direct`` were direct awards.
    ``years`` are the newest first, ``suppliers`` the ``MOST_SUPPLIERS`` with most procedures."""

    processes: int
    stated: int
    direct: int
    awarded: tuple[Total, ...]
    years: tuple[YearSum, ...]
    suppliers: tuple[SupplierSum, ...]


def sums_of(connection: Connection, organisation_id: bytes) -> OrganisationSums:
    """Over all processes of an organisation of the registry: a buyer's own, or those that an observer watches."""
    table = processes.c
    query = select(
        table.month, table.procurement_method, table.award_amount, table.award_currency, table.suppliers
    ).where(table.organisation_id == organisation_id)
    rows = connection.execute(query).all()
    years: defaultdict[str, list[Any]] = defaultdict(list)
    suppliers: defaultdict[str, list[Any]] = defaultdict(list)
    counts: Counter[str] = Counter()
    for row in rows:
        years[row.month[:4]].append(row)
        names = orjson.loads(row.suppliers)
        counts.update(names)
        if len(names) == 1:
            suppliers[names[0]].append(row)
    return OrganisationSums(
        processes=len(rows),
        stated=sum(row.procurement_method is not None for row in rows),
        direct=_direct(rows),
        awarded=_totals(rows),
        years=tuple(
            YearSum(year, len(found), _direct(found), _totals(found))
            for year, found in sorted(years.items(), reverse=True)
        ),
        suppliers=tuple(
            SupplierSum(name, count, _totals(suppliers[name]))
            for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_SUPPLIERS]
        ),
    )


def _direct(rows: Iterable[Any]) -> int:
    return sum(row.procurement_method == DIRECT for row in rows)


def _totals(rows: Iterable[Any]) -> tuple[Total, ...]:
    """By currency, that of most procedures first."""
    amounts: defaultdict[str | None, list[Decimal]] = defaultdict(list)
    for row in rows:
        if (amount := _amount(row.award_amount)) is not None:
            amounts[row.award_currency].append(amount)
    totals = (Total(currency, sum(found, Decimal()), len(found)) for currency, found in amounts.items())
    return tuple(sorted(totals, key=lambda total: (-total.processes, total.currency or "")))


def _amount(text: str | None) -> Decimal | None:
    """The column holds what ``ledger.index.content.total`` summed; a row altered by hand may hold anything."""
    try:
        found = Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None
