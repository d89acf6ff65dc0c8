"""Where the passphrase of a key comes from: a file, the environment, or the person at the terminal."""

from __future__ import annotations

import os
import sys

import typer

from ledger.cli.language import say
from ledger.errors import BackupPassphraseMissing, PassphraseMissing, SettingInvalid
from ledger.settings import Settings


def passphrase_for(key: str, settings: Settings, *, new: bool = False) -> str:
    """The passphrase of ``key``; asked twice for a ``new`` one.

    ``passphrase_file`` (its first line) goes before ``SIEGEL_PASSPHRASE``, the terminal comes last. Raises
    ``PassphraseMissing`` where nobody can be asked, ``SettingInvalid`` for an unreadable file.
    """
    if settings.passphrase_file is not None:
        # An empty one would leave the key unprotected without anybody having said so.
        if not (line := _first_line(settings)):
            raise PassphraseMissing(key=key)
        return line
    if given := os.environ.get("SIEGEL_PASSPHRASE"):
        return given
    if not sys.stdin.isatty():
        raise PassphraseMissing(key=key)
    return _asked(key, new)


def backup_passphrase(file: str, *, new: bool = False) -> str:
    """The passphrase of a backup: a secret of its own, for whoever opens the backup need not hold the keys' one.

    ``SIEGEL_BACKUP_PASSPHRASE``, else the terminal. Raises ``BackupPassphraseMissing`` where nobody can be asked.
    """
    if given := os.environ.get("SIEGEL_BACKUP_PASSPHRASE"):
        return given
    if not sys.stdin.isatty():
        raise BackupPassphraseMissing(file=file)
    return _asked(file, new)


def _asked(key: str, new: bool) -> str:
    question = say("New passphrase for {key}", key=key) if new else say("Passphrase of {key}", key=key)
    return str(typer.prompt(question, hide_input=True, confirmation_prompt=new, err=True))


def _first_line(settings: Settings) -> str:
    path = settings.passphrase_file
    assert path is not None
    try:
        return path.expanduser().read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingInvalid(setting="passphrase_file", value=path, why=str(error)) from error
