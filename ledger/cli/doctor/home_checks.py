"""The doctor's look at folder, keys, settings, disk and clock; needs no chain."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger.chain.signers import keystore_account
from ledger.cli.doctor.finding import Finding, note, well, wrong
from ledger.cli.keys import key_names, opens
from ledger.cli.language import say, say_count
from ledger.cli.passphrase import known_passphrase
from ledger.errors import SiegelError
from ledger.settings import HOME_VERSION, OUTSIDE_SETTINGS, Settings

LEAST_FREE_BYTES: Final = 1_000_000_000
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def version(settings: Settings) -> Iterator[Finding]:
    """The home's format."""
    yield well("home", say("{home} has the format {version}.", home=settings.home, version=HOME_VERSION))


def permissions(settings: Settings) -> Iterator[Finding]:
    """Keys, confidential objects and state are for their owner alone."""
    private = [settings.home, settings.keys_dir, *settings.keys_dir.glob("*"), settings.home / "state.sqlite"]
    private += settings.log_dir.glob("*/key")
    open_ones = [path for path in private if path.exists() and _is_exposed(path, settings)]
    if not open_ones:
        yield well("permissions", say("Nobody else on this machine can read keys and state."))
    for path in open_ones:
        yield wrong(
            "permissions",
            say("Others on this machine can read {path}.", path=path),
            f"chmod go-rwx {path}",
        )


def _is_exposed(path: Path, settings: Settings) -> bool:
    # What lies in a closed folder cannot be reached, whatever its own mode says.
    return bool(path.stat().st_mode & _OTHERS) and bool(settings.home.stat().st_mode & _OTHERS)


def keys(settings: Settings) -> Iterator[Finding]:
    """Every key file can be read and names an account."""
    names = key_names(settings)
    broken = False
    for name in names:
        try:
            keystore_account(settings.keys_dir / f"{name}.json")
        except SiegelError as error:
            broken = True
            yield wrong("keys", str(error), say("Restore the file from a backup: siegel restore"))
    if not broken:
        yield well("keys", say_count(len(names), "{count} key, readable.", "{count} keys, all readable."))


def passphrases(settings: Settings) -> Iterator[Finding]:
    """Whoever knows the one passphrase of two officers' keys is two officers. Seen only where it is known anyway."""
    known = known_passphrase(settings)
    if not known:
        return
    shared = [name for name in key_names(settings) if opens(known, settings, name)]
    if len(shared) > 1:
        yield note(
            "passphrases",
            say("{count} keys open with one and the same passphrase: {names}.", count=len(shared),
                names=", ".join(shared)),
            say("Let each holder give the own key another: siegel key passphrase NAME"),
        )  # fmt: skip
    else:
        yield well("passphrases", say("The passphrase that the settings give opens no more than one key."))


def environment(settings: Settings) -> Iterator[Finding]:
    """Variables that look like settings and are none are usually typing errors."""
    known = {f"SIEGEL_{name.upper()}" for name in Settings.model_fields} | OUTSIDE_SETTINGS
    unknown = [
        name
        for name in os.environ
        if name.startswith("SIEGEL_") and name not in known and name.split("__")[0] not in known
    ]
    if not unknown:
        yield well("settings", say("{file} is readable; no unknown SIEGEL_ variables.", file=settings.toml_path))
    for name in sorted(unknown):
        yield wrong("settings", say("{name} is no setting.", name=name), say("docs/settings.md lists all settings."))


def operator(settings: Settings) -> Iterator[Finding]:
    """Imprint (DDG § 5), privacy (DSGVO Art. 13) and accessibility (BITV 2.0 § 7) need an operator's words."""
    from explorer.legal_pages import REQUIRED, missing

    # In the order of the pages, each once.
    lacking = dict.fromkeys(name for page in REQUIRED for name in missing(settings.operator, page))
    if lacking:
        yield note(
            "operator",
            say("The legal pages lack: {names}.", names=", ".join(lacking)),
            say("Fill in [operator] in {file}.", file=settings.toml_path),
        )
    else:
        yield well("operator", say("Imprint, privacy and accessibility pages are filled in."))


def disk(settings: Settings) -> Iterator[Finding]:
    """A chain that cannot write stops."""
    free = shutil.disk_usage(settings.home).free
    said = say("{megabytes} MB are free.", megabytes=free // 1_000_000)
    if free < LEAST_FREE_BYTES:
        yield wrong("disk", said, say("Free at least {megabytes} MB.", megabytes=LEAST_FREE_BYTES // 1_000_000))
    else:
        yield well("disk", said)


CHECKS: Final = (version, permissions, keys, passphrases, environment, operator, disk)
