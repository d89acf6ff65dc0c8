"""JSON in and out: strict reading of foreign bytes, one deterministic way of writing our own.

The bytes we write are stored and hashed as they are, so nobody has to write them a second time; writing them in one
way only keeps the same content from getting two digests. Keys are sorted by code point, no white space, UTF-8
unescaped (what RFC 8785 calls for, except that numbers keep the notation they came in).
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from ledger.errors import DuplicateKey, EncodingInvalid, FileEmpty, FileTooLarge, JsonInvalid, JsonTooDeep

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_EXPONENT_DIGITS = 17

# Possessive, the closing quote optional: a text that does not end is read once, not once for each quote in it.
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read_json(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """Parse UTF-8 JSON, with or without a byte order mark. Numbers that a float cannot hold come as ``Decimal``.

    Raises FileEmpty, FileTooLarge, EncodingInvalid, JsonInvalid, JsonTooDeep or DuplicateKey.
    """
    if len(data) > max_bytes:
        raise FileTooLarge(size=len(data), limit=max_bytes)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EncodingInvalid(why=f"byte {error.start} is {data[error.start]:#04x}") from None
    if not text.strip():
        raise FileEmpty()
    check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_unique_pairs, parse_constant=_refuse_constant, parse_float=_number)
    except json.JSONDecodeError as error:
        raise JsonInvalid(why=f"{error.msg} at line {error.lineno} column {error.colno}") from None
    except ValueError as error:
        raise JsonInvalid(why=str(error)) from None
    check_characters(value)
    return value


def write_json(value: Any) -> bytes:
    """The canonical bytes of a JSON value: sorted keys, no white space, UTF-8. Raises ValueError for NaN."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def pointer(path: str, key: str | int) -> str:
    """``path`` extended by one step, as a JSON Pointer (RFC 6901)."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def check_characters(value: Any) -> None:
    """Half a surrogate pair, escaped, survives parsing, but neither UTF-8 nor a database can hold it.

    Raises EncodingInvalid.
    """
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeEncodeError:
        raise EncodingInvalid(why="it escapes half a surrogate pair") from None


def check_exponent(number: str) -> None:
    """Refuse a number that no decimal arithmetic can hold. Raises JsonInvalid."""
    _, _, exponent = number.lower().partition("e")
    if len(exponent.lstrip("+-")) > MAX_EXPONENT_DIGITS:
        raise JsonInvalid(why=f"a number has an exponent of more than {MAX_EXPONENT_DIGITS} digits")


def check_depth(text: str) -> None:
    """Refuse deep nesting before the parser recurses; whole texts are skipped so that brackets in them do not count.

    Raises JsonTooDeep.
    """
    depth = 0
    for token in _TOKENS.finditer(text):
        match token[0][0]:
            case "[" | "{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise JsonTooDeep(limit=MAX_DEPTH)
            case "]" | "}":
                depth -= 1


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise DuplicateKey(key=key)
        result[key] = value
    return result


def _refuse_constant(name: str) -> Any:
    raise JsonInvalid(why=f"{name} is no number")


def _number(text: str) -> float | Decimal:
    """A float where 64 bits hold the number exactly, else a Decimal: a price is never rounded unseen."""
    check_exponent(text)
    exact = Decimal(text)
    nearest = float(text)
    return nearest if exact == Decimal(repr(nearest)) else exact
