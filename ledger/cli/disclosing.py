"""``siegel disclose``: notices that were anchored under embargo become public."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ledger.chain.identifiers import process_id
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say, say_error
from ledger.cli.session import Session
from ledger.cli.values import digest, is_digest, shown_moment
from ledger.errors import ArgumentInvalid, ArgumentMissing, EmbargoUnknown, ReleaseEmbargoed, SiegelError

if TYPE_CHECKING:
    from ledger.store.embargoes import Embargo

_ACTOR: Final = "siegel disclose"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "disclose", example="siegel disclose ocds-x-1 --early 'TED 712345-2026'")(disclose)


def disclose(
    session: Session,
    process: Annotated[
        str | None,
        typer.Argument(metavar="PROCESS", help=say("process id, or ocid; default: all whose embargo is over")),
    ] = None,
    early: Annotated[
        str | None,
        typer.Option("--early", metavar="GROUND", help=say("before the moment: its number in TED, or another ground")),
    ] = None,
    release: Annotated[
        str | None, typer.Option("--release", metavar="ID", help=say("only the release of that id"))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("only say what would be done"))] = False,
) -> Answer:
    """Show notices whose embargo is over to everybody; one of a process also before that, for a ground.

    siegel serve discloses what is due by itself. No key is needed, because the ledger holds the digest already. Exit
    code 1 if something could not be disclosed.
    """
    from ledger.store.embargoes import DUE

    session.require_home()
    if process is None and (early is not None or release is not None):
        raise ArgumentMissing(argument="PROCESS", why=say("whose notice it is"))
    if early is not None and not early.strip():
        raise ArgumentInvalid(argument="--early", value=early, why=say("the audit trail names the ground"))
    now = int(time.time())
    open_ = session.releases.embargoed()
    chosen = _of(open_, process, release) if process is not None else [each for each in open_ if each.until <= now]
    for each in chosen:
        if each.until > now and early is None:
            raise ReleaseEmbargoed(digest=each.digest, until=shown_moment(each.until))
    failed: list[tuple[Embargo, SiegelError]] = []
    for each in chosen:
        try:
            if not dry_run:
                why = DUE if each.until <= now else str(early)
                session.releases.end_embargo(each.digest, actor=_ACTOR, why=why)
        except SiegelError as error:
            failed.append((each, error))
    lost = {each.digest for each, _ in failed}
    done = [each for each in chosen if each.digest not in lost]
    return _answer(done, failed, [each for each in open_ if each not in chosen], dry_run=dry_run)


def _of(open_: list[Embargo], process: str, release: str | None) -> list[Embargo]:
    wanted = digest(process, "PROCESS") if is_digest(process) else None
    found = [
        each
        for each in open_
        if (process_id(each.organisation_id, each.ocid) == wanted if wanted else each.ocid == process)
        and release in (None, each.release_id)
    ]
    if not found:
        raise EmbargoUnknown(process=process)
    return found


def _answer(
    done: list[Embargo], failed: list[tuple[Embargo, SiegelError]], left: list[Embargo], *, dry_run: bool
) -> Answer:
    data: dict[str, Any] = {
        "disclosed": done,
        "failed": [{**_named(each), "error": error.name, "sentence": say_error(error)} for each, error in failed],
        "embargoed": left,
        "dry_run": dry_run,
    }
    lines = [
        say("{release} of {ocid} would be disclosed.", **_named(each))
        if dry_run
        else say("{release} of {ocid} is disclosed.", **_named(each))
        for each in done
    ]
    lines += [f"{each.release_id}: {say_error(error)} [{error.name}]" for each, error in failed]
    lines += [
        say("{release} of {ocid} is under embargo until {time}.", **_named(each), time=shown_moment(each.until))
        for each in left
    ]
    return Answer(data, lines or [say("Nothing is under embargo.")], exit_code=1 if failed else 0)


def _named(embargo: Embargo) -> dict[str, Any]:
    return {"release": embargo.release_id, "ocid": embargo.ocid}
