"""Single values of eForms in the notation of OCDS.

What cannot be read is handed on as it came: the repairer, through which every release goes, names it and leaves it
out. Dates keep the offset that stands with them; a period that starts on a day starts with it, one that ends on a day
ends with its last second.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from ledger.ocds.eforms.codes import COUNTRIES, LANGUAGES
from ledger.ocds.leaves import end_of_day

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_TIME = re.compile(r"(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,12})?|\.\d{1,12})", re.ASCII)
_DAYS: Final = {"DAY": 1, "CALENDAR_DAY": 1, "WEEK": 7, "MONTH": 30, "QUARTER": 91, "YEAR_HALF": 182, "YEAR": 365}


def language(code: str) -> str:
    """ISO 639-1 for a code of ISO 639-3; the code in lower case where there is none."""
    return LANGUAGES.get(code.strip().upper(), code.strip().lower())


def country(code: str) -> str:
    """ISO 3166-1 alpha-2 for alpha-3; another text as it came."""
    return COUNTRIES.get(code.upper(), code)


def number(text: str) -> Any:
    """``xs:decimal`` as a number, exact (a Decimal where no float is); another text as it came."""
    if not _NUMBER.fullmatch(text):
        return text
    exact = Decimal(text)
    if exact == exact.to_integral_value():
        return int(exact)
    nearest = float(exact)
    return nearest if Decimal(repr(nearest)) == exact else exact


def boolean(text: str) -> Any:
    """``xs:boolean``; another text as it came."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text, text)


def moment(date: str, time: str | None) -> str:
    """Date and time as RFC 3339, at the offset of the time, else of the date; without a time, the day's beginning.

    Both carry an offset in eForms (``2026-03-20+01:00``, ``12:00:00+01:00``).
    """
    day, clock = _DATE.fullmatch(date), _TIME.fullmatch(time or "")
    if day is None or (time and clock is None):
        return f"{date} {time}" if time else date
    if clock is None:
        return f"{day[1]}T00:00:00{day[2]}" if day[2] else day[1]
    return f"{day[1]}T{clock[1]}{clock[2] or ':00'}{clock[3] or day[2] or ''}"


def ending(date: str, time: str | None) -> str:
    """As ``moment``, but without a time the last second of the day."""
    return moment(date, time) if time else end_of_day(date) or date


def days(text: str, unit: str) -> Any:
    """A duration in days, as the EU profile counts them: months of 30, years of 365; else the text as it came."""
    length = number(text)
    factor = _DAYS.get(unit)
    if isinstance(length, str) or factor is None:
        return f"{text} {unit}"
    total = length * factor
    return int(total) if total == int(total) else total
