"""What facets and their values are called."""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations
from typing import Final

from explorer.cpv import division
from explorer.language import Language
from explorer.words import N_, Words
from ledger.index.rows import Status

_NAMES: Final = {
    "q": N_("Words"),
    "status": N_("Where it stands"),
    "mode": N_("How it is recorded"),
    "method": N_("Kind of procedure"),
    "cpv": N_("What is bought"),
    "year": N_("Year"),
    "place": N_("Place"),
    "buyerName": N_("Buyer"),
    "silentDays": N_("Without a result for"),
}


class Facets:
    """Facets in one language, by the names they have in an address."""

    def __init__(self, messages: NullTranslations, words: Words, language: Language) -> None:
        self._ = messages.gettext
        self._values: dict[str, Callable[[str], str]] = {
            "status": lambda value: words.status(Status(value)).label,
            "mode": lambda value: words.mode(value).label,
            "method": words.method,
            "cpv": lambda value: division(value, language),
            "silentDays": lambda value: self._("%(days)s days") % {"days": value},
        }

    def name(self, parameter: str) -> str:
        """What is chosen from."""
        return self._(_NAMES[parameter])

    def value(self, parameter: str, value: str) -> str:
        """One value."""
        return self._values.get(parameter, str)(value)
