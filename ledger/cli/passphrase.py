"""Where the passphrase of a key or backup comes from: a file, the environment, or the person at the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from ledger.cli.language import say
from ledger.cli.values import why_unreadable
from ledger.errors import (
    ArgumentInvalid,
    BackupPassphraseMissing,
    NewPassphraseMissing,
    PassphraseMissing,
    SettingInvalid,
)
from ledger.ocds.odd_characters import visible
from ledger.settings import Settings


def passphrase_for(key: str, settings: Settings, *, new: bool = False) -> str:
    """The passphrase of ``key``; asked twice for a ``new`` one.

    ``passphrase_file`` (its first line) goes before ``SIEGEL_PASSPHRASE``, the terminal comes last. Raises
    ``PassphraseMissing`` where nobody can be asked, ``SettingInvalid`` for an unreadable file.
    """
    known = known_passphrase(settings)
    # An empty one would leave the key unprotected without anybody having said so.
    if known == "" or (known is None and not sys.stdin.isatty()):
        raise PassphraseMissing(key=key)
    return _asked(key, new) if known is None else known


def known_passphrase(settings: Settings) -> str | None:
    """The passphrase that file or environment give for all keys; None if they give none."""
    if settings.passphrase_file is not None:
        try:
            return _first_line(settings.passphrase_file)
        except (OSError, UnicodeDecodeError) as error:
            # The operating system's words would repeat the name, which may be a passphrase typed in the wrong place.
            raise SettingInvalid(setting="passphrase_file", why=getattr(error, "strerror", None) or "UTF-8") from error
    return os.environ.get("SIEGEL_PASSPHRASE") or None


def own_passphrase(key: str, file: Path | None) -> str:
    """A new passphrase for a key that exists: the first line of ``file``, else asked for twice.

    What file and environment give for all keys is not taken. Raises ``NewPassphraseMissing``, ``ArgumentInvalid``.
    """
    if file is None and sys.stdin.isatty():
        return _asked(key, True)
    if file is None or not (line := passphrase_in(file, "--new-file")):
        raise NewPassphraseMissing(key=key)
    return line


def passphrase_in(file: Path, option: str) -> str:
    """The first line of a file that an option names. Raises ``ArgumentInvalid``."""
    try:
        return _first_line(file)
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentInvalid(argument=option, value=file, why=why_unreadable(error)) from error


def backup_passphrase(file: str, named: Path | None, *, new: bool = False) -> str:
    """The passphrase of a backup: a secret of its own, for whoever opens the backup need not hold the keys' one.

    The first line of the file ``named``, else ``SIEGEL_BACKUP_PASSPHRASE``, else the terminal. Raises
    ``BackupPassphraseMissing`` where nobody can be asked or the line is empty, ``ArgumentInvalid`` for an unreadable
    file.
    """
    if named is not None:
        given = passphrase_in(named, "--passphrase-file")
    else:
        given = os.environ.get("SIEGEL_BACKUP_PASSPHRASE", "")
        if not given and sys.stdin.isatty():
            return _asked(file, new)
    if not given:
        raise BackupPassphraseMissing(file=file)
    return given


def asked_passphrase(key: str) -> str:
    """The passphrase that whoever sits at the terminal types. Raises ``ArgumentInvalid`` where nobody does."""
    if not sys.stdin.isatty():
        why = say("nobody is there to type the passphrase: name a file with --passphrase-file")
        raise ArgumentInvalid(argument="--open", value=key, why=why)
    return _asked(key, False)


def _asked(key: str, new: bool) -> str:
    question = say("New passphrase for {key}", key=key) if new else say("Passphrase of {key}", key=key)
    again = say("The same once more") if new else False
    return str(typer.prompt(visible(question), hide_input=True, confirmation_prompt=again, err=True))


def _first_line(path: Path) -> str:
    return path.expanduser().read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
