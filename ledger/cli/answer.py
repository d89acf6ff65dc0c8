"""What a command found out or did: for people as lines, for programs as JSON."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's result.

    ``data`` is what ``--json`` prints, ``lines`` what people read. ``exit_code`` is 0 when all is well and 1 when the
    command ran and the answer is bad news (a difference found, a file refused).
    """

    data: Mapping[str, Any]
    lines: Sequence[str] = field(default_factory=tuple)
    exit_code: int = 0


def as_json(data: Any) -> str:
    """``data`` as indented JSON with camelCase names; bytes as 0x hex, enums by name, times as RFC 3339."""
    return orjson.dumps(plain(data), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()


def plain(value: Any) -> Any:
    """``value`` in the types that JSON knows."""
    match value:
        case bytes():
            return "0x" + value.hex()
        case enum.Enum():
            return camel(value.name.lower())
        case str():
            # Half a surrogate pair, as of a file's name in another encoding: JSON cannot hold it.
            return value.encode("utf-8", "backslashreplace").decode()
        case Path():
            return plain(str(value))
        case datetime():
            return value.isoformat()
        case Mapping():
            return {camel(str(plain(name))): plain(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case int() if not -(2**63) <= value < 2**64:
            return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {camel(f.name): plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


def camel(name: str) -> str:
    """``process_id`` as ``processId``; a name without underscores stays as it is."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest) if first else name
