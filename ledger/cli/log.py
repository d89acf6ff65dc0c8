"""``siegel log``: the transparency log; ``siegel witness``: who outside signs how far they saw it."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command, group
from ledger.cli.language import say, say_count, say_error
from ledger.cli.session import Session
from ledger.cli.values import expected, shown_moment
from ledger.errors import ArgumentInvalid, ArgumentMissing, SiegelError

if TYPE_CHECKING:
    from ledger.evidence.log.cosignatures import CosignatureBook, Feeding
    from ledger.evidence.log.folder import LogFolder
    from ledger.evidence.timestamps import Backlog


def register(app: typer.Typer) -> None:
    """Adds both groups."""
    log = group("The transparency log: the list of blocks that witnesses outside watch.")
    command(log, "init", example="siegel log init --origin vergabe.musterbach.example")(init)
    command(log, "publish", example="siegel log publish")(publish)
    command(log, "status", example="siegel log status")(status)
    app.add_typer(log, name="log")
    witness = group("Witnesses: who is asked to sign how far they saw the log.")
    example = "siegel witness add witness.example+7e5ad1c0+BO... https://witness.example"
    command(witness, "add", example=example)(add)
    command(witness, "remove", example="siegel witness remove witness.example")(remove)
    command(witness, "list", example="siegel witness list")(list_)
    command(witness, "feed", example="siegel witness feed")(feed)
    app.add_typer(witness, name="witness")


def init(
    session: Session,
    origin: Annotated[
        str | None,
        typer.Option("--origin", metavar="NAME", help=say("the log's name: its address without scheme")),
    ] = None,
    successor: Annotated[
        bool, typer.Option("--successor", help=say("end the log for ever and begin its successor"))
    ] = False,
) -> Answer:
    """Make the home's transparency log, with a key of its own; siegel serve publishes it from its next start on.

    Without --origin the name is the public_url of the settings. The key is in no backup: after a restore --successor
    begins the next log, since a log that went on from an old copy would be refused by its witnesses.
    """
    from ledger.evidence.log.folder import create_log, create_successor

    settings = session.require_home()
    if successor:
        if origin is not None:
            why = say("a successor takes its name from the log before it")
            raise ArgumentInvalid(argument="--origin", value=origin, why=why)
        made = create_successor(settings.log_dir)
    else:
        if origin is None and settings.public_url is None:
            raise ArgumentMissing(argument="--origin", why=say("the log's name, or the setting public_url"))
        made = create_log(settings.log_dir, origin or (settings.public_url or "").partition("://")[2].rstrip("/"))
    lines = [
        say("The log {origin} begins.", origin=made.origin),
        say("Verifier key, for witnesses and policies: {key}", key=made.verifier_key),
        say("Anchor it, by two officers: {command}", command=_anchoring(made.folder / "vkey", made.origin)),
    ]
    return Answer({"origin": made.origin, "verifier_key": str(made.verifier_key), "folder": made.folder}, lines)


def _anchoring(key: Path, origin: str) -> str:
    """What two officers at one desk type, so that the key stands on the ledger."""
    words = ["siegel", "artifact", "register", "--kind", "log-key", "--file", str(key), "--name", origin]
    return shlex.join([*words, "--together-with", "officer-two"])


def publish(session: Session) -> Answer:
    """Log every block that the index has read; siegel serve does this, too."""
    from ledger.evidence.log.publisher import Publisher

    done = Publisher(session.require_home().log_dir, session.chain, session.index).publish()
    line = say_count(
        done.added,
        "{count} block logged; the log has {size}.",
        "{count} blocks logged; the log has {size}.",
        size=done.tree.size,
    )
    return Answer({"added": done.added, "size": done.tree.size, "root": done.tree.root}, [line])


def status(session: Session) -> Answer:
    """Say how far log, witnesses and time stamps are and what holds them up; exit code 1 if anything does."""
    from ledger.evidence.authorities import timestamps_of
    from ledger.evidence.log.publisher import Publisher
    from ledger.evidence.verify.header import read_header

    log, book = _log(session), _book(session)
    size = log.newest().size
    lines = [
        say_count(
            size, "The log {origin} has {count} block.", "The log {origin} has {count} blocks.", origin=log.origin
        ),
        say("Verifier key, for witnesses and policies: {key}", key=log.verifier_key),
    ]
    data: dict[str, Any] = {
        "origin": log.origin,
        "verifier_key": str(log.verifier_key),
        "size": size,
        "last": None,
        "failure": None,
    }
    try:
        Publisher(session.settings.log_dir, session.chain, session.index).check()
        if size:
            last = read_header(log.leaf(size - 1))
            data["last"] = {"block": last.number, "time": last.time}
            lines.append(say("The last is block {block} of {time}.", block=last.number, time=shown_moment(last.time)))
    except SiegelError as error:
        data["failure"] = error.name
        lines.append(say_error(error))
    feedings = book.feedings(log.origin)
    data["witnesses"] = [_as_data(each, size) for each in feedings]
    lines += [line for each in feedings for line in _lines(each, size)] or [say("No witness is asked.")]
    timestamps = timestamps_of(session.settings)
    backlogs = [] if timestamps is None else timestamps.backlog()
    data["timestamps"] = [asdict(each) for each in backlogs]
    lines += [line for each in backlogs for line in _backlog_lines(each)] or [
        say("No time-stamping authority is asked.")
    ]
    held_up = data["failure"] is not None or any(each.failure for each in feedings)
    held_up = held_up or any(each.failure for each in backlogs)
    return Answer(data, lines, exit_code=1 if held_up else 0)


def add(
    session: Session,
    key: Annotated[str, typer.Argument(metavar="KEY", help=say("the witness's verifier key: name+key id+key"))],
    url: Annotated[str, typer.Argument(metavar="URL", help=say("address under which it takes checkpoints"))],
) -> Answer:
    """Ask a witness from now on. Its operator must know the log's verifier key (siegel log status)."""
    _log(session)
    if not url.startswith(("https://", "http://")) or not url.isascii() or not url.isprintable() or " " in url:
        raise ArgumentInvalid(argument="URL", value=url, why=expected("https://witness.example"))
    added = _book(session).add(key, url)
    line = say("The witness {witness} is asked from now on.", witness=added.name)
    return Answer({"witness": added.name, "url": added.url}, [line])


