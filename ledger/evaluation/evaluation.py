"""What the evaluators wrote down, format ``siegel-evaluation/1`` (``docs/criteria-1.md``).

Points, corrected sums, lots that were drawn. A corrected sum is one of § 56(1) VgV, the arithmetical check. Who
excludes a bid does so on the ledger, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from ledger.bid_number import spoken_bid
from ledger.errors import EvaluationInvalid
from ledger.evaluation.criteria import Criteria, CriteriaLot, named_lot
from ledger.evaluation.figures import exact
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.on_paper import read_on_paper
from ledger.evaluation.part import Part

FORMAT: Final = "siegel-evaluation/1"
ON_PAPER: Final = "onPaper"


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure with the reason for it."""

    figure: Fraction
    reason: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Of one bid for one lot: the corrected amount and the corrected percentage of the discount, each None if what was
    submitted stands, and the points by criterion."""

    bid: int
    lot: str
    amount: Judged | None
    percentage: Judged | None
    points: Mapping[str, Judged]


@dataclass(frozen=True, slots=True)
class Draw:
    """Lots were drawn between equals: the bids in the order in which they were drawn."""

    lot: str
    bids: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The whole document, which is of one round; ``assessments`` by bid and lot. ``on_paper``: what it states of bids
    on paper, None if it does not."""

    process_id: bytes
    round: int
    criteria: bytes
    assessments: Mapping[tuple[int, str], Assessment]
    draws: tuple[Draw, ...]
    on_paper: tuple[SubmittedBid, ...] | None = None

    def require_of(self, process_id: bytes, round_number: int) -> None:
        """Raises EvaluationInvalid if it is of another round."""
        if self.process_id != process_id:
            raise EvaluationInvalid(reason=f"processId: is not {process_id.hex()}")
        if self.round != round_number:
            raise EvaluationInvalid(reason=f"round: is not {round_number}")


def round_of(data: bytes) -> tuple[bytes, int]:
    """The process (its id, 32 bytes) and the round of which a document says it is the evaluation. Nothing else of it is
    read; that takes the criteria. Raises EvaluationInvalid."""
    process_id, number, *_ = _begin(data)
    return process_id, number


def read_evaluation(data: bytes, criteria: Criteria) -> Evaluation:
    """The evaluation in a document. Raises EvaluationInvalid, whose reason begins with the place."""
    process_id, number, digest, bids, draws, on_paper = _begin(data)
    if digest.digest() != criteria.digest:
        digest.refuse(f"is not {criteria.digest.hex()}")
    known = {lot.id: lot for lot in criteria.lots}
    assessments: dict[tuple[int, str], Assessment] = {}
    for part in bids.items():
        found = _assessment(part, known)
        if (found.bid, found.lot) in assessments:
            bids.refuse(f"has {named_bid(found.bid)} twice for lot {found.lot}")
        assessments[found.bid, found.lot] = found
    drawn = tuple(_draw(part, known) for part in draws.items())
    stated = None if on_paper is None else read_on_paper(on_paper, known)
    return Evaluation(process_id, number, criteria.digest, assessments, drawn, stated)


def named_bid(bid: int) -> str:
    """As people call it, and as it stands in the evaluation."""
    return f'bid {spoken_bid(bid)} ("bid": {bid})'


def _begin(data: bytes) -> tuple[bytes, int, Part, Part, Part, Part | None]:
    """Process and round, and the parts that say the rest."""
    whole = Part.of(data, EvaluationInvalid)
    more = [ON_PAPER] if whole.has(ON_PAPER) else []
    form, process, round_number, digest, bids, draws, *on_paper = whole.members(
        "format", "processId", "round", "criteria", "bids", "draws", *more
    )
    form.one_of(FORMAT)
    return process.digest(), round_number.whole(1), digest, bids, draws, on_paper[0] if on_paper else None


def _assessment(part: Part, known: Mapping[str, CriteriaLot]) -> Assessment:
    bid, lot_id, value, discount, points = part.members("bid", "lot", "value", "discount", "points")
    number, lot = bid.whole(0), named_lot(lot_id, known)
    amount = percentage = None
    if not value.is_null():
        figure, reason = value.members("amount", "reason")
        amount = Judged(figure.amount(), reason.text())
    if not discount.is_null():
        figure, reason = discount.members("percentage", "reason")
        percentage = Judged(figure.decimal(), reason.text())
        if percentage.figure > 100:
            figure.refuse("is above 100")
    return Assessment(number, lot.id, amount, percentage, _points(points, lot))


def _points(part: Part, lot: CriteriaLot) -> Mapping[str, Judged]:
    most = {each.id: each.most_points for each in lot.criteria}
    found: dict[str, Judged] = {}
    for each in part.items():
        criterion, points, reason = each.members("criterion", "points", "reason")
        name, judged = criterion.id(), Judged(points.decimal(), reason.text())
        if name not in most:
            criterion.refuse(f"is none of lot {lot.id}")
        if name in found:
            part.refuse(f"has {name} twice")
        if judged.figure > most[name]:
            points.refuse(f"is above {exact(most[name])}")
        found[name] = judged
    return found


def _draw(part: Part, known: Mapping[str, CriteriaLot]) -> Draw:
    lot_id, bids, reason = part.members("lot", "bids", "reason")
    lot = named_lot(lot_id, known)
    numbers = tuple(each.whole(0) for each in bids.items())
    bids.require_once(map(str, numbers))
    if len(numbers) < 2:
        bids.refuse("has fewer than two bids")
    return Draw(lot.id, numbers, reason.text())
