"""``round.json`` made from what was found in the bids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.opening.facts import Bid, RoundFacts
from ledger.opening.found import Found
from ledger.opening.opened import EXTERNAL, OpenedBid, OpenedRound
from ledger.opening.sealed_round import SealedRound
from ledger.terms import Act, Outcome


def opened_round(sealed: SealedRound, found: Iterable[Found], before: OpenedRound | None = None) -> OpenedRound:
    """The round with what was found of its bids. ``before``: what stood there, from which the values of bids on paper,
    entered by hand, and of opened bids that are not found anew are kept; so is what a receipt opened, once that is
    recorded, for the shares do not give it. Raises RoundForbids before the close."""
    return _round(sealed.facts, found, before)


def recorded_round(facts: RoundFacts) -> OpenedRound:
    """The round as the ledger alone has it: all there is to know of one in which no envelope was opened. Raises
    RoundForbids before the close."""
    return _round(facts, (), None)


def _round(facts: RoundFacts, found: Iterable[Found], before: OpenedRound | None) -> OpenedRound:
    known = {each.bid.number: each for each in found}
    if facts.closing is None:
        raise facts.forbids(Act.BIDS_OPENED)
    kept = {bid.bid: bid for bid in before.bids} if before is not None else {}
    bids = [_bid(facts, bid, known.get(bid.number), kept.get(bid.number)) for bid in facts.bids]
    for number, (arrival, block_time) in enumerate(facts.externals, FIRST_EXTERNAL_BID):
        paper = OpenedBid(
            bid=number, commitment=None, author=None, arrival=arrival, block_time=block_time,
            late=arrival > facts.deadline, promised=False, admitted=arrival > facts.deadline, present=True,
            outcome=EXTERNAL, values={},
        )  # fmt: skip
        bids.append(replace(paper, values=kept[number].values, kind=kept[number].kind) if number in kept else paper)
    return OpenedRound(
        process_id=facts.process_id, ocid=facts.ocid, round=facts.number, deadline=facts.deadline,
        closed_at=facts.closing.time, bids=tuple(bids),
    )  # fmt: skip


def _bid(facts: RoundFacts, bid: Bid, found: Found | None, kept: OpenedBid | None) -> OpenedBid:
    if found is not None and bid.recorded is Outcome.OPENED and found.content is None:
        found = None  # its receipt opened it since: the shares alone still do not
    outcome = found.outcome.outcome if found is not None else facts.ended(bid)
    made = OpenedBid(
        bid=bid.number, commitment=bid.commitment, author=bid.author, arrival=bid.arrival, block_time=bid.block_time,
        late=facts.is_late(bid), promised=bid.promised, admitted=facts.is_admitted(bid), present=facts.is_present(bid),
        outcome=outcome.name.lower(),
    )  # fmt: skip
    if found is None:
        if kept is None or kept.outcome != made.outcome:
            return made
        return replace(made, values=kept.values, disclosures=kept.disclosures, evidence=kept.evidence)
    if found.content is None:
        return replace(made, evidence=found.evidence)
    fields = found.content.fields
    values = {str(field.name): field.value for field in fields}
    return replace(made, values=values, disclosures=tuple(field.text for field in fields))
