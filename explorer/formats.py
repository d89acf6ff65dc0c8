"""How dates, money, sizes and digests are written for people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from explorer.language import Language

ZONE: Final = ZoneInfo("Europe/Berlin")
"""Deadlines of German procedures are meant in local time."""

_LOCALES: Final[dict[Language, str]] = {"de": "de_DE", "en": "en_GB"}


class Formats:
    """The filters of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.locale = _LOCALES[language]

    def moment(self, seconds: int | datetime) -> Markup:
        """A moment to the second; ``seconds`` are Unix seconds or an aware datetime.

        The exact time stands in the element's ``datetime`` in UTC, what is read is local time with its zone.
        """
        exact = _exact(seconds)
        if exact is None:
            return Markup('<span class="numbers">{} s</span>').format(seconds)
        local = exact.astimezone(ZONE)
        day = format_date(local, "long", locale=self.locale)
        clock = format_time(local, "HH:mm:ss" if local.second else "HH:mm", locale=self.locale)
        unit = " Uhr" if self.language == "de" else ""
        # CET and CEST are MEZ and MESZ in German; the page must not leave open which clock is meant.
        zone = format_datetime(local, "z", locale=self.locale)
        return Markup('<time datetime="{}">{}, {}{} <span class="zone">{}</span></time>').format(
            exact.isoformat().replace("+00:00", "Z"), day, clock, unit, zone
        )

    def day(self, seconds: int | datetime) -> Markup:
        """The day alone, for lists."""
        exact = _exact(seconds)
        if exact is None:
            return self.moment(seconds)
        return Markup('<time datetime="{}">{}</time>').format(
            exact.isoformat().replace("+00:00", "Z"), format_date(exact.astimezone(ZONE), "medium", locale=self.locale)
        )

    def written_day(self, text: str) -> str:
        """A day that somebody wrote as ``YYYY-MM-DD``, in the page's language; anything else as it was written."""
        try:
            return format_date(date.fromisoformat(text), "long", locale=self.locale)
        except ValueError:
            return text

    def in_language(self, text: str, language: str | None) -> str:
        """A text from a release, marked with its language where that is another than the page's (WCAG 3.1.2)."""
        tag = (language or "").replace("_", "-")
        try:
            spoken = Locale.parse(tag, sep="-").language
        except (ValueError, UnknownLocaleError):
            return text
        return text if spoken == self.language else Markup('<span lang="{}">{}</span>').format(tag, text)

    def money(self, amount: float | Decimal | str, currency: str | None) -> str:
        """An amount with its currency (OCDS ``value``); without a currency the bare number."""
        try:
            number = Decimal(str(amount))
        except InvalidOperation:
            return str(amount)  # an altered row; the page must still be there to say so
        if not currency:
            return format_decimal(number, locale=self.locale)
        return format_currency(number, currency, locale=self.locale)

    def number(self, value: float | Decimal) -> str:
        """A number with the language's separators."""
        return format_decimal(value, locale=self.locale)

    def month(self, text: str) -> str:
        """A month written as ``YYYY-MM``."""
        try:
            return format_date(date.fromisoformat(f"{text}-01"), "LLLL y", locale=self.locale)
        except ValueError:
            return text

    def change(self, amount: Decimal, currency: str | None) -> str:
        """By how much an amount grew or shrank, with its sign."""
        return f"{'+' if amount > 0 else ''}{self.money(amount, currency)}"

    def told(self, value: Any) -> str | Markup:
        """A value of a release as people read it: date-times in local time, numbers with separators, text as it is."""
        if isinstance(value, str):
            return self.moment(datetime.fromisoformat(value)) if _is_moment(value) else value
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return json.dumps(value, ensure_ascii=False)
        return self.number(value)

    def size(self, octets: int) -> str:
        """A file size in the unit that people read."""
        power = min(max(len(str(octets)) - 1, 0) // 3, 3)
        value, unit = octets / 1000**power, ("B", "kB", "MB", "GB")[power]
        return f"{format_decimal(round(value, 1), locale=self.locale)}\u00a0{unit}"


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _exact(seconds: int | datetime) -> datetime | None:
    """The moment in UTC; ``None`` for seconds beyond the calendar, which a deadline on the chain can be."""
    try:
        if isinstance(seconds, datetime):
            return seconds.astimezone(UTC)
        # One day is left at the end, so that the moment exists in every time zone.
        return datetime.fromtimestamp(seconds + 86_400, UTC) - timedelta(days=1)
    except (OverflowError, ValueError, OSError):
        return None


def apart(text: str) -> Markup:
    """Foreign text that shares a line with ours: written from right to left, it must not turn what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(text)


def digest(value: bytes | str) -> str:
    """32 or 20 bytes as ``0x`` and lower-case hex."""
    return value if isinstance(value, str) else "0x" + value.hex()


def short(value: bytes | str) -> str:
    """The first and last four bytes: enough to recognise a digest, never enough to compare it."""
    text = digest(value).removeprefix("0x")
    return f"{text[:8]}…{text[-8:]}"


def capitalize_first(text: str) -> str:
    """A phrase as the beginning of a sentence; unlike ``capitalize`` it leaves all other letters alone."""
    return text[:1].upper() + text[1:]
