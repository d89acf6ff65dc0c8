"""``siegel import``: notices of others, in whatever file they come, onto the ledger."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.chain.identifiers import organisation_id
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.importing.foreign import require_own
from ledger.cli.language import say, say_count
from ledger.cli.organisations import OBSERVER_SCHEME
from ledger.cli.progress import progress
from ledger.cli.session import Session
from ledger.cli.values import exact_moment, shown_moment
from ledger.errors import ArgumentInvalid, ArgumentMissing, SiegelError
from ledger.ocds.importer import SourceRelease
from ledger.ocds.privacy import policy_named
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.cli.importing.account import Accounts

Admit = Callable[[SourceRelease], None]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "import", example="siegel import --observer downloads/")(import_)


def import_(
    session: Session,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help=say("files, ZIPs, or folders of them"))],
    observer: Annotated[bool, typer.Option("--observer", help=say("anchor notices of others, as observed"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("only say what would be done"))] = False,
    conceal: Annotated[
        str, typer.Option("--conceal", metavar="none|standard|cautious", help=say("personal fields to make erasable"))
    ] = "standard",
    embargo_until: Annotated[
        str | None,
        typer.Option("--embargo-until", metavar="TIME", help=say("withhold what is new until then (VgV § 40)")),
    ] = None,
    as_: Annotated[str | None, typer.Option("--as", metavar="NAME", help=say("key of the publisher"))] = None,
) -> Answer:
    """Anchor OCDS releases, packages and records: each release once, in the order of their dates.

    Giving the same files again anchors nothing twice, and an interrupted import goes on where it stopped. Exit code 1
    if anything was refused; everything else is anchored all the same.
    """
    from ledger.cli.importing.account import Accounts, total_bytes
    from ledger.cli.importing.anchoring import anchor
    from ledger.cli.settling import settle_recorded
    from ledger.store.importing import files_of, prepare_import, try_import
    from ledger.store.looking import releases_to_look_at

    settings = session.require_home()
    policy = policy_named(conceal)
    until = embargo_end(embargo_until, observer)
    accounts = Accounts(full=session.json)
    files = list(files_of(paths, accounts.pass_over))
    for path in files:
        if not path.is_file():
            raise ArgumentInvalid(argument="PATH", value=path, why=say("there is no such file"))
    how: dict[str, Any] = {
        "admit": admission(settings, observer),
        "pass_over": accounts.pass_over,
        "ocid_prefix": settings.ocid_prefix,
        "embargo_until": until,
    }
    organisation = organisation_of(settings, observer)
    if dry_run:
        with (
            releases_to_look_at(settings.state_url, settings.store_dir) as releases,
            progress(say("reading"), total_bytes(files)) as advance,
        ):
            for done in try_import(files, releases, organisation, policy, **how):
                accounts.add(done)
                advance(done.step)
        return _answer(accounts, None, until)
    signer = session.signer(as_ or ("observer" if observer else "publisher"))
    with one_at_a_time(settings):
        session.chain.settle(signer.account)
        settle_recorded(session.chain, session.state, organisation)
        with progress(say("reading"), total_bytes(files)) as advance:
            for done in prepare_import(files, session.releases, organisation, policy, **how):
                accounts.add(done)
                advance(done.step)
        waiting = len(session.releases.waiting(organisation))
        try:
            with progress(say("anchoring"), waiting) as advance:
                anchored = anchor(session.chain, session.releases, organisation, signer, session.now, advance)
        except SiegelError:
            left = len(session.releases.waiting(organisation))
            session.tell(
                say(
                    "{left} of {waiting} releases are kept here and not known to be on the ledger yet. Nothing is "
                    "lost: give the same command again once the cause below is gone.",
                    left=left,
                    waiting=waiting,
                )
            )
            raise
    return _answer(accounts, anchored, until)


def organisation_of(settings: Settings, observer: bool) -> bytes:
    """The home's buyer, or its observer. Raises ArgumentInvalid where the home names no publisher."""
    publisher = settings.publisher
    if not publisher.scheme or not publisher.uid:
        raise ArgumentMissing(argument="[publisher] scheme, uid", why=str(settings.toml_path))
    return organisation_id(OBSERVER_SCHEME if observer else publisher.scheme, publisher.uid)


def admission(settings: Settings, observer: bool) -> Admit | None:
    """What refuses the notices of others, unless they are anchored as an observer."""
    return None if observer else lambda found: require_own(found, settings.publisher)


def embargo_end(typed: str | None, observer: bool = False) -> int | None:
    """When the embargo ends that ``--embargo-until`` asks for, in seconds since 1970.

    Raises ArgumentInvalid (also for an observer, who has nothing to withhold), EmbargoPast, EmbargoTooLong.
    """
    from ledger.store.embargoes import require_moment

    if typed is None:
        return None
    if observer:
        why = say("an observer anchors what is public already")
        raise ArgumentInvalid(argument="--embargo-until", value=typed, why=why)
    until = exact_moment(typed, "--embargo-until")
    require_moment(until, int(time.time()))
    return until


def _answer(accounts: Accounts, anchored: int | None, until: int | None) -> Answer:
    data: dict[str, Any] = {
        "files": accounts.told,
        "totals": accounts.totals(),
        "anchored": anchored,
        "dry_run": anchored is None,
        "embargo_until": until,
        "files_with_refusals": accounts.with_refusals,
    }
    lines = list(accounts.lines())
    files, new, known = len(accounts.files), accounts.new, accounts.known
    if anchored is None:
        lines.append(
            say(
                "{files}: {new} to anchor, {known} known before, {conflicting} in conflict with known ones. Nothing "
                "was written.",
                files=_files(files),
                new=_releases(new),
                known=known,
                conflicting=accounts.totals()["conflicting"],
            )
        )
    else:
        lines.append(
            say(
                "{files}: {new} new, {known} known before, {anchored} anchored now.",
                files=_files(files),
                new=_releases(new),
                known=known,
                anchored=anchored,
            )
        )
    if until is not None and accounts.new:
        lines.append(say("What is new is under embargo until {time}.", time=shown_moment(until)))
    if accounts.with_refusals:
        lines.append(
            say_count(
                accounts.with_refusals,
                "Something was refused in {count} document; see above.",
                "Something was refused in {count} documents; see above.",
            )
        )
    return Answer(data, lines, exit_code=1 if accounts.with_refusals else 0)


def _files(count: int) -> str:
    return say_count(count, "{count} file", "{count} files")


def _releases(count: int) -> str:
    return say_count(count, "{count} release", "{count} releases")


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Two imports of one home would both send what waits; the second one waits instead."""
    with (settings.home / "import.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
