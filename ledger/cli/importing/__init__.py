"""``siegel import``: OCDS files onto the ledger."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.chain.identifiers import organisation_id
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.importing.account import FileAccount, lines_of
from ledger.cli.importing.foreign import require_own
from ledger.cli.language import say
from ledger.cli.organisations import OBSERVER_SCHEME
from ledger.cli.progress import progress
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid
from ledger.ocds.importer import SourceRelease
from ledger.ocds.privacy import policy_named
from ledger.settings import Settings

Admit = Callable[[SourceRelease], None]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "import", example="siegel import --observer downloads/")(import_)


def import_(
    session: Session,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help=say("files, or folders of .json files"))],
    observer: Annotated[bool, typer.Option("--observer", help=say("anchor notices of others, as observed"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("only say what would be done"))] = False,
    conceal: Annotated[
        str, typer.Option("--conceal", metavar="none|standard|cautious", help=say("personal fields to make erasable"))
    ] = "standard",
    as_: Annotated[str | None, typer.Option("--as", metavar="NAME", help=say("key of the publisher"))] = None,
) -> Answer:
    """Anchor OCDS releases, packages and records: each release once, in the order of their dates.

    Giving the same files again anchors nothing twice, and an interrupted import goes on where it stopped. Exit code 1
    if anything was refused; everything else is anchored all the same.
    """
    from ledger.cli.importing.anchoring import anchor
    from ledger.cli.settling import settle_recorded
    from ledger.store.importing import files_of, prepare_import

    settings = session.require_home()
    policy = policy_named(conceal)
    files = list(files_of(paths))
    for path in files:
        if not path.is_file():
            raise ArgumentInvalid(argument="PATH", value=path, why=say("there is no such file"))
    admit = admission(settings, observer)
    if dry_run:
        return _answer([_inspected(path, admit, settings.ocid_prefix) for path in files], anchored=None)
    organisation = organisation_of(settings, observer)
    signer = session.signer(as_ or ("observer" if observer else "publisher"))
    with one_at_a_time(settings):
        session.chain.settle(signer.account)
        settle_recorded(session.chain, session.state, organisation)
        accounts = []
        with progress(say("reading"), len(files)) as advance:
            prefix = settings.ocid_prefix
            for done in prepare_import(files, session.releases, organisation, policy, admit=admit, ocid_prefix=prefix):
                accounts.append(FileAccount(done.path, done.report, len(done.new), len(done.known)))
                advance(1)
        with progress(say("anchoring"), len(session.releases.waiting(organisation))) as advance:
            anchored = anchor(session.chain, session.releases, organisation, signer, session.now(), advance)
    return _answer(accounts, anchored)


def organisation_of(settings: Settings, observer: bool) -> bytes:
    """The home's buyer, or its observer. Raises ArgumentInvalid where the home names no publisher."""
    publisher = settings.publisher
    if not publisher.scheme or not publisher.uid:
        raise ArgumentInvalid(argument="[publisher] scheme, uid", value="-", why=str(settings.toml_path))
    return organisation_id(OBSERVER_SCHEME if observer else publisher.scheme, publisher.uid)


def admission(settings: Settings, observer: bool) -> Admit | None:
    """What refuses the notices of others, unless they are anchored as an observer."""
    return None if observer else lambda found: require_own(found, settings.publisher)


def _inspected(path: Path, admit: Admit | None, ocid_prefix: str) -> FileAccount:
    from ledger.store.importing import inspect_file

    found = inspect_file(path, admit, ocid_prefix=ocid_prefix)
    return FileAccount(path, found.report, len(found.releases), 0)


def _answer(accounts: list[FileAccount], anchored: int | None) -> Answer:
    refused = [account for account in accounts if account.report.refused]
    data: dict[str, Any] = {
        "files": [account.as_json() for account in accounts],
        "anchored": anchored,
        "dry_run": anchored is None,
        "files_with_refusals": len(refused),
    }
    lines = [line for account in accounts for line in lines_of(account)]
    new = sum(account.new for account in accounts)
    known = sum(account.known for account in accounts)
    if anchored is None:
        lines.append(say("{files} files, {new} releases to anchor. Nothing was written.", files=len(accounts), new=new))
    else:
        lines.append(
            say(
                "{files} files: {new} releases new, {known} known before, {anchored} anchored now.",
                files=len(accounts),
                new=new,
                known=known,
                anchored=anchored,
            )
        )
    if refused:
        lines.append(say("Something was refused in {count} files; see above.", count=len(refused)))
    return Answer(data, lines, exit_code=1 if refused else 0)


@contextmanager
def one_at_a_time(settings: Settings) -> Iterator[None]:
    """Two imports of one home would both send what waits; the second one waits instead."""
    with (settings.home / "import.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
