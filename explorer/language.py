"""Which language a page speaks, and its catalogue.

Message ids are the English sentences; ``locale/<language>/LC_MESSAGES/messages.po`` holds the translations and is read
as it is, so that nothing has to be compiled before pages are right.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

from babel.messages.pofile import read_po

Language = Literal["de", "en"]

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")
LOCALE_DIR: Final = Path(__file__).parent / "locale"
COOKIE: Final = "language"


class Catalogue(gettext.NullTranslations):
    """The messages of one language; a message without translation comes back as it is."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        with (LOCALE_DIR / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
            catalog = read_po(file, locale=language)
        self._plural = gettext.c2py(catalog.plural_expr)
        self._messages: dict[str, tuple[str, ...]] = {}
        for message in catalog:
            if not message.id or message.fuzzy:
                continue
            key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
            strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            if all(strings):
                self._messages[key] = tuple(cast("tuple[str, ...]", strings))

    def gettext(self, message: str) -> str:
        """The translation of ``message``."""
        return self._messages.get(message, (message,))[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The translation of the form that belongs to ``n``."""
        strings = self._messages.get(msgid1, (msgid1, msgid2))
        return strings[self._plural(n)]


@cache
def catalogue(language: Language) -> Catalogue:
    """The catalogue of ``language``, read once."""
    return Catalogue(language)


def known(code: str | None) -> Language | None:
    """``code`` if we speak it."""
    return next((language for language in LANGUAGES if language == code), None)


def choose(query: str | None, cookie: str | None, accepted: str, default: Language) -> Language:
    """The language of a page: asked for in the address, else chosen before, else the browser's, else ``default``.

    ``accepted`` is the header ``Accept-Language`` (RFC 9110 § 12.5.4); a language with weight 0 is not acceptable.
    """
    return known(query) or known(cookie) or _preferred(accepted) or default


def _preferred(accepted: str) -> Language | None:
    weighted: list[tuple[float, Language]] = []
    for entry in accepted.split(","):
        tag, _, parameter = entry.strip().partition(";")
        language = known(tag.split("-")[0].lower())
        weight = _weight(parameter)
        if language and weight > 0:
            weighted.append((weight, language))
    # max() keeps the first of equal weight, which is the browser's own order.
    return max(weighted, key=lambda pair: pair[0])[1] if weighted else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
