"""Single values of OCDS: is it as the standard wants it, and if not, what was meant?

``read_leaf`` returns the value to publish and, where it differs from the source, the reason. Where no honest reading
exists it raises Unreadable, and the importer books the value as unused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from ledger.ocds.fields import Field

_SAFE_INTEGER = 2**53
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
)
_LOOSE_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(Z|z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)

_WANTS_TEXT = "the standard wants a text"
_WANTS_FILLED = "the standard wants a text that is not empty"
_WANTS_KEY = "the standard wants an identifier"
_ENDS = frozenset({"endDate", "maxExtentDate"})
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:(Z|z)|([+-]\d{2}):?(\d{2}))?", re.ASCII)
_GERMANY = ZoneInfo("Europe/Berlin")
_ENDS_WITH_ITS_DAY = "a period that ends on a day ends with that day; where no zone is given, that of Germany is taken"
_WANTS_DATE = "the standard wants a date"
_NO_DATE = "no date can be read from it"
_NO_SUCH_DATE = "the calendar knows no such date"
_WANTS_URI = "the standard wants an address on the web"
_NO_URI = "it is not an address on the web"
_TOO_LARGE = "the number is too large to be held exactly"
_WANTS_NUMBER = "the standard wants a number"
_WANTS_INTEGER = "the standard wants a whole number"
_WANTS_BOOLEAN = "the standard wants true or false"
_WANTS_SCALAR = "a changed part is shown by the releases before and after it, not quoted"
_NO_CODE = "the standard's closed code list has no such code"


class Unreadable(Exception):
    """No honest reading of this value exists; the text says why. Internal to reading: it ends in a report."""


def read_leaf(field: Field, value: Any) -> tuple[Any, str | None]:
    """``(value to publish, why it differs from the source or None)``; raises Unreadable."""
    if field.codes is not None:
        return _code(field.codes, value)
    if field.name in _ENDS and isinstance(value, str) and _DAY.fullmatch(value.strip()):
        end = end_of_day(value)
        if end is None:
            raise Unreadable(_NO_SUCH_DATE)
        return end, _ENDS_WITH_ITS_DAY
    return _READERS[field.kind](value)


def end_of_day(text: str) -> str | None:
    """The last second of a day that something ends with, as RFC 3339; ``None`` if the text is no day.

    ``2026-03-20`` is that day by the legal time of Germany; an offset that stands with it, as in eForms, is kept.
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    day, utc, hours, minutes = match.groups()
    try:
        local = datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=_GERMANY)
    except ValueError:
        return None
    if not (utc or hours):
        return local.isoformat()
    end = f"{day}T23:59:59{'Z' if utc else f'{hours}:{minutes}'}"
    return end if is_date(end) else None


def parse_date(text: str) -> datetime:
    """A ``date-time`` of RFC 3339 as an aware datetime in UTC; raises ValueError."""
    if not _DATE_TIME.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text.replace(":60", ":59", 1) if ":60" in text[16:20] else text)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def is_date(text: str) -> bool:
    """Whether the text is a ``date-time`` of RFC 3339 that the calendar knows."""
    try:
        parse_date(text)
    except ValueError:
        return False
    return True


def is_uri(text: str) -> bool:
    """Whether the text is an absolute URI (RFC 3986) as OCDS ``format: uri`` asks for."""
    return bool(_URI_STRICT.fullmatch(text)) and _splits(text)


# RFC 3986: scheme, then only unreserved, reserved and percent-encoded characters; brackets only around an IP literal.
_URI_STRICT = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?://(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*(?:\[[0-9A-Fa-f:.]+\](?::\d+)?)?"
    r"(?=[/?#]|$))?(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*(?:#(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)


def _splits(text: str) -> bool:
    try:
        _ = urlsplit(text).port
    except ValueError:
        return False
    return True


def _text(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        return ("true" if value else "false"), _WANTS_TEXT
    if isinstance(value, int | float | Decimal):
        return str(value), _WANTS_TEXT
    if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
        return ", ".join(value), "the standard wants one text, not a list"
    raise Unreadable(_WANTS_TEXT)


def _filled(value: Any) -> tuple[Any, str | None]:
    text, why = _text(value)
    if text == "":
        raise Unreadable(_WANTS_FILLED)
    return text, why


def _key(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _SAFE_INTEGER:
        return value, None
    if isinstance(value, float) and value.is_integer() and abs(value) < _SAFE_INTEGER:
        return int(value), "an identifier is a text or a whole number"
    if isinstance(value, bool) or value is None:
        raise Unreadable(_WANTS_KEY)
    return _filled(value)


def _loose_key(value: Any) -> tuple[Any, str | None]:
    return ("", None) if value == "" else _key(value)


def _date(value: Any) -> tuple[Any, str | None]:
    if not isinstance(value, str):
        raise Unreadable(_WANTS_DATE)
    if is_date(value):
        return value, None
    match = _LOOSE_DATE.fullmatch(value.strip())
    if match is None:
        raise Unreadable(_NO_DATE)
    day, minute, second, zone = match.groups()
    zone = (zone or "Z").upper()
    if len(zone) == 5:
        zone = f"{zone[:3]}:{zone[3:]}"
    repaired = f"{day}T{minute or '00:00'}:{second or '00'}{zone}"
    if not is_date(repaired):
        raise Unreadable(_NO_SUCH_DATE)
    return repaired, "dates are written as RFC 3339 date-time; where no zone is given, UTC is taken"


def _uri(value: Any) -> tuple[Any, str | None]:
    if not isinstance(value, str):
        raise Unreadable(_WANTS_URI)
    if is_uri(value):
        return value, None
    candidate = value.strip()
    if re.match(r"www\.[\w-]+\.", candidate):
        candidate = f"http://{candidate}"
    candidate = quote(candidate, safe="%:/?#@!$&'()*+,;=~-._")
    candidate = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", candidate)
    if not is_uri(candidate):
        raise Unreadable(_NO_URI)
    return candidate, "characters that an address may not hold are percent-encoded"


def _number(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, int) and (abs(value) >= 2**63 or int(float(value)) != value):
            raise Unreadable(_TOO_LARGE)
        return value, None
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,15}(\.\d{1,6})?\s*", value, re.ASCII):
        number = Decimal(value.strip())
        return (int(number) if "." not in value else float(number)), "the standard wants a number, not a text"
    if isinstance(value, Decimal) and abs(value) < _SAFE_INTEGER:
        return float(value), "rounded to what 64 bits can hold"
    raise Unreadable(_WANTS_NUMBER)


def _integer(value: Any) -> tuple[Any, str | None]:
    number, why = _number(value)
    if isinstance(number, int):
        return number, why
    if number.is_integer():
        return int(number), why or _WANTS_INTEGER
    raise Unreadable(_WANTS_INTEGER)


def _boolean(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, bool):
        return value, None
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true", "the standard wants true or false, not a text"
    raise Unreadable(_WANTS_BOOLEAN)


def _any(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict | list):
        raise Unreadable(_WANTS_SCALAR)
    return value, None


def _code(codes: frozenset[str], value: Any) -> tuple[Any, str | None]:
    if isinstance(value, str):
        if value in codes:
            return value, None
        meant = [code for code in codes if code.casefold() == value.strip().casefold()]
        if meant:
            return meant[0], "the code is spelled otherwise in the standard"
    raise Unreadable(_NO_CODE)


_READERS: dict[str, Callable[[Any], tuple[Any, str | None]]] = {
    "text": _text,
    "name": _filled,
    "filled": _filled,
    "key": _key,
    "loosekey": _loose_key,
    "date": _date,
    "uri": _uri,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "any": _any,
}