def remove(
    session: Session, name: Annotated[str, typer.Argument(metavar="NAME", help=say("name of the witness"))]
) -> Answer:
    """Ask a witness no more. What it signed is kept."""
    _log(session)
    _book(session).remove(name)
    return Answer({"witness": name}, [say("The witness {witness} is asked no more.", witness=name)])


def list_(session: Session) -> Answer:
    """Say which witnesses are asked, and how far each is."""
    log = _log(session)
    size, feedings = log.newest().size, _book(session).feedings(log.origin)
    lines = [line for each in feedings for line in _lines(each, size)] or [say("No witness is asked.")]
    return Answer({"witnesses": [_as_data(each, size) for each in feedings]}, lines)


def feed(session: Session) -> Answer:
    """Ask every witness once to sign the newest checkpoint; exit code 1 if one did not. siegel serve does this, too."""
    from ledger.evidence.log.keeper import feed_all

    log, book = _log(session), _book(session)
    feed_all(log, book)
    answer, feedings, size = list_(session), book.feedings(log.origin), log.newest().size
    lines = list(answer.lines)
    if feedings and not size:
        lines.append(say("The log has no block yet, so there is nothing to sign. Next: siegel log publish"))
    missed = any(each.failure is not None or each.cosigned < max(size, 1) for each in feedings)
    return Answer(answer.data, lines, exit_code=1 if missed else 0)


def _log(session: Session) -> LogFolder:
    from ledger.evidence.log.folder import living_log

    return living_log(session.require_home().log_dir)


def _book(session: Session) -> CosignatureBook:
    from ledger.evidence.log.cosignatures import CosignatureBook

    return CosignatureBook(session.settings.log_dir)


def _as_data(feeding: Feeding, size: int) -> dict[str, Any]:
    failure = feeding.failure
    return {
        "name": feeding.witness.name,
        "key": str(feeding.witness.key),
        "url": feeding.witness.url,
        "cosigned": feeding.cosigned,
        "behind": max(0, size - feeding.cosigned),
        "failure": None
        if failure is None
        else {"name": failure.name, "values": failure.values, "since": failure.since},
    }


def _backlog_lines(backlog: Backlog) -> list[str]:
    if not backlog.checkpoints and not backlog.stamped:
        return [say("{authority} was not asked for a time stamp yet.", authority=backlog.authority)]
    if not backlog.checkpoints:
        return [say("{authority} has stamped all that it was asked for.", authority=backlog.authority)]
    lines = [
        say_count(
            backlog.checkpoints,
            "{count} checkpoint waits for a time stamp of {authority}.",
            "{count} checkpoints wait for a time stamp of {authority}.",
            authority=backlog.authority,
        )
    ]
    if backlog.since is not None and backlog.failure is not None:
        lines.append("  " + say("since {since}: {why}", since=shown_moment(int(backlog.since)), why=backlog.failure))
    return lines


def _lines(feeding: Feeding, size: int) -> list[str]:
    lines = [
        say(
            "{witness} signed {cosigned} of {size} blocks.",
            witness=feeding.witness.name,
            cosigned=feeding.cosigned,
            size=size,
        )
    ]
    if feeding.failure is not None:
        since, why = shown_moment(feeding.failure.since), say_error(feeding.failure.error)
        lines.append("  " + say("since {since}: {why}", since=since, why=why))
    return lines
