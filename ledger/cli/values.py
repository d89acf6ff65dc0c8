"""How people write values on a command line, and what they mean inside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum, IntFlag
from typing import Final, TypeVar

from ledger.bid_number import spoken_bid, typed_bid
from ledger.cli.language import current_language, say
from ledger.cli.moments import written_moment
from ledger.errors import ArgumentInvalid

_DURATION: Final = re.compile(r"(\d{1,8})\s*(s|m|h|d)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_HEX: Final = re.compile(r"(?:0x)?([0-9a-fA-F]+)")

Choice = TypeVar("Choice", bound=IntEnum)
Flags = TypeVar("Flags", bound=IntFlag)


def moment(text: str, argument: str) -> int:
    """Seconds since 1970 of a date and time (RFC 3339, ``2026-12-01T12:00``); without an offset it is local time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentInvalid(argument=argument, value=text, why=expected("2026-12-01T12:00+01:00")) from error
    if "T" not in text and " " not in text:
        # A bare date as a deadline would silently mean its first second.
        raise ArgumentInvalid(argument=argument, value=text, why=expected("2026-12-01T12:00+01:00"))
    return int(found.astimezone(UTC).timestamp())


def exact_moment(text: str, argument: str) -> int:
    """As ``moment``, with an offset that must be there: for what the law counts by the second."""
    seconds = moment(text, argument)
    if datetime.fromisoformat(text).tzinfo is None:
        raise ArgumentInvalid(argument=argument, value=text, why=expected("2026-12-01T12:00+01:00"))
    return seconds


def shown_moment(seconds: int) -> str:
    """A time for people: local, with its zone, as the current language writes it."""
    return written_moment(seconds, current_language())


def expected(form: str) -> str:
    """Why a value is none: by the form that it should have."""
    return say("expected is {form}", form=form)


def why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    """Why a file that an argument names cannot be read, without what Python adds."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return say("it is not UTF-8 text")


def duration(text: str, argument: str) -> int:
    """Seconds of ``90s``, ``30m``, ``12h``, ``10d``."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ArgumentInvalid(argument=argument, value=text, why=expected("30m, 12h, 10d"))
    return int(found[1]) * _SECONDS[found[2]]


def typed_duration(seconds: int) -> str:
    """As ``duration`` reads it, in the largest unit that leaves no rest."""
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def digest(text: str, argument: str) -> bytes:
    """32 bytes from 64 hex digits, with or without 0x."""
    return hexadecimal(text, argument, 32)


def account(text: str, argument: str) -> bytes:
    """20 bytes from 40 hex digits, with or without 0x."""
    return hexadecimal(text, argument, 20)


def hexadecimal(text: str, argument: str, length: int) -> bytes:
    """``length`` bytes from hex digits. Raises ``ArgumentInvalid``."""
    found = _HEX.fullmatch(text.strip())
    if found is None or len(found[1]) != 2 * length:
        why = say("{digits} hex digits are expected", digits=2 * length)
        raise ArgumentInvalid(argument=argument, value=text, why=why)
    return bytes.fromhex(found[1])


def is_digest(text: str) -> bool:
    """Whether ``text`` is a digest as ``digest`` takes it (and not the name of a file)."""
    found = _HEX.fullmatch(text.strip())
    return found is not None and len(found[1]) == 64


def choice(kind: type[Choice], text: str, argument: str) -> Choice:
    """A member of an enum by its name, as ``bids`` or ``log-key``; NONE is no choice."""
    for member in kind:
        if member and word(member) == text.strip().lower():
            return member
    raise ArgumentInvalid(argument=argument, value=text, why=expected(" | ".join(words(kind))))


def flags(kind: type[Flags], text: str, argument: str) -> Flags:
    """Members of a flag enum by their names, separated by commas."""
    found = kind(0)
    for part in text.split(","):
        matching = [member for member in kind if word(member) == part.strip().lower()]
        if not matching:
            raise ArgumentInvalid(argument=argument, value=part, why=expected(" | ".join(words(kind))))
        found |= matching[0]
    return found


def words(kind: type[IntEnum] | type[IntFlag]) -> list[str]:
    """What ``choice`` or ``flags`` accept."""
    return [word(member) for member in kind if member]


def word(member: IntEnum | IntFlag) -> str:
    """``LOG_KEY`` as ``log-key``."""
    return (member.name or "").lower().replace("_", "-")


def bitmap(numbers: Sequence[int], counted: int, argument: str) -> tuple[int, ...]:
    """ceil(counted / 256) words with a bit for each of ``numbers`` (``closeRound``)."""
    found = [0] * ((counted + 255) // 256)
    for number in numbers:
        if not 0 <= number < counted:
            raise ArgumentInvalid(argument=argument, value=spoken_bid(number), why=expected(f"1 ... {counted}"))
        found[number // 256] |= 1 << (number % 256)
    return tuple(found)


def marked(words: Sequence[int]) -> list[int]:
    """The numbers of a ``bitmap``."""
    return [at * 256 + bit for at, word in enumerate(words) for bit in range(256) if word >> bit & 1]


def bid(text: str, argument: str) -> int:
    """The ledger's number of a bid as people count: ``3``, on paper ``P1``."""
    try:
        return typed_bid(text)
    except ValueError as error:
        why = say("bids are counted from 1 here, those on paper from P1; in JSON from 0")
        raise ArgumentInvalid(argument=argument, value=text, why=why) from error


def sealed_bids(text: str, argument: str) -> list[int]:
    """The ledger's numbers of ``1,2,5-9``; empty text is none."""
    found: list[int] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        first, _, last = part.partition("-")
        found += range(bid(first, argument), bid(last or first, argument) + 1)
    return found
