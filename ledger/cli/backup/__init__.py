"""``siegel backup`` and ``siegel restore``: the home folder in one encrypted file."""

from __future__ import annotations

import errno
import shutil
import tempfile
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import Annotated

import typer
from pyrage import x25519

from ledger.cli.answer import Answer
from ledger.cli.backup.archive import Contents, describe
from ledger.cli.backup.draft import left_over, new_draft, publish
from ledger.cli.backup.encryption import Key, Keys, Passphrase, identities, recipient
from ledger.cli.backup.snapshot import picture_of
from ledger.cli.backup.transfer import seal, unpack, verify
from ledger.cli.command import command
from ledger.cli.holding import held, is_held
from ledger.cli.home import require_home
from ledger.cli.keys import opened_by
from ledger.cli.language import say, say_count
from ledger.cli.passphrase import backup_passphrase
from ledger.cli.session import Session
from ledger.cli.values import shown_moment
from ledger.durable import sync
from ledger.errors import ArgumentInvalid, BackupExists, BackupPassphraseReused, HomeExists, HomeVersionUnknown
from ledger.settings import HOME_VERSION, Settings

PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help=say("file whose first line is the backup's passphrase")),
]


def register(app: typer.Typer) -> None:
    """Adds both commands."""
    command(app, "backup", example="siegel backup friday.age")(backup)
    command(app, "restore", example="siegel restore friday.age --home ./restored")(restore)


def backup(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("the backup to write"))],
    to: Annotated[list[str], typer.Option("--recipient", metavar="AGE1...", help=say("age key to encrypt to"))] = [],  # noqa: B006
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Save settings, keys, chain, state and store of the home in one file, encrypted with age, also while it is in use.

    The passphrase file of the keys, and whatever else lies in the folder, is not in it.

    The file is read back before it gets its name. To a recipient's key alone nothing here can decrypt it, so then the
    same stream is also encrypted to a key of the moment, which is thrown away after the reading.
    """
    settings = session.require_home()
    if file.exists():
        raise BackupExists(path=file)
    for left in left_over(file.parent):
        session.tell(say("{path} is left from a backup that was cut off; it can be deleted.", path=left))
    closing, opening = _keys(settings, to, passphrase_file, file)
    draft = new_draft(file)
    try:
        with picture_of(settings) as sources:
            entries = tuple(describe(path, source) for path, source in sources.items())
            contents = Contents(settings.home_version, datetime.now(UTC).isoformat(timespec="seconds"), entries)
            seal(draft, closing, contents, sources)
        verify(draft, opening, contents)
        publish(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    size = file.stat().st_size
    data = {"file": file, "files": len(entries), "bytes": size, "made_at": contents.made_at, "verified": True}
    said = say_count(
        len(entries),
        "{file}: {count} file saved in {bytes} bytes, read back and compared.",
        "{file}: {count} files saved in {bytes} bytes, read back and compared.",
        file=file,
        bytes=size,
    )
    return Answer(data, [said, say("The index is not in it; siegel index rebuild makes it again.")])


def restore(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("the backup to read"))],
    identity: Annotated[
        Path | None, typer.Option("--identity", metavar="FILE", help=say("file of the age key"))
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Make a home folder from a backup, in an empty place only, and check it."""
    home = session.settings.home
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise HomeExists(home=home)
    if identity and passphrase_file:
        why = say("{option} is given, too", option="--identity")
        raise ArgumentInvalid(argument="--passphrase-file", value=passphrase_file, why=why)
    key = (
        Keys(identities=identities(identity)) if identity else Passphrase(backup_passphrase(file.name, passphrase_file))
    )
    home.parent.mkdir(parents=True, exist_ok=True)
    prefix = f"{home.name}.restoring-"
    for left in home.parent.glob(f"{escape(prefix)}*"):
        if not is_held(left) and left.exists():
            session.tell(say("{path} is left from a restoring that was cut off. It holds keys: delete it.", path=left))
    draft = Path(tempfile.mkdtemp(prefix=prefix, dir=home.parent))
    try:
        # Another restoring may be glancing at it.
        with held(draft, wait=True):
            contents = unpack(file, key, draft)
            settings = Settings.load(draft)
            if contents.home_version > HOME_VERSION:
                raise HomeVersionUnknown(home=file, found=contents.home_version, known=HOME_VERSION)
            require_home(settings)
            checked = _check_chain(settings)
            _take_place(draft, home)
    except BaseException:
        shutil.rmtree(draft)
        raise
    sync(home.parent)
    made_at = shown_moment(int(datetime.fromisoformat(contents.made_at).timestamp()))
    data = {"home": home, "files": len(contents.entries), "made_at": contents.made_at, "checked": checked}
    said = say_count(
        len(contents.entries),
        "{home}: {count} file of the backup of {made_at} restored; its digest is right.",
        "{home}: {count} files of the backup of {made_at} restored; every digest is right.",
        home=home,
        made_at=made_at,
    )
    return Answer(data, [said, *checked, say("Next: siegel index rebuild --home {home}", home=home)])


def _take_place(draft: Path, home: Path) -> None:
    """Renames a finished draft, durable to its last file. Raises ``HomeExists`` if a home came there meanwhile."""
    for path in (*draft.rglob("*"), draft):
        sync(path)
    try:
        # It takes the place of an empty folder and of nothing else.
        draft.rename(home)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise
        raise HomeExists(home=home) from error


def _check_chain(settings: Settings) -> list[str]:
    """Opens the restored chain and checks all of it. Raises what the node raises, and then nothing is restored."""
    if not settings.chain_dir.exists():
        return []
    from ledger.chain.node import EmbeddedNode

    with EmbeddedNode.open(settings.chain_dir) as node:
        node.verify()
        return [say("The chain was checked from hash to hash, up to block {block}.", block=node.head.block_number)]


def _keys(settings: Settings, recipients: list[str], passphrase_file: Path | None, file: Path) -> tuple[Key, Key]:
    if not recipients:
        passphrase = backup_passphrase(file.name, passphrase_file, new=True)
        if opened := opened_by(passphrase, settings):
            raise BackupPassphraseReused(key=opened)
        key = Passphrase(passphrase)
        return key, key
    if passphrase_file:
        why = say("{option} is given, too", option="--recipient")
        raise ArgumentInvalid(argument="--passphrase-file", value=passphrase_file, why=why)
    moment = x25519.Identity.generate()
    return Keys(recipients=[*map(recipient, recipients), moment.to_public()]), Keys(identities=[moment])
