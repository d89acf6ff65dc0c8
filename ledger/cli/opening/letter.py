"""``siegel opening letter``: writes to a tenderer, who fetches it with the receipt (``docs/opening.md``, letters)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.bid_number import spoken_bid
from ledger.cli import values
from ledger.cli.acts.making import known_process, read_document, resolve_organisation
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.opening.options import AsOption, OrganisationOption, ProcessArgument, RoundOption, ServerOption
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid

EXAMPLE = "siegel opening letter ocds-x-1 --bid 3 --subject Nachforderung --text letter.txt --answer-round 2"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "letter", example=EXAMPLE)(letter)


def letter(
    session: Session,
    process: ProcessArgument,
    bid: Annotated[str, typer.Option("--bid", metavar="N", help=say("number of the bid, from 1"))],
    subject: Annotated[str, typer.Option("--subject", metavar="TEXT", help=say("what it is about"))],
    text: Annotated[Path, typer.Option("--text", metavar="FILE", help=say("the letter, as text"))],
    answer_round: Annotated[
        int | None,
        typer.Option("--answer-round", min=1, help=say("supplement round in which the answer is handed in, sealed")),
    ] = None,
    as_: AsOption = None,
    server: ServerOption = None,
    round: RoundOption = 1,
    organisation: OrganisationOption = None,
) -> Answer:
    """Write to the tenderer of a bid; only whoever has its receipt can fetch it, with siegel bid post.

    Nobody is told that there is a letter: say so by e-mail, too. When it was first fetched, the server writes down.
    """
    from ledger.cli.opening.loading import load_round, round_bid
    from ledger.cli.opening.server import round_server
    from ledger.opening.answer_round import require_answer_round

    process_id = known_process(session, process, resolve_organisation(session, organisation))
    try:
        content = read_document(text, "--text").decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArgumentInvalid(argument="--text", value=text, why=values.why_unreadable(error)) from error
    sealed = load_round(session, process_id, round)
    whose = round_bid(sealed.facts, bid, "--bid")
    if answer_round is not None:
        chain = session.chain
        require_answer_round(chain.round(process_id, answer_round), process_id, answer_round, session.now())
    with round_server(session, server, sealed, session.signer(as_ or "officer-one")) as served:
        number = served.write(whose.author, subject, content, answer_round)
    said = say(
        "Letter {number} can be fetched by whoever has the receipt of bid {bid}.",
        number=number,
        bid=spoken_bid(whose.number),
    )
    return Answer({"process_id": process_id, "round": round, "bid": whose.number, "number": number}, [said])
