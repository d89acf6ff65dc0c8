"""Numbers for the statistics page."""

from __future__ import annotations

from decimal import Decimal

from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter
from ledger.index.statistics import MOST_MONTHS, DivisionSum
from tests.index.processes import process_row, put
from tests.index.town import START


def test_statistics_counted_and_summed_exactly(index: Index) -> None:
    """Months in their order, methods and statuses by frequency, sums by currency and division without rounding."""
    put(
        index,
        [
            process_row(1, month="2025-12", cpv="45214200-2", award_amount="0.1", award_currency="EUR"),
            process_row(2, cpv="45000000-7", award_amount="0.2", award_currency="EUR", phase="awarded"),
            process_row(3, cpv="33100000-1", award_amount="5", award_currency="EUR", procurement_method="direct"),
            process_row(4, cpv="33100000-1", award_amount="7", award_currency="CHF", procurement_method=None),
            process_row(5, cpv=None, award_amount="9", award_currency="EUR", mode="observed"),
            process_row(6, cpv="33100000-1", award_amount="forged", award_currency="EUR"),
        ],
    )
    found = Queries(index).statistics(now=START)
    assert found.processes == 6
    assert found.months == (("2025-12", 1), ("2026-01", 5))
    assert found.methods == (("open", 4), ("direct", 1))
    assert found.statuses == (("open", 5), ("awarded", 1))
    assert found.divisions == (
        DivisionSum("33", "CHF", Decimal(7), 1),
        DivisionSum("33", "EUR", Decimal(5), 1),
        DivisionSum("45", "EUR", Decimal("0.3"), 2),
    )
    assert Queries(index).statistics(ProcessFilter(mode="observed"), now=START).processes == 1


def test_statistics_of_many_months_the_last_ones(index: Index) -> None:
    """Two years are a page's worth; nothing gives nothing."""
    assert Queries(index).statistics(now=START).months == ()
    put(index, [process_row(n, month=f"{2000 + n // 12}-{n % 12 + 1:02}") for n in range(1, 61)])
    months = Queries(index).statistics(now=START).months
    assert (len(months), months[-1][0]) == (MOST_MONTHS, "2005-01")
