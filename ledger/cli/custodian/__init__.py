"""``siegel custodian release | serve | status | log``: what a custodian does, by hand or unattended.

A custodian needs no node: it goes by bundles that verify under its own policy. Its sealing key stays here.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from ledger.bid_number import spoken_bid
from ledger.cli.answer import Answer
from ledger.cli.command import command, group
from ledger.cli.language import say, say_error
from ledger.cli.session import Session
from ledger.cli.values import duration, shown_moment
from ledger.errors import CustodianSilent

PolicyOption = Annotated[
    Path, typer.Option("--policy", metavar="FILE", help=say("whom this custodian trusts: a trust policy of its own"))
]
ServerOption = Annotated[str, typer.Option("--server", metavar="URL", help=say("server of the buyer's platform"))]
AsOption = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help=say("key that acts; default: the one with the only sealing key")),
]
WithoutOption = Annotated[
    bool,
    typer.Option(
        "--without-witnesses", help=say("release also if the policy asks for no witness: nobody saw the close")
    ),
]
AlarmOption = Annotated[str, typer.Option("--alarm-after", metavar="DURATION", help=say("how long it may be silent"))]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    custodian = group("Custodians: release shares of bids after a proven close.")
    releasing = "siegel custodian release 0x3a...01 --policy policy.json --server https://vergabe.example.org"
    command(custodian, "release", example=releasing)(release)
    serving = "siegel custodian serve --policy policy.json --server https://vergabe.example.org"
    command(custodian, "serve", example=serving)(serve)
    command(custodian, "status", example="siegel custodian status")(status)
    command(custodian, "log", example="siegel custodian log")(log)
    app.add_typer(custodian, name="custodian")


def release(
    session: Session,
    process: Annotated[str, typer.Argument(metavar="PROCESS", help=say("process id"))],
    policy: PolicyOption,
    server: ServerOption,
    as_: AsOption = None,
    round: Annotated[int, typer.Option("--round", min=1, help=say("number of the round"))] = 1,
    without_witnesses: WithoutOption = False,
) -> Answer:
    """Verify that the round is closed, by a bundle under the own policy, the own clock and what was seen before, and
    hand in the own shares of its bids, sealed to the officers.

    What is released and what is refused stands in the custodian's log before anything leaves.
    """
    from ledger.cli.custodian.work import Custodian
    from ledger.cli.values import digest

    with Custodian.opened(session, policy, server, as_, without_witnesses=without_witnesses) as custodian:
        released = custodian.release(digest(process, "PROCESS"), round)
    lines = [say("{count} shares are released.", count=len(released.contributions))]
    lines += [
        say("Bid {bid}: {why}", bid=spoken_bid(bid), why=say_error(error)) for bid, error in released.refused.items()
    ]
    refused = {bid: error.name for bid, error in released.refused.items()}
    return Answer({"released": len(released.contributions), "refused": refused}, lines)


def serve(
    session: Session,
    policy: PolicyOption,
    server: ServerOption,
    as_: AsOption = None,
    every: Annotated[
        str, typer.Option("--every", metavar="DURATION", help=say("how often the server is asked"))
    ] = "60s",
    alarm_after: AlarmOption = "15m",
    without_witnesses: WithoutOption = False,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation", metavar="SCHEME:ID", help=say("this custodian; default: the publisher of siegel.toml")
        ),
    ] = None,
) -> None:
    """Answer rehearsals and release after each proven close, unattended, until told to end.

    The last success is written down; exit code 1 if there was none for longer than --alarm-after, so that whatever
    keeps this running raises an alarm.
    """
    from ledger.cli.acts.making import resolve_organisation
    from ledger.cli.custodian.service import Service
    from ledger.cli.custodian.work import Custodian
    from ledger.cli.stopping import until_told

    pause, silence = duration(every, "--every"), duration(alarm_after, "--alarm-after")
    own = resolve_organisation(session, organisation)
    with (
        Custodian.opened(session, policy, server, as_, without_witnesses=without_witnesses) as custodian,
        until_told() as stop,
    ):
        session.tell(say("Looking at {server} every {every} (Ctrl-C ends it)", server=server, every=every))
        service = Service(custodian, own, session, pause)
        while not stop.is_set():
            service.look()
            service.require_heard(silence)
            stop.wait(pause)


def status(session: Session, alarm_after: AlarmOption = "15m") -> Answer:
    """Tell when the unattended service last did all its work; exit code 1 if that is too long ago."""
    from ledger.cli.custodian.work import folder_of, read_state

    state = read_state(folder_of(session.require_home()))
    at = state.last_success
    silent = at is None or time.time() - at > duration(alarm_after, "--alarm-after")
    when = say("never") if at is None else shown_moment(at)
    lines = [say("Last success: {when}", when=when)]
    if state.last_failure:
        lines.append(say("Last failure: {when}: {why}", when=shown_moment(state.failed_at), why=state.last_failure))
    if silent:
        session.warn(say_error(CustodianSilent(since=when, why=state.last_failure or say("nothing was tried"))))
    return Answer(state.written(), lines, exit_code=1 if silent else 0)


def log(session: Session) -> Answer:
    """Show what was released and what was refused, the newest last."""
    from ledger.cli.custodian.work import LOG, folder_of
    from ledger.opening.release_log import ReleaseLog

    entries = ReleaseLog(folder_of(session.require_home()) / LOG).read()
    lines = [
        " ".join(
            (
                shown_moment(int(entry["at"])), f"0x{entry['processId']}", str(entry["round"]),
                "" if "bid" not in entry else say("bid {bid}", bid=spoken_bid(entry["bid"])),
                say("released") if entry["did"] == "released" else say("refused: {why}", why=entry["sentence"]),
            )
        )
        for entry in entries
    ]  # fmt: skip
    return Answer({"entries": entries}, lines or [say("Nothing was released or refused here.")])
