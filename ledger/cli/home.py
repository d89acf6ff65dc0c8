"""The home folder: making one, knowing its version.

The version stands in ``siegel.toml`` and is raised by a migration step, one function a version, when the format
changes. A home written by newer software is refused instead of being misread.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ledger.durable import sync
from ledger.errors import HomeExists, HomeMissing, HomeVersionUnknown
from ledger.settings import HOME_VERSION, Settings, read_toml

MIGRATIONS: Final[Mapping[int, Callable[[Path], None]]] = {}
"""From version to the step that makes the next one of it; version 1 is the first."""


def create_home(home: Path, written: Mapping[str, Any]) -> Settings:
    """Makes an empty home at ``home`` with ``written`` as its settings. Raises ``HomeExists``.

    The folder is for its owner alone: keys and confidential objects lie in it.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise HomeExists(home=home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    (home / "keys").mkdir(mode=0o700)
    # The file comes last and at once: a home with siegel.toml is one whose making got this far.
    replace_file(home / Settings.toml_name, toml_text(written).encode())
    return Settings.load(home)


def require_home(settings: Settings) -> None:
    """Raises ``HomeMissing`` or ``HomeVersionUnknown``; brings an older home to this version."""
    if not settings.toml_path.exists():
        raise HomeMissing(home=settings.home)
    found = settings.home_version
    if not 1 <= found <= HOME_VERSION:
        raise HomeVersionUnknown(home=settings.home, found=found, known=HOME_VERSION)
    for version in range(found, HOME_VERSION):
        MIGRATIONS[version](settings.home)
        written = read_toml(settings.toml_path) | {"home_version": version + 1}
        replace_file(settings.toml_path, toml_text(written).encode())


def toml_text(written: Mapping[str, Any]) -> str:
    """``siegel.toml``: every setting with what it means; those not in ``written`` as comments with their default."""
    written = {"home_version": HOME_VERSION, **written}
    plain, tables = [], []
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if name == "home":
            continue
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            tables += ["", f"[{name}]"]
            for key, inner in kind.model_fields.items():
                tables += _setting(key, inner, written.get(name, {}))
        else:
            plain += _setting(name, field, written)
    return "\n".join(
        ["# Settings of this home. The environment (SIEGEL_*) and flags go before.", "", *plain, *tables, ""]
    )


def _setting(name: str, field: FieldInfo, written: Mapping[str, Any]) -> list[str]:
    if name in written:
        line = f"{name} = {_toml_value(written[name])}"
    else:
        default = "" if field.default in (None, PydanticUndefined, Path()) else field.default
        line = f"# {name} = {_toml_value(default)}"
    return [f"# {field.description}", line]


def _toml_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_toml_value(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    # A JSON string, number or boolean is one of TOML, too.
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def replace_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes ``content`` at ``path`` so that a crash leaves the old file or the new one, never a half."""
    with replacing(path, mode) as file:
        file.write(content)


@contextmanager
def replacing(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """As ``replace_file``, of what is written piece by piece; what fails meanwhile leaves the file as it was."""
    draft = path.with_name(path.name + ".new")
    with _named(draft, path):
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with _named(draft, path), os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _named(draft, path):
            draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync(path.parent)


@contextmanager
def _named(draft: Path, path: Path) -> Iterator[None]:
    # Whoever named a file must read of that one when it cannot be written; a full disk names none at all.
    try:
        yield
    except OSError as error:
        if error.filename == str(draft) or (error.filename is None and error.errno in (ENOSPC, EDQUOT)):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
