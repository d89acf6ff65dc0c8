"""``siegel opening paper``: what a bid on paper says, entered by an officer (``docs/opening.md``, bids on paper)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.bid_number import FIRST_EXTERNAL_BID, spoken_bid, spoken_bids
from ledger.cli import values
from ledger.cli.acts.making import known_process, resolve_organisation
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.home import replace_file
from ledger.cli.language import say
from ledger.cli.opening.options import OrganisationOption, ProcessArgument, RoundOption
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid, ArgumentMissing, BidIncomplete, PaperBidEntered
from ledger.terms import Act

if TYPE_CHECKING:
    from ledger.evaluation.criteria import Criteria
    from ledger.opening.facts import RoundFacts
    from ledger.opening.opened import OpenedRound

EXAMPLE = "siegel opening paper ocds-x-1 --bid P1 --offer bid.json"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "paper", example=EXAMPLE)(paper)


def paper(
    session: Session,
    process: ProcessArgument,
    bid: Annotated[str, typer.Option("--bid", metavar="P1", help=say("number of the bid on paper, from P1"))],
    offer: Annotated[
        Path | None,
        typer.Option("--offer", metavar="FILE", help=say("what stands on the paper, as siegel bid seal reads a bid")),
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="paper|sample", help=say("a sample is listed, and offers nothing"))
    ] = "paper",
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help=say("enter it although it lacks what the tender asks for"))
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help=say("in the place of what was entered of it before"))
    ] = False,
    criteria: Annotated[
        Path | None,
        typer.Option("--criteria", metavar="FILE", help=say("the award criteria; default: those kept here")),
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", metavar="FILE", help=say("evaluation to state it in, too; made if there is none")),
    ] = None,
    round: RoundOption = 1,
    organisation: OrganisationOption = None,
) -> Answer:
    """Enter what a bid on paper says into what the opening left in this home; a second officer does the same in the own
    home.

    From the same file two officers get the same minutes. The ledger has only that the bid came, and when: what stands
    in it nobody can compare.
    """
    from ledger.chain.record import ZERO
    from ledger.cli.opening.paper_evaluation import stated_in
    from ledger.cli.ranking.sources import criteria_of, records_of
    from ledger.cli.ranking.standing import read_standing
    from ledger.opening.opened import FILE, KINDS, opened_folder
    from ledger.opening.opened_check import check_paper
    from ledger.opening.paper_entry import enter_paper, is_other_entry, not_entered

    if kind not in KINDS:
        raise ArgumentInvalid(argument="--kind", value=kind, why=values.expected(" | ".join(KINDS)))
    process_id = known_process(session, process, resolve_organisation(session, organisation))
    standing = read_standing(records_of(session, process_id), round)
    number = _number(standing.facts, bid)
    path = opened_folder(session.require_home().home, process_id, round) / FILE
    before = _before(standing.facts, path)
    check_paper(before, standing.facts)
    published = None
    if standing.criteria != ZERO or criteria is not None or evaluation is not None:
        published = criteria_of(session, standing.criteria, criteria)
    stated, lacks = _stated(offer, kind, standing.facts, published)
    if lacks is not None and not incomplete:
        raise lacks
    entered = enter_paper(before, number, kind, stated)
    if is_other_entry(before, entered, number) and not replace:
        raise PaperBidEntered(bid=spoken_bid(number), path=path)
    written, missing = None, not_entered(entered)
    if evaluation is not None and published is not None and not missing:
        written = stated_in(evaluation, entered, published)
    entered.write(path)
    if evaluation is not None and written is not None:
        replace_file(evaluation, written)
    lines = [say("{file}: bid {bid} is entered.", file=path, bid=spoken_bid(number))]
    if lacks is not None:
        lines.append(say("It lacks what the tender asks for: {missing}", missing=lacks.values["missing"]))
    if missing:
        lines.append(say("Not entered yet: {bids}", bids=spoken_bids(missing)))
    if evaluation is not None:
        lines.append(
            say("{file} states what is on paper.", file=evaluation)
            if written is not None
            else say("{file} is written when all of them are entered.", file=evaluation)
        )
    lines.append(say("The other officer enters it from the same file: then both have the same minutes."))
    data = {
        "file": path, "bid": number, "kind": kind, "values": stated,
        "lacks": None if lacks is None else lacks.values["missing"], "missing": missing,
        "evaluation": None if written is None else evaluation,
    }  # fmt: skip
    return Answer(data, lines)


def _number(facts: RoundFacts, typed: str) -> int:
    """The ledger's number of a bid on paper. Raises ArgumentInvalid for another one."""
    number = values.bid(typed, "--bid")
    if number < FIRST_EXTERNAL_BID:
        why = say("it was sealed: what is in it stands in it")
        raise ArgumentInvalid(argument="--bid", value=typed, why=why)
    if number - FIRST_EXTERNAL_BID >= len(facts.externals):
        raise ArgumentInvalid(argument="--bid", value=typed, why=say("the round has no such bid"))
    return number


def _before(facts: RoundFacts, path: Path) -> OpenedRound:
    """What the opening left in this home; of a round that was opened with its close what the ledger has.

    Raises RoundForbids before the close, OpenedRoundUnreadable.
    """
    from ledger.opening.opened import read_opened
    from ledger.opening.round_file import recorded_round

    if facts.closing is None:
        raise facts.forbids(Act.BIDS_OPENED)
    return recorded_round(facts) if not facts.closing.counted and not path.exists() else read_opened(path)


def _stated(
    offer: Path | None, kind: str, facts: RoundFacts, criteria: Criteria | None
) -> tuple[dict[str, Any], BidIncomplete | None]:
    """What stands on the paper, and what it lacks. Raises ArgumentInvalid, ArgumentMissing, OfferInvalid."""
    from ledger.cli.bidding.completeness import is_answer, require_answer, require_complete
    from ledger.cli.bidding.offer import read_offer, values_of
    from ledger.evaluation.on_paper import SAMPLE

    if kind == SAMPLE:
        if offer is not None:
            raise ArgumentInvalid(argument="--offer", value=offer, why=say("a sample offers nothing"))
        return {}, None
    if offer is None:
        raise ArgumentMissing(argument="--offer", why=say("it says what stands on the paper"))
    bid = read_offer(offer, "--offer").bid
    try:
        if is_answer(facts.kind.name.lower()):
            require_answer(bid, criteria)
        elif criteria is not None:
            require_complete(bid, criteria)
    except BidIncomplete as error:
        return values_of(bid), error
    return values_of(bid), None
