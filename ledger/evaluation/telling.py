"""A ranking in JSON, ``siegel-ranking/1`` (``docs/criteria-1.md``): every figure exact, so that two can be compared."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from ledger.evaluation.figures import exact
from ledger.evaluation.ranking import Entry, Ranking

FORMAT: Final = "siegel-ranking/1"


def ranking_json(ranking: Ranking) -> dict[str, Any]:
    """What JSON can say; figures are decimal text or fractions in lowest terms (``figures.exact``)."""
    return {
        "format": FORMAT,
        "criteria": ranking.criteria.hex(),
        "lot": ranking.lot.id,
        "method": ranking.lot.method,
        "currency": ranking.currency,
        "lowest": _figure(ranking.lowest),
        "complete": ranking.is_complete,
        "entries": [_entry(entry) for entry in ranking.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "bid": entry.bid,
        "variant": entry.variant,
        "standing": entry.standing,
        "problem": entry.problem,
        "rank": entry.rank,
        "tie": entry.tie,
        "submittedAmount": _figure(entry.submitted[0]),
        "submittedPercentage": _figure(entry.submitted[1]),
        "amount": _figure(entry.amount),
        "percentage": _figure(entry.percentage),
        "price": _figure(entry.price),
        "pricePoints": _figure(entry.price_points),
        "criteria": [
            {"criterion": each.criterion, "points": exact(each.points), "share": exact(each.share)}
            for each in entry.shares
        ],
        "score": _figure(entry.score),
    }


def _figure(figure: Fraction | None) -> str | None:
    return None if figure is None else exact(figure)
