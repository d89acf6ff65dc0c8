"""Where the passphrase of a key or backup comes from: a file, the environment, or the person at the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from ledger.cli.language import say
from ledger.errors import ArgumentInvalid, BackupPassphraseMissing, PassphraseMissing, SettingInvalid
from ledger.settings import Settings


def passphrase_for(key: str, settings: Settings, *, new: bool = False) -> str:
    """The passphrase of ``key``; asked twice for a ``new`` one.

    ``passphrase_file`` (its first line) goes before ``SIEGEL_PASSPHRASE``, the terminal comes last. Raises
    ``PassphraseMissing`` where nobody can be asked, ``SettingInvalid`` for an unreadable file.
    """
    if settings.passphrase_file is not None:
        try:
            line = _first_line(settings.passphrase_file)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingInvalid(setting="passphrase_file", value=settings.passphrase_file, why=str(error)) from error
        # An empty one would leave the key unprotected without anybody having said so.
        if not line:
            raise PassphraseMissing(key=key)
        return line
    if given := os.environ.get("SIEGEL_PASSPHRASE"):
        return given
    if not sys.stdin.isatty():
        raise PassphraseMissing(key=key)
    return _asked(key, new)


def backup_passphrase(file: str, named: Path | None, *, new: bool = False) -> str:
    """The passphrase of a backup: a secret of its own, for whoever opens the backup need not hold the keys' one.

    The first line of the file ``named``, else ``SIEGEL_BACKUP_PASSPHRASE``, else the terminal. Raises
    ``BackupPassphraseMissing`` where nobody can be asked or the line is empty, ``ArgumentInvalid`` for an unreadable
    file.
    """
    if named is not None:
        try:
            given = _first_line(named)
        except (OSError, UnicodeDecodeError) as error:
            raise ArgumentInvalid(argument="--passphrase-file", value=named, why=str(error)) from error
    else:
        given = os.environ.get("SIEGEL_BACKUP_PASSPHRASE", "")
        if not given and sys.stdin.isatty():
            return _asked(file, new)
    if not given:
        raise BackupPassphraseMissing(file=file)
    return given


def _asked(key: str, new: bool) -> str:
    question = say("New passphrase for {key}", key=key) if new else say("Passphrase of {key}", key=key)
    return str(typer.prompt(question, hide_input=True, confirmation_prompt=new, err=True))


def _first_line(path: Path) -> str:
    return path.expanduser().read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
