"""A ranking for people: each bid in its place, and how each figure came about. What is shown is rounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from ledger.bid_number import spoken_bid
from ledger.cli.acts.criteria import method_in_words
from ledger.cli.language import say
from ledger.evaluation.criteria import LOWEST_PRICE, WEIGHTED_POINTS
from ledger.evaluation.evaluation import Assessment, Evaluation
from ledger.evaluation.figures import shown
from ledger.evaluation.ranking import Entry, Ranking

PRICE_PLACES: Final = 2
POINTS_PLACES: Final = 3
POINTS_PER_PRICE_PLACES: Final = 9
LONGEST: Final = 300
"""Characters of a foreign text that are shown."""


def ranking_lines(
    ranking: Ranking, evaluation: Evaluation | None, values: Mapping[int, Mapping[str, Any]]
) -> Iterator[str]:
    """All lines of a lot; ``values``: those of the bids, for the names of their tenderers."""
    yield f"{ranking.lot.id} {on_one_line(ranking.lot.title)}: {method_in_words(ranking.lot.method)}"
    if not ranking.entries:
        yield say("  No bid has a value for this lot.")
    assessments = evaluation.assessments if evaluation else {}
    for entry in ranking.entries:
        place = "–" if entry.rank is None else f"{entry.rank}."
        yield f"  {place:>3} {_name(entry, values[entry.bid])}: {_result(entry, ranking)}"
        assessment = assessments.get((entry.bid, ranking.lot.id))
        yield from (f"      {line}" for line in _derived(entry, ranking, assessment))
    if not ranking.is_complete:
        yield say("  This ranking is not complete: something in it has yet to be decided.")


def _name(entry: Entry, values: Mapping[str, Any]) -> str:
    tenderer = values.get("tenderers/0001")
    parts = [say("bid {number}", number=spoken_bid(entry.bid))]
    if isinstance(tenderer, Mapping) and isinstance(tenderer.get("name"), str):
        parts.append(on_one_line(tenderer["name"]))
    if entry.variant is not None:
        parts.append(say("variant {id}", id=entry.variant))
    return ", ".join(parts)


def _result(entry: Entry, ranking: Ranking) -> str:
    if entry.standing == "excluded":
        return say("excluded on the ledger")
    if entry.problem is not None:
        return say("cannot be ranked: {why}", why=why_not_ranked(entry.problem))
    assert entry.score is not None
    if ranking.lot.method == LOWEST_PRICE:
        result = f"{shown(entry.score, PRICE_PLACES)} {ranking.currency}"
    elif ranking.lot.method == WEIGHTED_POINTS:
        result = say("{points} points", points=shown(entry.score, POINTS_PLACES))
    else:
        result = say("{points} points per {currency}", points=shown(entry.score, POINTS_PER_PRICE_PLACES),
                     currency=ranking.currency)  # fmt: skip
    return f"{result}, {_TIES[entry.tie]()}" if entry.tie else result


def _derived(entry: Entry, ranking: Ranking, assessment: Assessment | None) -> Iterator[str]:
    submitted, _ = entry.submitted
    if assessment is not None and assessment.amount is not None:
        yield say(
            "submitted {submitted}, corrected to {amount}: {reason}",
            submitted="?" if submitted is None else money(submitted),
            amount=money(assessment.amount.figure),
            reason=on_one_line(assessment.amount.reason),
        )
    if assessment is not None and assessment.percentage is not None:
        yield say(
            "discount corrected to {percentage} %: {reason}",
            percentage=_short(assessment.percentage.figure),
            reason=on_one_line(assessment.percentage.reason),
        )
    if entry.percentage and entry.amount is not None and entry.price is not None:
        yield say(
            "{amount} less {percentage} % makes {price}",
            amount=money(entry.amount),
            percentage=_short(entry.percentage),
            price=money(entry.price),
        )
    if entry.score is None or entry.price is None or ranking.lot.method == LOWEST_PRICE:
        return
    price = money(entry.price)
    if entry.price_points is not None and ranking.lot.price_weight is not None and ranking.lowest is not None:
        yield say(
            "price: {weight} · (2 − {price} / {lowest}), at least 0: {points}",
            weight=_short(ranking.lot.price_weight),
            price=price,
            lowest=money(ranking.lowest),
            points=points(entry.price_points),
        )
    for criterion, share in zip(ranking.lot.criteria, entry.shares, strict=True):
        yield say(
            "{title}: {weight} · {given} / {most} = {share}",
            title=on_one_line(criterion.title),
            weight=_short(criterion.weight),
            given=_short(share.points),
            most=_short(criterion.most_points),
            share=points(share.share),
        ) + (f" ({on_one_line(assessment.points[criterion.id].reason)})" if assessment else "")
    if entry.price_points is None:
        total = sum((share.share for share in entry.shares), Fraction(0))
        yield say("{points} points by the price {price}", points=points(total), price=price)


def on_one_line(text: str) -> str:
    """Foreign text: a tenderer whose name goes on in the next line would add a place to the ranking, one whose name is
    a million characters long would drive it off the screen."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def money(figure: Fraction) -> str:
    """An amount or a price, rounded for people."""
    return shown(figure, PRICE_PLACES)


def points(figure: Fraction) -> str:
    """The same for points."""
    return shown(figure, POINTS_PLACES)


def why_not_ranked(problem: str) -> str:
    """What keeps an offer from being ranked, in words."""
    return _PROBLEMS[problem]()


def _short(figure: Fraction) -> str:
    text = shown(figure, POINTS_PLACES)
    return text.rstrip("0").rstrip(".")


_TIES: Final = {
    "price": lambda: say("as many points as others; the lower price decides"),
    "drawn": lambda: say("equal to others; lots were drawn"),
    "toBeDrawn": lambda: say("EQUAL to others; lots are to be drawn"),
    "undecided": lambda: say("EQUAL to others; nothing published decides between them"),
}
_PROBLEMS: Final = {
    "valueMissing": lambda: say("no sum was told"),
    "valueMalformed": lambda: say("its amount is no decimal text"),
    "currencyDiffers": lambda: say("its amount is in another currency"),
    "discountMalformed": lambda: say("its discount is no percentage from 0 to 100"),
    "variantMalformed": lambda: say("the id of its variant is none"),
    "variantNotAdmitted": lambda: say("no variants are admitted for this lot"),
    "priceNotPositive": lambda: say("by this method a price must be above zero"),
}
