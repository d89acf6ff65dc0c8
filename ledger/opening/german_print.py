"""How amounts, moments and foreign text are printed in a German document.

What a tenderer wrote must neither be read as markup (the template takes it as data), nor steer what is printed beside
it: characters that turn the direction of writing, marks piled onto a letter until they cover the next line, or an
endless word are shown as what they are. The exact text stands in the JSON beside the print.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from ledger.ocds.odd_characters import visible

BERLIN: Final = ZoneInfo("Europe/Berlin")
LONGEST: Final = 500
_ZONES: Final = {"CET": "MEZ", "CEST": "MESZ"}
_LAST_SECOND: Final = 253_402_214_400  # 31 December 9999, from where no calendar of Python goes on in every zone
_UNBROKEN: Final = re.compile(r"\S{25,}|(?:(?![aeiouyäöü])\S){9,}", re.IGNORECASE)
_BREAK: Final = "\u200b"

# What the embedded fonts have, a test holds: all of Latin, Greek and Cyrillic that DIN 91379 asks for, and more.
PRINTABLE: Final = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u024f\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0482\u048a-\u04ff"
    "\u1e00-\u1eff\u2010-\u2027\u2030-\u2040\u20a0-\u20bf\u2116\u2122]"
)
_MARKS: Final = re.compile("[\u0300-\u034e\u0350-\u036f]")


def printed_text(text: str, longest: int = LONGEST) -> str:
    """Text of others: on one line, every character either in the font or as ``[U+1F600]``, no more than ``longest``."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if len(line) > longest:
        line = f"{line[:longest]} … [gekürzt]"
    shown = []
    before = "["
    for character in visible(line):
        # One mark on a letter is a letter; a second one is a way to paint over the line above.
        is_mark = bool(_MARKS.match(character)) and before.isalpha() and not _MARKS.match(before)
        shown.append(character if is_mark or PRINTABLE.match(character) else f"[U+{ord(character):04X}]")
        before = character
    return breakable("".join(shown))


def breakable(text: str) -> str:
    """The same with places where a line may end in what is too long, or has no vowels where a hyphen could stand."""
    return _UNBROKEN.sub(lambda found: _BREAK.join(re.findall(".{1,8}", found[0])), text)


def printed_digest(hexadecimal: str) -> str:
    """A digest or an account for the template: where a line may end stands ``|``."""
    return "|".join(hexadecimal[start : start + 8] for start in range(0, len(hexadecimal), 8))


def printed_amount(amount: str, currency: str) -> str:
    """Decimal text as ``1.234,50 €``: nothing is rounded, zeros up to two places are added."""
    sign, digits, places = _parts(amount)
    unit = {"EUR": "€"}.get(currency, currency)
    return f"{sign}{digits},{places.ljust(2, '0')}\u00a0{unit}"


def printed_percent(percentage: str) -> str:
    """``2.5`` as ``2,5 %``."""
    sign, digits, places = _parts(percentage)
    return f"{sign}{digits}{',' if places else ''}{places}\u00a0%"


def printed_moment(seconds: int) -> str:
    """Seconds since 1970 as ``01.12.2026, 12:00:00 MEZ (11:00:00 UTC)``; the date of UTC where it is another."""
    if not 0 <= seconds < _LAST_SECOND:
        return f"Sekunde {seconds} seit 1970"
    utc = datetime.fromtimestamp(seconds, UTC)
    local = utc.astimezone(BERLIN)
    other = f"{utc:%H:%M:%S}" if utc.date() == local.date() else f"{utc:%d.%m.%Y, %H:%M:%S}"
    return f"{local:%d.%m.%Y, %H:%M:%S} {_ZONES[local.tzname() or '']} ({other}\u00a0UTC)"


def _parts(decimal: str) -> tuple[str, str, str]:
    digits, _, places = decimal.removeprefix("-").partition(".")
    grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ".", digits)
    return ("−" if decimal.startswith("-") else ""), grouped, places
