"""From what an opening left behind, the tender's criteria and the ledger's acts to minutes.

Pure, so that two officers who know the same make the same minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ledger.chain.record import NOBODY, ZERO
from ledger.opening.answer_content import answer_of
from ledger.opening.facts import read_round
from ledger.opening.main_bids import MainBids
from ledger.opening.minutes import (
    Contribution,
    Heading,
    Incident,
    MinutedAct,
    MinutedAnswer,
    MinutedBid,
    MinutedLot,
    MinutedOffer,
    Minutes,
    Officer,
    Revision,
)
from ledger.opening.opened import EXTERNAL, OpenedBid, OpenedRound
from ledger.opening.opened_check import check_opened
from ledger.opening.round_acts import RoundAct, of_round, outcomes_of
from ledger.opening.stated_offers import Offer, offers, stated_values, tenderers
from ledger.terms import STATUTE, Act, Outcome, RoundKind

ACTED_BY_OFFICERS: Final = (Act.ROUND_CLOSED, Act.BIDS_OPENED, Act.OUTCOME_REVISED)
_OF_ONE_BID: Final = (Act.BID_COMMITTED, Act.BID_WITHDRAWN, Act.EXTERNAL_BID_REGISTERED, Act.OUTCOME_REVISED)


def make_minutes(
    opened: OpenedRound,
    acts: Sequence[RoundAct],
    heading: Heading,
    *,
    criteria: Mapping[str, Any] | None = None,
    contributions: Sequence[Contribution] = (),
    incidents: Sequence[Incident] = (),
) -> Minutes:
    """The minutes of a round that is opened. ``acts``: all of the process, in the ledger's order; ``criteria``: the
    document of the tender (``docs/criteria-1.md``), None if there is none; ``contributions`` of those who may have
    brought them (``Contributors``).

    Raises OpeningUnrecorded, and OpenedRoundContradictsLedger if what is in the home is not what the ledger has.
    """
    records = [act.record for act in acts]
    facts = read_round(records, opened.round)
    acts = of_round(acts, opened.round)
    check_opened(opened, facts, acts)
    assert facts.closing is not None
    bids_opened = [act.record.time for act in acts if act.record.act == Act.BIDS_OPENED]
    revisions = tuple(_revision(act) for act in acts if act.record.act == Act.OUTCOME_REVISED)
    tendered = {lot["id"]: lot["title"] for lot in criteria["lots"]} if criteria else dict(heading.lots)
    admitted = {lot["id"]: lot["variants"] for lot in criteria["lots"]} if criteria else {}
    answers = tuple[MinutedAnswer, ...]()
    if facts.kind is RoundKind.SUPPLEMENT:
        # No lot is offered for in an answer: what it says of one stands with it, as foreign.
        tendered = {}
        main_bids = MainBids(records)
        in_order = (bid for bid in opened.bids if bid.outcome in ("opened", EXTERNAL))
        answers = tuple(answer_of(bid.bid, stated_values(bid), main_bids) for bid in in_order)
    return Minutes(
        rule=heading.rule,
        kind=facts.kind.name.lower(),
        purpose=heading.purpose if facts.kind is RoundKind.SUPPLEMENT else None,
        authority=heading.authority,
        title=heading.title,
        place=heading.place,
        ocid=opened.ocid,
        process_id=opened.process_id.hex(),
        round=opened.round,
        deadline=facts.deadline,
        closed_at=facts.closing.time,
        # Where no envelope is there, nothing is opened: the round is with its close.
        opened_at=max(bids_opened, default=facts.closing.time),
        officers=_officers(acts, heading),
        contributions=tuple(sorted(contributions, key=lambda each: (each.group, each.index, each.at))),
        bids=tuple(_bid(bid, acts, heading, tendered) for bid in opened.bids),
        lots=_lots(opened.bids, tendered, admitted),
        answers=answers,
        incidents=tuple(sorted(incidents, key=lambda each: (each.at, each.author, each.failure, each.detail))),
        revisions=revisions,
        chain_id=heading.chain_id,
        ledger=heading.ledger.hex(),
        acts=tuple(map(_act, acts)),
    )


def _bid(bid: OpenedBid, acts: Sequence[RoundAct], heading: Heading, tendered: Mapping[str, str]) -> MinutedBid:
    values = stated_values(bid)
    offered = offers(values)
    unreadable = [found for found in outcomes_of(acts, bid.bid) if found.outcome is Outcome.UNREADABLE]
    return MinutedBid(
        bid=bid.bid,
        commitment=None if bid.commitment is None else bid.commitment.hex(),
        author=None if bid.author is None else bid.author.hex(),
        outcome=bid.outcome,
        arrival=bid.arrival,
        block_time=bid.block_time,
        promised=bid.promised,
        late=bid.late,
        admitted=bid.admitted,
        present=bid.present,
        tenderers=tenderers(values),
        lots=tuple(offer.lot for offer in offered if offer.lot in tendered),
        foreign=tuple(offer for offer in offered if offer.lot not in tendered),
        refusal=str((bid.evidence or {}).get("refusal", "")) if bid.outcome == "unreadable" else None,
        evidence=unreadable[0].evidence.hex() if unreadable else None,
        remark=heading.remarks.get(bid.bid),
        kind=bid.kind if bid.is_external else None,
    )


def _lots(
    bids: Sequence[OpenedBid], tendered: Mapping[str, str], admitted: Mapping[str, bool]
) -> tuple[MinutedLot, ...]:
    found = [(bid, offer) for bid in bids for offer in offers(stated_values(bid))]
    return tuple(
        MinutedLot(
            id=id_,
            title=title,
            variants_admitted=admitted.get(id_),
            offers=_of_lot([(bid, offer) for bid, offer in found if offer.lot == id_]),
        )
        for id_, title in tendered.items()
    )


def _of_lot(found: Sequence[tuple[OpenedBid, Offer]]) -> tuple[MinutedOffer, ...]:
    whose = [(_whose(bid), offer.variant is not None) for bid, offer in found]
    return tuple(
        MinutedOffer(bid=bid.bid, offer=offer, main_bids=whose.count((key, False)), variants=whose.count((key, True)))
        for (bid, offer), (key, _) in zip(found, whose, strict=True)
    )


def _whose(bid: OpenedBid) -> tuple[str, ...]:
    """The account: names and identifiers are stated by whoever seals a bid, also those of a rival (ADR 0137). Of bids
    on paper officers saw who handed them in."""
    if bid.author is not None:
        return "account", bid.author.hex()
    named = tenderers(stated_values(bid))
    return tuple(each.identifier or each.name.casefold() for each in named) or (f"bid {bid.bid}",)


def _officers(acts: Sequence[RoundAct], heading: Heading) -> tuple[Officer, ...]:
    signed: dict[str, list[str]] = {}
    for act in acts:
        if act.record.act in ACTED_BY_OFFICERS:
            for account in _accounts(act):
                signed.setdefault(account, []).append(STATUTE[Act(act.record.act)].name)
    return tuple(
        Officer(account=account, name=heading.names.get(account), acts=tuple(dict.fromkeys(names)))
        for account, names in signed.items()
    )


def _revision(act: RoundAct) -> Revision:
    outcome = act.outcomes[0]
    return Revision(
        bid=outcome.bid,
        outcome=outcome.outcome.name.lower(),
        sequence=act.record.sequence,
        time=act.record.time,
        ground=act.record.ground.hex(),
    )


def _act(act: RoundAct) -> MinutedAct:
    record = act.record
    return MinutedAct(
        act=STATUTE[Act(record.act)].name,
        sequence=record.sequence,
        block=act.block,
        time=record.time,
        accounts=_accounts(act),
        bid=record.bid if record.act in _OF_ONE_BID else None,
        ground=None if record.ground == ZERO else record.ground.hex(),
    )


def _accounts(act: RoundAct) -> tuple[str, ...]:
    return tuple(account.hex() for account in (act.record.first, act.record.second) if account != NOBODY)
