"""``siegel demo``: a fictional town with its procedures, everything in one process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.cli.stopping import ends_normally
from ledger.settings import default_home

if TYPE_CHECKING:
    from ledger.cli.demo.checks import Outcome


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "demo", example="siegel demo --check")(demo)


def demo(
    session: Session,
    check: Annotated[bool, typer.Option("--check", help=say("check the story in a temporary home, and end"))] = False,
    without_tampering: Annotated[
        bool, typer.Option("--without-tampering", help=say("leave out the alteration that is to be noticed"))
    ] = False,
    port: Annotated[int | None, typer.Option("--port", help=say("port of the pages; 0 takes a free one"))] = None,
) -> Answer | None:
    """Show a fictional town: node, index, API and pages in one process, with eight procedures that tell a story.

    Around them are some hundreds of the years before, so that search, statistics and lists have something to show, and
    a neighbour's notices of which one vanished and one was changed. The town is kept; started again, its chain goes on.
    With --check nothing stays: the story is played in a temporary home, one line is printed for each check, and the
    exit code is 0 only if all hold.
    """
    if check:
        return _checked(session, tampering=not without_tampering)
    from api.server import run
    from ledger.cli.demo.running import application, free_port, node_answers, without_the_alarm
    from ledger.cli.demo.seeding import open_demo
    from ledger.cli.demo.telling import told_lines

    home = session.settings.home
    if home == default_home():
        # A real home is never taken for the demo's.
        home = default_home().with_name("siegel-demo")
    if not home.exists():
        session.tell(say("The town's last years are being played; this takes up to half a minute."))
    with (
        open_demo(home, tampering=not without_tampering) as opened,
        node_answers(opened) as rpc_url,
        without_the_alarm(),
    ):

        def started(url: str) -> None:
            for line in told_lines(opened, url, rpc_url):
                session.tell(line)

        wished = free_port(session.settings.port) if port is None else port
        with ends_normally():
            run(application(opened), "127.0.0.1", wished, started=started)
    return None


def _checked(session: Session, *, tampering: bool) -> Answer:
    from ledger.cli.demo.checks import run_checks, went_on
    from ledger.cli.demo.running import application, for_a_while, without_the_alarm
    from ledger.cli.demo.seeding import open_demo

    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="siegel-demo-") as folder:
        home = Path(folder) / "home"
        with open_demo(home, tampering=tampering) as made:
            first = (made.chain.chain_id, made.chain.block_number())
        with open_demo(home) as opened:
            again = (opened.chain.chain_id, opened.chain.block_number())
            with without_the_alarm(), for_a_while(application(opened)) as url:
                for outcome in (went_on(first, again), *run_checks(opened, url)):
                    outcomes.append(outcome)
                    _tell_outcome(session, outcome)
    passed = sum(outcome.passed for outcome in outcomes)
    summary = say("{passed} of {count} checks hold.", passed=passed, count=len(outcomes))
    return Answer({"checks": outcomes}, [summary], exit_code=0 if passed == len(outcomes) else 1)


def _tell_outcome(session: Session, outcome: Outcome) -> None:
    session.tell(f"{say('ok') if outcome.passed else say('FAILED'):<7} {outcome.name}: {outcome.seen}")
