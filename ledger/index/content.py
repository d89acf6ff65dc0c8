"""What the index takes from a release's bytes.

Nothing here trusts the bytes beyond their digest: anybody entitled may anchor anything. A field of the wrong type
counts as absent, and text that a database refuses (NUL, half a surrogate pair) is replaced, never a reason to stop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Never

from ledger.ocds.leaves import end_of_day

MAX_DEPTH = 100
_DIGEST = re.compile(r"(0x)?[0-9a-fA-F]{64}")
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


class Number(str):
    """A JSON number exactly as it was written; 100000.00 stays 100000.00."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Content:
    """One release, parsed. ``data`` is the JSON object, numbers as :class:`Number`."""

    data: Mapping[str, Any]
    moment: int | None  # ``date`` in seconds

    def at(self, path: str) -> Any:
        """The value at a path of names such as ``tender/title``; ``None`` where there is none."""
        value: Any = self.data
        for name in path.split("/"):
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value

    def text(self, path: str) -> str | None:
        """The text at ``path``, fit for a database."""
        return plain_text(self.at(path))

    def number(self, path: str) -> str | None:
        """The number at ``path`` as it was written."""
        value = self.at(path)
        return str(value) if isinstance(value, Number) else None

    def value(self, path: str) -> str | None:
        """The number at ``path`` for an OCDS ``amount``, else the text."""
        return self.number(path) if path.endswith("/amount") else self.text(path)

    def objects(self, path: str) -> Iterator[Content]:
        """The objects of the list at ``path``; whatever else stands in it is passed over."""
        value = self.at(path)
        for item in value if isinstance(value, list) else ():
            if isinstance(item, Mapping):
                yield Content(item, None)

    def texts(self, path: str) -> tuple[str, ...]:
        """The texts of the list at ``path``."""
        value = self.at(path)
        found = (plain_text(item) for item in (value if isinstance(value, list) else ()))
        return tuple(item for item in found if item is not None)


def read(data: bytes) -> Content:
    """Parse a release's bytes. Raises ``ValueError`` with a few words if they are no JSON object of UTF-8 text."""
    value = parse(data)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY003 - becomes a row's problem, never a named failure
    return Content(value, seconds(value.get("date")))


def parse(data: bytes) -> Any:
    """The JSON value in some bytes, numbers as :class:`Number`. Raises ``ValueError`` with a few words."""
    try:
        text = data.decode("utf-8")
        _refuse_depth(text)
        return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None  # noqa: TRY003
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at {error.pos}") from None  # noqa: TRY003


def _refuse_depth(text: str) -> None:
    """The parser recurses, and where the limit of recursion was raised (py-evm does) it takes the process with it."""
    depth = 0
    for bracket in _BRACKETS.findall(_TEXTS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")  # noqa: TRY003


def plain_text(value: Any) -> str | None:
    """``value`` if it is text and not empty, without what PostgreSQL refuses in text."""
    if not isinstance(value, str) or isinstance(value, Number) or not value.strip():
        return None
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def seconds(value: Any) -> int | None:
    """An OCDS date-time (RFC 3339) in seconds since 1970; one without a zone counts as UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def end(value: Any) -> int | None:
    """The second with which a period ends: as ``seconds``, but a day ends with its last second, as in an import."""
    return seconds(end_of_day(value) or value) if isinstance(value, str) else None


def is_made(award: Content) -> bool:
    """Whether an award is in force: ``active``, not proposed (``pending``), cancelled or unsuccessful (OCDS
    awardStatus). The standard gives a status that is not stated no meaning; whoever tells of an award without one
    tells of one that was made."""
    return award.text("status") in (None, "active")


def suppliers_of(content: Content) -> tuple[str, ...]:
    """Names of the suppliers of all awards that are made, each once, in order."""
    names = (
        supplier.text("name")
        for award in content.objects("awards")
        if is_made(award)
        for supplier in award.objects("suppliers")
    )
    return tuple(dict.fromkeys(name for name in names if name))


def named_documents(content: Content) -> list[bytes]:
    """Digests of the documents that a release names (our extension's ``digest`` of an OCDS ``Document``), each once."""
    found: dict[bytes, None] = {}
    waiting: list[Any] = [content.data]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, Mapping):
            documents = value.get("documents")
            for document in documents if isinstance(documents, list) else ():
                text = document.get("digest") if isinstance(document, Mapping) else None
                if isinstance(text, str) and _DIGEST.fullmatch(text):
                    found[bytes.fromhex(text.removeprefix("0x"))] = None
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return list(found)


def total(values: Iterable[Content]) -> tuple[str | None, str | None]:
    """Sum and currency of OCDS values; nothing if there is none or the currencies differ."""
    amounts: list[Decimal] = []
    currencies: set[str | None] = set()
    for value in values:
        amount = value.number("amount")
        if amount is None:
            continue
        try:
            amounts.append(Decimal(amount))
        except InvalidOperation:
            return None, None
        currencies.add(value.text("currency"))
    if not amounts or len(currencies) != 1 or not all(amount.is_finite() for amount in amounts):
        return None, None
    if len(amounts) == 1:
        return str(amounts[0]), currencies.pop()
    return str(sum(amounts)), currencies.pop()


def _refuse(name: str) -> Never:
    raise json.JSONDecodeError(_NO_NUMBER, name, 0)


_NO_NUMBER = "NaN and Infinity are no JSON numbers"
