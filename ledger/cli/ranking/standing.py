"""What the ledger says of a round that is to be ranked, and whether an opening's file says the same.

The file is what an officer's machine wrote down; whoever alters a price in it, leaves a bid out or adds one has the
ledger against him.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ledger.bid_number import FIRST_EXTERNAL_BID, spoken_bid
from ledger.chain.codec import decode_detail
from ledger.chain.identifiers import lot_id
from ledger.chain.record import ZERO, ActRecord
from ledger.errors import BidRootDiffers, OpenedRoundDiffers
from ledger.evaluation.criteria import Criteria
from ledger.evaluation.offers import Exclusions, SubmittedBid
from ledger.opening.facts import RoundFacts, read_round
from ledger.opening.opened import EXTERNAL, OpenedBid, OpenedRound
from ledger.sealing.bid import Bid, read_field
from ledger.terms import Act, Outcome

NOT_THERE = "not there"


@dataclass(slots=True)
class Standing:
    """A round by the acts: ``criteria`` of the tender (zero: none), ``roots`` of opened bids by number, and the bids
    ``excluded``, each with the lot's digest (zero: from all)."""

    facts: RoundFacts
    criteria: bytes = ZERO
    roots: dict[int, bytes] = field(default_factory=dict)
    excluded: set[tuple[int, bytes]] = field(default_factory=set)

    def exclusions(self, criteria: Criteria) -> Exclusions:
        """With the ids of the lots."""
        names = {ZERO: None, **{lot_id(lot.id): lot.id for lot in criteria.lots}}
        return {(bid, names[lot]) for bid, lot in self.excluded if lot in names}

    def outcomes(self) -> Iterator[tuple[int, str]]:
        """How each bid ended, as ``round.json`` calls it; ``none``: not yet recorded. Raises RoundForbids while the
        round is open."""
        yield from ((bid.number, self.facts.ended(bid).name.lower()) for bid in self.facts.bids)
        yield from ((FIRST_EXTERNAL_BID + number, EXTERNAL) for number in range(len(self.facts.externals)))


def read_standing(records: Sequence[ActRecord], round_number: int) -> Standing:
    """Fold all acts of a process. Raises as ``read_round`` does."""
    found = Standing(read_round(records, round_number))
    for record in records:
        if record.act == Act.TENDER_PUBLISHED:
            found.criteria = decode_detail(record)["terms"]["criteria"]
        elif record.round == round_number:
            _take(found, record)
    return found


def submitted_bids(opened: OpenedRound, standing: Standing) -> list[SubmittedBid]:
    """The bids that count, once all is as the ledger has it: sealed ones that were opened, and those on paper.

    Raises OpenedRoundDiffers, BidRootDiffers.
    """
    if (opened.process_id, opened.round) != (standing.facts.process_id, standing.facts.number):
        raise OpenedRoundDiffers(
            what="processId, round",
            expected=f"{standing.facts.process_id.hex()}, {standing.facts.number}",
            got=f"{opened.process_id.hex()}, {opened.round}",
        )
    expected = dict(standing.outcomes())
    given = {bid.bid: bid.outcome for bid in opened.bids}
    for number in sorted({*expected, *given}):
        outcome, got = expected.get(number, NOT_THERE), given.get(number, NOT_THERE)
        if outcome != got:
            raise OpenedRoundDiffers(what=f"bid {spoken_bid(number)}", expected=outcome, got=got)
    if len(given) != len(opened.bids):
        raise OpenedRoundDiffers(what="number of bids", expected=len(given), got=len(opened.bids))
    return [SubmittedBid(bid.bid, bid.values or {}) for bid in opened.bids if _counts(bid, standing)]


def _counts(bid: OpenedBid, standing: Standing) -> bool:
    if bid.outcome == Outcome.OPENED.name.lower():
        root = Bid([read_field(text) for text in bid.disclosures or ()]).root
        if root != standing.roots[bid.bid]:
            raise BidRootDiffers(expected=standing.roots[bid.bid], got=root)
        return True
    return bid.outcome == EXTERNAL


def _take(found: Standing, record: ActRecord) -> None:
    match Act(record.act):
        case Act.BID_EXCLUDED:
            found.excluded.add((record.bid, record.lot))
        case Act.BID_READMITTED:
            found.excluded.discard((record.bid, record.lot))
        case Act.BIDS_OPENED:
            detail = decode_detail(record)
            for number, outcome in enumerate(detail["outcomes"], detail["from"]):
                found.roots[number] = outcome["content"]
        case Act.OUTCOME_REVISED:
            found.roots[record.bid] = decode_detail(record)["outcome"]["content"]
