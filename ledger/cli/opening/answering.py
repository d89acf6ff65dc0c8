"""To which bids the answers of a supplement round belong, told to who opens it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ledger.bid_number import spoken_bid
from ledger.cli.language import say
from ledger.terms import RoundKind

if TYPE_CHECKING:
    from ledger.cli.session import Session
    from ledger.opening.counting import Count
    from ledger.opening.main_bids import NamedBid
    from ledger.opening.sealed_round import SealedRound


def named_bids(session: Session, sealed: SealedRound, count: Count) -> dict[int, NamedBid]:
    """What each opened answer says of the bid that it belongs to, by the answer's number; empty in other rounds."""
    from ledger.cli.opening.minute_sources import acts_of
    from ledger.opening.main_bids import MainBids

    if sealed.facts.kind is not RoundKind.SUPPLEMENT:
        return {}
    main_bids = MainBids(act.record for act in acts_of(session.chain, sealed.facts.process_id))
    return {
        found.bid.number: main_bids.named_in({str(field.name): field.value for field in found.content.fields})
        for found in count.found
        if found.content is not None
    }


def named_lines(named: Mapping[int, NamedBid]) -> Iterator[str]:
    """For people: it is only what the answer says of itself, so two to one bid are worth a question."""
    to = Counter(each.bids for each in named.values() if each.bids)
    for answer, each in named.items():
        said = {"answer": spoken_bid(answer)}
        for main_bid in each.bids:
            yield say(
                "Answer {answer}: to bid {bid} of round {round}, as it says itself",
                bid=spoken_bid(main_bid.bid),
                round=main_bid.round,
                **said,
            )
        if each.stated is None:
            yield say("Answer {answer} does not say to which bid it belongs.", **said)
        elif not each.bids:
            yield say("Answer {answer}: to no bid of this process; it names {stated}", stated=each.stated, **said)
        if to[each.bids] > 1:
            yield say("Answer {answer} is one of {count} to that bid: ask its tenderer.", count=to[each.bids], **said)
