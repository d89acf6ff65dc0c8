"""``siegel opening tell``: lets tenderers see what the law lets them see of an opening (§ 14(6) VOB/A)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.acts.making import known_process, resolve_organisation
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.opening.options import AsOption, OrganisationOption, ProcessArgument, RoundOption, ServerOption
from ledger.cli.session import Session


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "tell", example="siegel opening tell ocds-x-1 --result result.json --as officer-one")(tell)


def tell(
    session: Session,
    process: ProcessArgument,
    result: Annotated[
        Path, typer.Option("--result", metavar="FILE", help=say("what siegel opening minutes --result wrote as JSON"))
    ],
    as_: AsOption = None,
    server: ServerOption = None,
    round: RoundOption = 1,
    organisation: OrganisationOption = None,
) -> Answer:
    """Let those whose bids were opened see the result of an opening; they ask for it with their receipt.

    Nobody else is shown it. Under VgV and UVgO tenderers are told nothing, and siegel opening minutes writes none.
    """
    from ledger.cli.opening.loading import load_round
    from ledger.cli.opening.server import round_server
    from ledger.ocds.json_text import read_json

    process_id = known_process(session, process, resolve_organisation(session, organisation))
    told = read_json(result.read_bytes())
    sealed = load_round(session, process_id, round)
    with round_server(session, server, sealed, session.signer(as_ or "officer-one")) as served:
        count = served.tell_result(told)
    said = say("{count} tenderers can see it, each with the own receipt: siegel bid result.", count=count)
    return Answer({"process_id": process_id, "round": round, "tenderers": count}, [said])
