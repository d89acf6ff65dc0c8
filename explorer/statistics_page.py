"""Statistics: each number in a table, with a bar beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer import links
from explorer.render import Renderer
from ledger.index.statistics import DivisionSum, Statistics


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: ``share`` of the longest bar in per cent, ``address`` of the procedures behind it where a search gives
    them."""

    value: str
    number: int
    share: float
    amount: Decimal | None = None
    currency: str | None = None
    address: str | None = None


def routes(renderer: Renderer) -> list[Route]:
    """One page."""

    def page(request: Request) -> Response:
        found = renderer.services.queries.statistics()
        return renderer.page(request, "statistics.html", values(found), data_url=f"{links.API}/statistics")

    return [Route("/statistics", page)]


def values(found: Statistics) -> dict[str, object]:
    """What the template shows."""
    return {
        "total": found.processes,
        "months": _counted(found.months),
        "methods": _counted(found.methods, "method"),
        "statuses": _counted(found.statuses, "status"),
        "currencies": _summed(found.divisions),
    }


def _counted(found: Sequence[tuple[str, int]], parameter: str | None = None) -> list[Bar]:
    most = max((number for _, number in found), default=1)
    return [
        Bar(
            value, number, 100 * number / most, address=links.with_query("/", {parameter: value}) if parameter else None
        )
        for value, number in found
    ]


def _summed(divisions: Sequence[DivisionSum]) -> list[tuple[str, list[Bar]]]:
    """Each currency is a plot of its own: sums of two cannot be compared."""
    plots = []
    for currency in dict.fromkeys(item.currency for item in divisions):
        found = [item for item in divisions if item.currency == currency]
        most = max(*(abs(item.amount) for item in found), Decimal(1))
        bars = [
            Bar(item.division, item.processes, float(max(item.amount, Decimal(0)) * 100 / most), item.amount, currency,
                links.with_query("/", {"cpv": item.division}))
            for item in found
        ]  # fmt: skip
        plots.append((currency, bars))
    return plots
