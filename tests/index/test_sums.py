"""What an organisation's procedures add up to."""

from __future__ import annotations

from decimal import Decimal

from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.sums import MOST_SUPPLIERS, SupplierSum, Total, YearSum
from tests.index.processes import BUYER, process_row, put


def test_organisation_sums_by_year_currency_and_supplier(index: Index) -> None:
    """Exact decimals, currencies apart; whoever shares a procedure with others gets no sum of it."""
    one, both = '["Bau AG"]', '["Bau AG","Dach GmbH"]'
    put(
        index,
        [
            process_row(1, month="2025-12", suppliers=one, award_amount="0.10", award_currency="EUR"),
            process_row(2, month="2026-01", suppliers=one, award_amount="0.20", award_currency="EUR",
                        procurement_method="direct"),
            process_row(3, month="2026-02", suppliers=both, award_amount="100", award_currency="EUR"),
            process_row(4, month="2026-03", suppliers=one, award_amount="7", award_currency="CHF",
                        procurement_method=None),
            process_row(5, month="2026-03", award_amount="not a number", award_currency="EUR"),
            process_row(6, organisation_id=b"\x0c" * 32, suppliers=one, award_amount="9", award_currency="EUR"),
        ],
    )  # fmt: skip
    sums = Queries(index).organisation_sums(BUYER)
    assert (sums.processes, sums.stated, sums.direct) == (5, 4, 1)
    assert sums.awarded == (Total("EUR", Decimal("100.30"), 3), Total("CHF", Decimal(7), 1))
    assert sums.years == (
        YearSum("2026", 4, 1, (Total("EUR", Decimal("100.20"), 2), Total("CHF", Decimal(7), 1))),
        YearSum("2025", 1, 0, (Total("EUR", Decimal("0.10"), 1),)),
    )
    assert sums.suppliers == (
        SupplierSum("Bau AG", 4, (Total("EUR", Decimal("0.30"), 2), Total("CHF", Decimal(7), 1))),
        SupplierSum("Dach GmbH", 1, ()),
    )


def test_organisation_sums_many_suppliers_those_with_most(index: Index) -> None:
    """A page's worth, and none for somebody unknown."""
    put(index, [process_row(n, suppliers=f'["Firma {n % 15:02}"]') for n in range(1, 40)])
    suppliers = Queries(index).organisation_sums(BUYER).suppliers
    assert len(suppliers) == MOST_SUPPLIERS
    assert [item.name for item in suppliers] == [f"Firma {n:02}" for n in (*range(1, 10), 0)]
    assert Queries(index).organisation_sums(b"\x01" * 32).processes == 0
