"""``siegel key``: the keystore files of a home (version 3, one account a file)."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command, group
from ledger.cli.home import replace_file
from ledger.cli.language import say
from ledger.cli.passphrase import own_passphrase, passphrase_for, passphrase_in
from ledger.cli.sealing_keys import create_sealing_key, public_key
from ledger.cli.session import Session
from ledger.cli.values import why_unreadable
from ledger.errors import (
    ArgumentInvalid,
    KeyNameInvalid,
    KeystoreUnreadable,
    KeyUnknown,
    PassphraseUnchanged,
    WrongPassphrase,
)
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.chain.signers import Signer

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SECRET: Final = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")
_CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1 (SEC 2, 2.4.1): private keys are the numbers below it."""

Name = Annotated[str, typer.Argument(metavar="NAME", help=say("name of the key, as in officer-one"))]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    keys = group("Keys: the accounts that sign, each in a file under a passphrase.")
    command(keys, "new", example="siegel key new officer-four")(new)
    command(keys, "import", example="siegel key import officer-four keystore.json")(import_)
    command(keys, "passphrase", example="siegel key passphrase officer-two")(passphrase)
    command(keys, "list", example="siegel key list")(list_)
    command(keys, "sealing", example="siegel key sealing officer-one")(sealing)
    app.add_typer(keys, name="key")


def new(session: Session, name: Name) -> Answer:
    """Make a new key; its account is then admitted with the registry commands."""
    from ledger.chain.signers import create_keystore

    path = new_key_path(session.require_home(), name)
    signer = create_keystore(path, passphrase_for(name, session.settings, new=True))
    return _made(name, signer, path)


def import_(
    session: Session,
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("keystore or private key as hex; - reads it"))],
) -> Answer:
    """Take in an existing key: a keystore file, or a file with a private key as 64 hex digits.

    A private key is never taken as an argument, because arguments stand in the shell's history.
    """
    from ledger.chain.signers import KeystoreSigner, create_keystore

    path = new_key_path(session.require_home(), name)
    try:
        content = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentInvalid(argument="FILE", value=file, why=why_unreadable(error)) from error
    if (secret := _SECRET.fullmatch(content.strip())) is not None:
        if not 0 < int(secret[1], 16) < _CURVE_ORDER:
            raise ArgumentInvalid(argument="FILE", value=file, why=say("it is no private key of secp256k1"))
        key = bytes.fromhex(secret[1])
        return _made(name, create_keystore(path, passphrase_for(name, session.settings, new=True), key=key), path)
    if str(file) == "-":
        raise ArgumentInvalid(argument="FILE", value="-", why=say("{digits} hex digits are expected", digits=64))
    # Opened before it is taken in: a key that nobody can open is worth nothing when it is needed.
    signer = KeystoreSigner.load(file, passphrase_for(name, session.settings))
    with path.open("x", encoding="utf-8") as target:
        path.chmod(0o600)
        target.write(content)
    return _made(name, signer, path)


def passphrase(
    session: Session,
    name: Name,
    old_file: Annotated[
        Path | None, typer.Option("--old-file", metavar="FILE", help=say("file with the old passphrase (first line)"))
    ] = None,
    new_file: Annotated[
        Path | None, typer.Option("--new-file", metavar="FILE", help=say("file with the new passphrase (first line)"))
    ] = None,
) -> Answer:
    """Give a key a passphrase of its own, as after init, where all keys share one; the account stays the same.

    Without --old-file the old passphrase comes from where every command takes it, without --new-file the new one is
    asked for. The file is replaced at once or not at all. Copies of it, backups too, still open with the old
    passphrase, and a sealing key of the same name keeps its own.
    """
    from ledger.chain.signers import KeystoreSigner

    path = key_path(session.require_home(), name)
    old = passphrase_in(old_file, "--old-file") if old_file else passphrase_for(name, session.settings)
    # A wrong one is told before anybody thinks of a new one.
    signer = KeystoreSigner.load(path, old)
    new = own_passphrase(name, new_file)
    if new == old:
        raise PassphraseUnchanged(key=name)
    replace_file(path, signer.keystore(new))
    return Answer(
        {"name": name, "account": signer.account, "file": path},
        [
            say("{file} opens with the new passphrase only.", file=path),
            say("Copies and backups made before still open with the old one: make a new backup, delete the copies."),
        ],
    )


def list_(session: Session) -> Answer:
    """Show the keys of this home and their accounts; no passphrase is needed."""
    from ledger.chain.signers import keystore_account

    settings = session.require_home()
    found = {name: keystore_account(key_path(settings, name)) for name in key_names(settings)}
    lines = [f"{name:<16} 0x{account.hex()}" for name, account in found.items()]
    keys = [{"name": name, "account": account} for name, account in found.items()]
    return Answer({"keys": keys}, lines or [say("There are no keys in {folder}.", folder=settings.keys_dir)])


def sealing(session: Session, name: Name) -> Answer:
    """Make an officer's or custodian's sealing key and show its public half for a key set.

    If the key exists already, only the public half is shown.
    """
    settings = session.require_home()
    _check_name(name)
    path = sealing_key_path(settings, name)
    passphrase = passphrase_for(name, settings, new=not path.exists())
    found = public_key(path, passphrase) if path.exists() else create_sealing_key(path, passphrase)
    return Answer({"name": name, "public_key": found, "file": path}, [f"{name} 0x{found.hex()}"])


def _made(name: str, signer: Signer, path: Path) -> Answer:
    data = {"name": name, "account": signer.account, "file": path}
    return Answer(
        data,
        [
            f"{name} 0x{signer.account.hex()}",
            say("Its file is {file}. Without its passphrase it is lost; siegel backup keeps a copy.", file=path),
        ],
    )


def key_names(settings: Settings) -> list[str]:
    """The keys of a home, in alphabetical order."""
    return sorted(path.stem for path in settings.keys_dir.glob("*.json"))


def opened_by(passphrase: str, settings: Settings) -> Path | None:
    """A key file of this home that the passphrase opens, or None. Each keystore takes about a second."""
    for path in sorted(settings.keys_dir.glob("*.sealing.pem")):
        with suppress(WrongPassphrase, KeystoreUnreadable):
            public_key(path, passphrase)
            return path
    return next(
        (settings.keys_dir / f"{name}.json" for name in key_names(settings) if opens(passphrase, settings, name)), None
    )


def opens(passphrase: str, settings: Settings, name: str) -> bool:
    """Whether the passphrase opens the keystore of that name."""
    from ledger.chain.signers import KeystoreSigner

    try:
        KeystoreSigner.load(settings.keys_dir / f"{name}.json", passphrase)
    except (WrongPassphrase, KeystoreUnreadable):
        return False
    return True


def key_path(settings: Settings, name: str) -> Path:
    """The file of an existing key. Raises ``KeyUnknown``, ``KeyNameInvalid``."""
    _check_name(name)
    path = settings.keys_dir / f"{name}.json"
    if not path.exists():
        raise KeyUnknown(key=name, folder=settings.keys_dir, known=", ".join(key_names(settings)) or "-")
    return path


def new_key_path(settings: Settings, name: str) -> Path:
    """The file of a key to be made. Raises ``KeyNameInvalid``; an existing file is refused when it is written."""
    _check_name(name)
    return settings.keys_dir / f"{name}.json"


def sealing_key_path(settings: Settings, name: str) -> Path:
    """The file of a sealing key, which opens shares and signs nothing."""
    return settings.keys_dir / f"{name}.sealing.pem"


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise KeyNameInvalid(key=name)
