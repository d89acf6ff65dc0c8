"""The contract ABI, derived from annotated dataclasses: each argument's type is written once, beside its name.

A function of a smart contract is a frozen dataclass with the class variable ``function``, a Solidity struct one
without. Only the one canonical encoding is read back (ABI specification, "strict mode").
"""

from __future__ import annotations

import dataclasses
from enum import IntEnum
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

from eth_abi.abi import encode as encode_abi
from eth_abi.exceptions import EncodingError
from eth_hash.auto import keccak

from ledger.chain.abi_values import decode_values
from ledger.errors import CallMalformed

Bytes32 = Annotated[bytes, "bytes32"]
Account = Annotated[bytes, "address"]
Uint8 = Annotated[int, "uint8"]
Uint16 = Annotated[int, "uint16"]
Uint32 = Annotated[int, "uint32"]
Uint64 = Annotated[int, "uint64"]
Uint256 = Annotated[int, "uint256"]


SIZES = {"bytes32": 32, "address": 20}
"""Bytes of the fixed-size types; eth_abi would fill up what is too short."""


class Function:
    """A call of a smart contract: its subclasses are frozen dataclasses whose fields are the arguments in order."""

    contract: ClassVar[str]
    function: ClassVar[str]


F = TypeVar("F", bound=Function)
S = TypeVar("S")


def selector(call: type[Function]) -> bytes:
    """The four bytes that name a function in call data."""
    return keccak(signature(call).encode())[:4]


def signature(call: type[Function]) -> str:
    """A function's name and types as Solidity writes them for its selector."""
    return f"{call.function}({','.join(types(call))})"


def types(struct: type[Any]) -> tuple[str, ...]:
    """ABI types of a dataclass's fields, in order."""
    return _declared(struct)[1]


def encode(call: Function) -> bytes:
    """Call data. Raises CallMalformed if an argument is out of its type's range."""
    try:
        return selector(type(call)) + encode_abi(types(type(call)), values(call))
    except EncodingError as error:
        raise CallMalformed(reason=str(error)) from error


def decode(call: type[F], data: bytes) -> F:
    """Read call data of this function. Raises CallMalformed if it is not the one canonical encoding of a call."""
    if data[:4] != selector(call):
        raise CallMalformed(reason=f"the selector {data[:4].hex()} of another function")
    return decode_fields(call, data[4:])


def decode_fields(struct: type[S], data: bytes) -> S:
    """Read the ABI encoding of a dataclass's fields, one after the other. Raises CallMalformed."""
    result = read(struct, decode_values(types(struct), data))
    assert isinstance(result, struct)
    return result


def values(struct: Any) -> tuple[Any, ...]:
    """A dataclass's fields as nested plain values in their order. Raises CallMalformed for a digest of another size."""
    fields = dataclasses.fields(struct)
    return tuple(
        _plain(hint, getattr(struct, field.name)) for field, hint in zip(fields, _hints(type(struct)), strict=True)
    )


def read(hint: Any, value: Any) -> Any:
    """Give plain values back the type that ``hint`` names. Raises CallMalformed for a number no term has."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) is tuple:
        return tuple(read(get_args(hint)[0], part) for part in value)
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        names = (field.name for field in dataclasses.fields(hint))
        return hint(**{name: read(*part) for name, *part in zip(names, _hints(hint), value, strict=True)})
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        try:
            return hint(value)
        except ValueError as error:
            raise CallMalformed(reason=str(error)) from error
    return value


def _plain(hint: Any, value: Any) -> Any:
    if get_origin(hint) is tuple:
        return tuple(_plain(get_args(hint)[0], part) for part in value)
    if dataclasses.is_dataclass(value):
        return values(value)
    size = SIZES.get(get_args(hint)[1]) if get_origin(hint) is Annotated else None
    if size is not None and len(value) != size:
        raise CallMalformed(reason=f"{len(value)} bytes where {size} were expected")
    return int(value) if isinstance(value, IntEnum) else value


def _hints(struct: type[Any]) -> tuple[Any, ...]:
    return _declared(struct)[0]


_DECLARED: dict[str, tuple[tuple[Any, ...], tuple[str, ...]]] = {}


def _declared(struct: type[Any]) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """Hints and ABI types of a dataclass's fields, looked up once."""
    name = f"{struct.__module__}.{struct.__qualname__}"
    if name not in _DECLARED:
        by_name = get_type_hints(struct, include_extras=True)
        hints = tuple(by_name[field.name] for field in dataclasses.fields(struct))
        _DECLARED[name] = hints, tuple(map(_type, hints))
    return _DECLARED[name]


def _type(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        return str(get_args(hint)[1])
    if get_origin(hint) is tuple:
        return _type(get_args(hint)[0]) + "[]"
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return f"({','.join(types(hint))})"
    if issubclass(hint, IntEnum):
        return "uint8"
    return {str: "string", bytes: "bytes"}[hint]
