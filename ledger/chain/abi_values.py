"""ABI-encoded values, read strictly (Solidity ABI specification, "formal specification of the encoding").

Only the canonical encoding is read: every offset points to where the value before it ends, every word is within its
type's range, every padding is zero, nothing is left over. So whatever was read encodes to the same bytes again, which a
lenient reader would have to find out by encoding it. Readers are made once for each type; an index reads millions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ledger.errors import CallMalformed

# Reads the value whose encoding begins at an offset; gives the value and where its encoding ends.
_Read = Callable[[bytes, int], tuple[Any, int]]
# The bytes that a value takes up among its siblings; None for a dynamic one, which takes up an offset.
_Type = tuple[_Read, int | None]


def decode_values(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """Values of these types: ints, bytes (accounts are 20), text, tuples for structs and arrays.

    Raises CallMalformed unless ``data`` is their one canonical encoding.
    """
    values, end = _struct(tuple(types))[0](data, 0)
    if end != len(data):
        raise CallMalformed(reason=f"{len(data)} bytes, but the values end at {end}")
    found: tuple[Any, ...] = values
    return found


@cache
def _type(name: str) -> _Type:
    if name.endswith("[]"):
        return _array(_type(name[:-2]))
    if name.startswith("("):
        return _struct(_split(name[1:-1]))
    if name.startswith("uint"):
        return _integer(int(name[4:])), 32
    return {
        "bytes32": (_word, 32),
        "address": (_account, 32),
        "bool": (_boolean, 32),
        "bytes": (_bytes, None),
        "string": (_text, None),
    }[name]


@cache
def _struct(names: tuple[str, ...]) -> _Type:
    parts = [_type(name) for name in names]
    sizes = [size for _, size in parts]
    head = sum(32 if size is None else size for size in sizes)
    whole = None if None in sizes else head

    def read(data: bytes, at: int) -> tuple[Any, int]:
        return _sequence(parts, data, at, at + head)

    return read, whole


def _array(part: _Type) -> _Type:
    head = 32 if part[1] is None else part[1]

    def read(data: bytes, at: int) -> tuple[Any, int]:
        count = int.from_bytes(_word(data, at)[0], "big")
        at += 32
        # Before anything is made of it: an attacker's count is as large as a word.
        if count * head > len(data) - at:
            raise CallMalformed(reason=f"an array of {count} values in {len(data)} bytes")
        return _sequence([part] * count, data, at, at + count * head)

    return read, None


def _sequence(parts: Sequence[_Type], data: bytes, start: int, tail: int) -> tuple[tuple[Any, ...], int]:
    values, at = [], start
    for read, size in parts:
        if size is None:
            if int.from_bytes(_word(data, at)[0], "big") != tail - start:
                raise CallMalformed(reason=f"an offset at byte {at} that leads elsewhere than to the next value")
            value, tail = read(data, tail)
            at += 32
        else:
            value, at = read(data, at)
        values.append(value)
    return tuple(values), tail


def _word(data: bytes, at: int) -> tuple[bytes, int]:
    word = data[at : at + 32]
    if len(word) != 32:
        raise CallMalformed(reason=f"cut off at byte {len(data)}")
    return word, at + 32


def _integer(bits: int) -> _Read:
    def read(data: bytes, at: int) -> tuple[int, int]:
        number = int.from_bytes(_word(data, at)[0], "big")
        if number >> bits:
            raise CallMalformed(reason=f"a number at byte {at} of more than {bits} bits")
        return number, at + 32

    return read


def _account(data: bytes, at: int) -> tuple[bytes, int]:
    word, end = _word(data, at)
    if any(word[:12]):
        raise CallMalformed(reason=f"an account at byte {at} of more than 20 bytes")
    return word[12:], end


def _boolean(data: bytes, at: int) -> tuple[bool, int]:
    number, end = _integer(1)(data, at)
    return bool(number), end


def _bytes(data: bytes, at: int) -> tuple[bytes, int]:
    size = int.from_bytes(_word(data, at)[0], "big")
    start = at + 32
    end = start + (size + 31) // 32 * 32
    if end > len(data) or any(data[start + size : end]):
        raise CallMalformed(reason=f"bytes at byte {at} that are cut off, or filled up with other than zeros")
    return data[start : start + size], end


def _text(data: bytes, at: int) -> tuple[str, int]:
    found, end = _bytes(data, at)
    try:
        return found.decode("utf-8"), end
    except UnicodeDecodeError as error:
        raise CallMalformed(reason=f"text at byte {at} that is not UTF-8") from error


def _split(names: str) -> tuple[str, ...]:
    """The types in ``a,(b,c)[],d``: commas within parentheses do not count."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(names):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(names[start:position])
            start = position + 1
    return (*parts, names[start:])
