"""A part of a document in JSON, read strictly: what the format does not allow is refused, and told with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final, NoReturn

from ledger.errors import CriteriaInvalid, EvaluationInvalid, SiegelError
from ledger.evaluation.figures import read_decimal
from ledger.evaluation.ids import is_id
from ledger.ocds.json_text import read_json

MOST_BYTES: Final = 1024 * 1024
LARGEST_NUMBER: Final = 2**53 - 1
_BOM: Final = b"\xef\xbb\xbf"
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

Refused = type[CriteriaInvalid] | type[EvaluationInvalid]


class Part:
    """One value. Each method gives what it is, or raises the document's error with a reason that begins with the
    place (``lots/0/weight``)."""

    def __init__(self, value: Any, place: str, refused: Refused) -> None:
        self.value, self.place, self._refused = value, place, refused

    @classmethod
    def of(cls, data: bytes, refused: Refused) -> Part:
        """The whole document: JSON in UTF-8 without a byte order mark, of at most 1 MiB, that says nothing twice."""
        try:
            if data.startswith(_BOM):
                raise refused(reason="no strict JSON: a byte order mark")
            return cls(read_json(data, max_bytes=MOST_BYTES), "", refused)
        except SiegelError as error:
            raise error if isinstance(error, refused) else refused(reason=f"no strict JSON: {error}") from None

    def refuse(self, why: str) -> NoReturn:
        """Raises the document's error with this place."""
        raise self._refused(reason=f"{self.place}: {why}" if self.place else why)

    def at(self, name: str | int) -> str:
        """The place of something inside."""
        return f"{self.place}/{name}" if self.place else str(name)

    def members(self, *names: str) -> list[Part]:
        """The members of an object, which are exactly these."""
        if not isinstance(self.value, dict):
            self.refuse("is no object")
        for name in names:
            if name not in self.value:
                self.refuse(f"has no member {name}")
        for name in self.value:
            if name not in names:
                self.refuse(f"has an unknown member {name}")
        return [Part(self.value[name], self.at(name), self._refused) for name in names]

    def has(self, name: str) -> bool:
        """Whether it is an object with this member."""
        return isinstance(self.value, dict) and name in self.value

    def items(self) -> list[Part]:
        """The entries of a list."""
        if not isinstance(self.value, list):
            self.refuse("is no list")
        return [Part(each, self.at(number), self._refused) for number, each in enumerate(self.value)]

    def is_null(self) -> bool:
        """Whether nothing is said."""
        return self.value is None

    def text(self) -> str:
        """Text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            self.refuse("is no text")
        return self.value

    def text_or_none(self) -> str | None:
        """The same, or null."""
        return None if self.is_null() else self.text()

    def id(self) -> str:
        """1 to 64 characters of ``A-Z a-z 0-9 . _ -``."""
        if not is_id(self.value):
            self.refuse("is no id")
        return self.value

    def ids(self) -> tuple[str, ...]:
        """A list of ids, each once."""
        found = tuple(part.id() for part in self.items())
        self.require_once(found)
        return found

    def currency(self) -> str:
        """A code of ISO 4217, by its form."""
        return self._matching(_CURRENCY, "is no currency")

    def digest(self) -> bytes:
        """32 bytes as 64 lower-case hex digits."""
        return bytes.fromhex(self._matching(_DIGEST, "is no digest"))

    def one_of(self, *words: str) -> str:
        """One of these words."""
        if self.value not in words:
            self.refuse(f"is none of {', '.join(words)}")
        return str(self.value)

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse("is neither true nor false")
        return self.value

    def whole(self, least: int) -> int:
        """A whole number written in digits, from ``least`` to 2^53 - 1."""
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= LARGEST_NUMBER:
            self.refuse(f"is no whole number from {least} on")
        return value

    def amount(self) -> Fraction:
        """Decimal text, perhaps below zero: whoever sells what the buyer wants to be rid of may pay for it."""
        figure = read_decimal(self.value)
        if figure is None:
            self.refuse("is no decimal text")
        return figure

    def decimal(self) -> Fraction:
        """Decimal text, not below zero."""
        figure = read_decimal(self.value)
        if figure is None or str(self.value).startswith("-"):
            self.refuse("is no decimal text")
        return figure

    def require_once(self, ids: Iterable[str]) -> None:
        """None of the ids in this list stands twice."""
        seen: set[str] = set()
        for each in ids:
            if each in seen:
                self.refuse(f"has {each} twice")
            seen.add(each)

    def _matching(self, form: re.Pattern[str], why: str) -> str:
        if not isinstance(self.value, str) or not form.fullmatch(self.value):
            self.refuse(why)
        return self.value
