"""The ranking of the bids for a lot, computed exactly from criteria, bids, evaluation and exclusions.

It says what follows from them by the published formulas (``docs/criteria-1.md``). It excludes nobody and awards
nothing: that is for officers to decide and for the ledger to record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from ledger.bid_number import FIRST_EXTERNAL_BID, spoken_bids
from ledger.errors import EvaluationInvalid
from ledger.evaluation.criteria import LOWEST_PRICE, WEIGHTED_POINTS, Criteria, CriteriaLot
from ledger.evaluation.evaluation import Assessment, Draw, Evaluation, named_bid
from ledger.evaluation.offers import Exclusions, Offer, SubmittedBid, offers


@dataclass(frozen=True, slots=True)
class Share:
    """What a criterion adds: ``points`` were given, ``share`` = weight · points / most points."""

    criterion: str
    points: Fraction
    share: Fraction


@dataclass(frozen=True, slots=True)
class Entry:
    """One bid for the lot.

    ``standing``: ``ranked``, ``excluded`` (on the ledger) or ``unrankable``, then ``problem`` says why.
    ``submitted``: amount and percentage as the bid has them; ``amount`` and ``percentage`` as evaluated; ``price`` what
    follows. ``price_points`` and ``shares`` add up to ``score`` of ``weightedPoints``; of ``ufabSimple`` the score is
    the sum of the shares by the price, of ``lowestPrice`` it is the price. ``rank`` from 1, None if not ranked;
    ``tie``: what decided between equals (``price``, ``drawn``) or did not yet (``toBeDrawn``, ``undecided``).
    """

    bid: int
    variant: str | None
    standing: str
    problem: str | None
    submitted: tuple[Fraction | None, Fraction | None]
    amount: Fraction | None
    percentage: Fraction | None
    price: Fraction | None
    price_points: Fraction | None = None
    shares: tuple[Share, ...] = ()
    score: Fraction | None = None
    rank: int | None = None
    tie: str | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The entries of a lot: those ranked in their order, equals and all others by the number of their bid.
    ``lowest``: the lowest price of a ranked one."""

    criteria: bytes
    lot: CriteriaLot
    currency: str
    lowest: Fraction | None
    entries: tuple[Entry, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be decided: no equals, nothing that could not be ranked."""
        return not any(
            entry.tie in ("toBeDrawn", "undecided") or entry.standing == "unrankable" for entry in self.entries
        )


def rank(
    criteria: Criteria,
    lot_id: str,
    bids: Sequence[SubmittedBid],
    evaluation: Evaluation | None = None,
    excluded: Exclusions = (),
) -> Ranking:
    """Rank the bids that have a value for the lot. Raises LotUnknown, EvaluationInvalid."""
    lot = criteria.lot(lot_id)
    made = list(offers(criteria, lot, bids))
    if evaluation is not None and evaluation.on_paper is not None:
        _require_stated(made, list(offers(criteria, lot, evaluation.on_paper)), lot)
    assessments = _assessments(evaluation, lot, made)
    priced = [_priced(offer, assessments.get(offer.bid), lot, excluded) for offer in made]
    counted = [entry for entry in priced if entry.standing == "ranked"]
    lowest = min((entry.price for entry in counted if entry.price is not None), default=None)
    scored = [_scored(entry, assessments.get(entry.bid), lot, lowest) for entry in counted]
    draws = [draw for draw in evaluation.draws if draw.lot == lot.id] if evaluation else []
    others = [entry for entry in priced if entry.standing != "ranked"]
    return Ranking(criteria.digest, lot, criteria.currency, lowest, (*_ordered(scored, lot, draws), *others))


def _require_stated(made: Sequence[Offer], stated: Sequence[Offer], lot: CriteriaLot) -> None:
    """Bids on paper offer what the evaluation says of them. Raises EvaluationInvalid."""
    entered = {offer.bid: offer for offer in made if offer.bid >= FIRST_EXTERNAL_BID}
    said = {offer.bid: offer for offer in stated}
    for bid in sorted({*entered, *said}):
        if entered.get(bid) != said.get(bid):
            raise EvaluationInvalid(reason=f"onPaper: {named_bid(bid)} offers something else for lot {lot.id}")


def _assessments(evaluation: Evaluation | None, lot: CriteriaLot, made: Sequence[Offer]) -> dict[int, Assessment]:
    given = evaluation.assessments.values() if evaluation else ()
    found = {each.bid: each for each in given if each.lot == lot.id}
    unknown = sorted(found.keys() - {offer.bid for offer in made})
    if unknown:
        raise EvaluationInvalid(reason=f"{named_bid(unknown[0])} has no value for lot {lot.id}")
    return found


def _priced(offer: Offer, assessment: Assessment | None, lot: CriteriaLot, excluded: Exclusions) -> Entry:
    amount, percentage, problem = offer.amount, offer.percentage, offer.problem
    corrected = assessment.amount if assessment else None
    if corrected is not None:
        amount = corrected.figure
    if assessment is not None and assessment.percentage is not None:
        percentage = assessment.percentage.figure
    price = None
    if amount is not None and percentage is not None:
        price = amount * (100 - percentage) / 100
    if problem is None and amount is None:
        problem = "valueMalformed"
    if problem is None and corrected is None and not offer.is_in_currency:
        problem = "currencyDiffers"
    if problem is None and percentage is None:
        problem = "discountMalformed"
    if problem is None and lot.method != LOWEST_PRICE and price is not None and price <= 0:
        problem = "priceNotPositive"
    standing = "unrankable" if problem else "ranked"
    if (offer.bid, None) in excluded or (offer.bid, lot.id) in excluded:
        standing = "excluded"
    submitted = (offer.amount, offer.percentage)
    return Entry(offer.bid, offer.variant, standing, problem, submitted, amount, percentage, price)


def _scored(entry: Entry, assessment: Assessment | None, lot: CriteriaLot, lowest: Fraction | None) -> Entry:
    price = entry.price
    assert price is not None
    assert lowest is not None
    if lot.method == LOWEST_PRICE:
        return replace(entry, score=price)
    shares = tuple(_shares(entry.bid, assessment, lot))
    performance = sum((each.share for each in shares), Fraction(0))
    if lot.method == WEIGHTED_POINTS:
        assert lot.price_weight is not None
        # All points for the lowest price, none for its double and above, evenly between.
        price_points = lot.price_weight * max(Fraction(0), 2 - price / lowest)
        return replace(entry, shares=shares, price_points=price_points, score=price_points + performance)
    return replace(entry, shares=shares, score=performance / price)


def _shares(bid: int, assessment: Assessment | None, lot: CriteriaLot) -> Iterator[Share]:
    for criterion in lot.criteria:
        judged = assessment.points.get(criterion.id) if assessment else None
        if judged is None:
            raise EvaluationInvalid(reason=f"{named_bid(bid)} has no points for {criterion.id} of lot {lot.id}")
        yield Share(criterion.id, judged.figure, criterion.weight * judged.figure / criterion.most_points)


def _ordered(entries: Sequence[Entry], lot: CriteriaLot, draws: Sequence[Draw]) -> Iterator[Entry]:
    """With rank and tie; equals are told apart by what the lot says, in that order."""
    unused = {frozenset(draw.bids): draw for draw in draws}
    if len(unused) < len(draws):
        raise EvaluationInvalid(reason=f"lots were drawn twice between the same bids for lot {lot.id}")
    before = 0
    for equals in _groups(entries, _merit(lot)):
        parts = [equals]
        if len(equals) > 1 and "price" in lot.ties:
            parts = list(_groups(equals, _price))
        for part in parts:
            if len(part) == 1:
                tie = "price" if len(equals) > 1 else None
                yield replace(part[0], rank=before + 1, tie=tie)
            else:
                yield from _drawn(part, lot, unused, before)
            before += len(part)
    if unused:
        bids = min(draw.bids for draw in unused.values())
        between = f'{spoken_bids(bids)} ("bids": {list(bids)})'
        raise EvaluationInvalid(reason=f"lots were drawn between bids that are not equals for lot {lot.id}: {between}")


def _drawn(
    equals: Sequence[Entry], lot: CriteriaLot, draws: dict[frozenset[int], Draw], before: int
) -> Iterator[Entry]:
    draw = draws.pop(frozenset(entry.bid for entry in equals), None) if "lot" in lot.ties else None
    if draw is None:
        tie = "toBeDrawn" if "lot" in lot.ties else "undecided"
        yield from (replace(entry, rank=before + 1, tie=tie) for entry in equals)
        return
    for place, entry in enumerate(sorted(equals, key=lambda each: draw.bids.index(each.bid)), before + 1):
        yield replace(entry, rank=place, tie="drawn")


def _groups(entries: Sequence[Entry], key: Callable[[Entry], Fraction]) -> Iterator[list[Entry]]:
    """Equals together, the better before; within, by the number of the bid."""
    ordered = sorted(entries, key=lambda entry: (key(entry), entry.bid))
    return (list(group) for _, group in groupby(ordered, key=key))


def _merit(lot: CriteriaLot) -> Callable[[Entry], Fraction]:
    """Lower is better."""
    sign = 1 if lot.method == LOWEST_PRICE else -1
    return lambda entry: sign * (entry.score or Fraction(0))


def _price(entry: Entry) -> Fraction:
    return entry.price or Fraction(0)
