"""Numbers of a search: procedures by month, method and status, and awarded sums by CPV division."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from ledger.index.process_list import conditions
from ledger.index.rows import ProcessFilter
from ledger.index.schema import processes
from ledger.index.status import status

MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class DivisionSum:
    """What was awarded in one currency for a CPV division (two digits), in how many procedures."""

    division: str
    currency: str
    amount: Decimal
    processes: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """``months``: the last ``MOST_MONTHS`` with a first publication, oldest first. ``methods`` and ``statuses``: most
    frequent first. ``divisions``: by currency, the largest sum first; procedures without CPV code, awarded value or
    currency are in none."""

    processes: int
    months: tuple[tuple[str, int], ...]
    methods: tuple[tuple[str, int], ...]
    statuses: tuple[tuple[str, int], ...]
    divisions: tuple[DivisionSum, ...]


def statistics_of(connection: Connection, filter: ProcessFilter, now: int) -> Statistics:
    """Over all processes that pass ``filter``."""
    where = conditions(connection, filter, now)

    def counted(column: ColumnElement[Any]) -> list[tuple[str, int]]:
        value, number = column.label("value"), func.count().label("number")
        query = select(value, number).select_from(processes).where(*where, column.is_not(None)).group_by(value)
        return [(row.value, row.number) for row in connection.execute(query)]

    def by_frequency(found: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
        return tuple(sorted(found, key=lambda item: (-item[1], item[0])))

    months = counted(processes.c.month)
    return Statistics(
        processes=sum(number for _, number in months),
        months=tuple(sorted(months)[-MOST_MONTHS:]),
        methods=by_frequency(counted(processes.c.procurement_method)),
        statuses=by_frequency(counted(status(now))),
        divisions=_divisions(connection, where),
    )


def _divisions(connection: Connection, where: Any) -> tuple[DivisionSum, ...]:
    table = processes.c
    query = select(func.substr(table.cpv, 1, 2), table.award_currency, table.award_amount).where(
        *where, table.cpv.is_not(None), table.award_currency.is_not(None), table.award_amount.is_not(None)
    )
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    counts: Counter[tuple[str, str]] = Counter()
    for division, currency, amount in connection.execute(query):
        try:
            value = Decimal(amount)
        except InvalidOperation:
            continue  # a row altered by hand
        if value.is_finite():
            sums[currency, division] += value
            counts[currency, division] += 1
    ordered = sorted(sums.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return tuple(DivisionSum(at[1], at[0], amount, counts[at]) for at, amount in ordered)
