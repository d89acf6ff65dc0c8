"""Details of acts: ABI encoding (Solidity ABI specification, "formal specification of the encoding"), read strictly.

What is read is described by the arguments of ``ledger/statute.json``. Only the encoding that the contract's own encoder
writes is read: every offset leads to where the value before it ends, every word is within its type (a term within its
list), every padding is zero, and nothing is left over. So no two byte sequences mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ledger.errors import MalformedAbi
from ledger.terms import Argument

# From bytes and an offset to the value there and where its encoding ends; with the bytes that the value takes up among
# its siblings, None for a dynamic one, which takes up a word that says where it is.
_Read = Callable[[bytes, int], tuple[Any, int]]
_Type = tuple[_Read, int | None]


def reader(arguments: Sequence[Argument]) -> Callable[[bytes], tuple[Any, ...]]:
    """What reads the ABI encoding of these arguments to a tuple: ints, bytes (accounts are 20), text; a struct is a
    tuple in the order of its components, an array a tuple. It raises MalformedAbi with the offset in bytes."""
    whole = _struct(arguments)[0]

    def read(data: bytes) -> tuple[Any, ...]:
        values, end = whole(data, 0)
        if end != len(data):
            raise MalformedAbi(offset=end, reason="bytes after the end")
        found: tuple[Any, ...] = values
        return found

    return read


def _type(name: str, argument: Argument) -> _Type:
    if name.endswith("[]"):
        return partial(_array, _type(name[:-2], argument)), None
    if name == "tuple":
        return _struct(argument.components)
    if name.startswith("uint"):
        most = len(argument.term) - 1 if argument.term else (1 << int(name[4:])) - 1
        return partial(_number, most), 32
    return {"bytes32": (_word, 32), "address": (_account, 32), "bytes": (_bytes, None), "string": (_text, None)}[name]


def _struct(arguments: Sequence[Argument]) -> _Type:
    parts = tuple(_type(argument.abi_type, argument) for argument in arguments)
    head = sum(size or 32 for _, size in parts)

    def read(data: bytes, at: int) -> tuple[Any, int]:
        return _values(parts, data, at, at + head)

    return read, None if any(size is None for _, size in parts) else head


def _array(part: _Type, data: bytes, at: int) -> tuple[Any, int]:
    count, start = _number(1 << 256, data, at)
    head = count * (part[1] or 32)
    # Before anything is made of it: who forges writes any number.
    if head > len(data) - start:
        raise MalformedAbi(offset=at, reason=f"{count} values in {len(data) - start} bytes")
    return _values((part,) * count, data, start, start + head)


def _values(parts: Sequence[_Type], data: bytes, start: int, tail: int) -> tuple[Any, int]:
    """Values side by side from ``start``; those of dynamic types follow from ``tail``, to where the last one ends."""
    values, at = [], start
    for read, size in parts:
        if size is not None:
            value, at = read(data, at)
        else:
            offset, after = _number(1 << 256, data, at)
            if offset != tail - start:
                raise MalformedAbi(offset=at, reason="an offset that leads elsewhere than to the next value")
            value, tail = read(data, tail)
            at = after
        values.append(value)
    return tuple(values), tail


def _number(most: int, data: bytes, at: int) -> tuple[int, int]:
    end = at + 32
    if end > len(data):
        raise MalformedAbi(offset=at, reason="cut off")
    number = int.from_bytes(data[at:end], "big")
    if number > most:
        raise MalformedAbi(offset=at, reason=f"a number above {most}")
    return number, end


def _word(data: bytes, at: int) -> tuple[bytes, int]:
    end = at + 32
    if end > len(data):
        raise MalformedAbi(offset=at, reason="cut off")
    return data[at:end], end


def _account(data: bytes, at: int) -> tuple[bytes, int]:
    word, end = _word(data, at)
    if any(word[:12]):
        raise MalformedAbi(offset=at, reason="an account of more than 20 bytes")
    return word[12:], end


def _bytes(data: bytes, at: int) -> tuple[bytes, int]:
    size, start = _number(1 << 256, data, at)
    end = start + (size + 31) // 32 * 32
    if end > len(data):
        raise MalformedAbi(offset=at, reason=f"{size} bytes that are cut off")
    if any(data[start + size : end]):
        raise MalformedAbi(offset=start + size, reason="filled up with other than zeros")
    return data[start : start + size], end


def _text(data: bytes, at: int) -> tuple[str, int]:
    found, end = _bytes(data, at)
    try:
        return found.decode("utf-8"), end
    except UnicodeDecodeError as error:
        raise MalformedAbi(offset=at, reason="text that is not UTF-8") from error
