"""The one codec: call data of acts, their logs and digests, and the arguments in a record's detail.

Web3-free and without I/O; layouts come from ``contracts/src/IActs.sol`` and ``ledger/statute.json``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from functools import cache, partial
from typing import Any

from eth_abi.abi import encode as encode_abi
from eth_abi.exceptions import EncodingError

from ledger.chain import abi
from ledger.chain.abi_values import decode_values
from ledger.chain.acts import LedgerAct
from ledger.chain.record import (
    ACT_PROPOSED,
    ACT_RECORDED,
    APPROVAL_REVOKED,
    NOBODY,
    ZERO,
    ActRecord,
    Proposal,
    act_digest,
    decode_log,
    decode_proposal,
    encode_log,
)
from ledger.chain.registry import RegistryAct
from ledger.errors import CallMalformed, LogMalformed
from ledger.terms import STATUTE, Act, Argument

__all__ = [
    "ACT_PROPOSED",
    "ACT_RECORDED",
    "APPROVAL_REVOKED",
    "NOBODY",
    "ZERO",
    "ActRecord",
    "Proposal",
    "act_digest",
    "decode_call",
    "decode_detail",
    "decode_log",
    "decode_proposal",
    "encode_call",
    "encode_detail",
    "encode_log",
]

_CALLS: dict[str, dict[bytes, type[abi.Function]]] = {
    base.contract: {abi.selector(call): call for call in base.__subclasses__()} for base in (LedgerAct, RegistryAct)
}


def encode_call(act: LedgerAct | RegistryAct) -> bytes:
    """Call data of an act. Raises CallMalformed if an argument is out of its type's range."""
    return abi.encode(act)


def decode_call(data: bytes, of: str = "ledger") -> LedgerAct | RegistryAct:
    """Read call data for the contract ``ledger`` or ``registry``. Raises CallMalformed unless canonical."""
    call = _CALLS[of].get(data[:4])
    if call is None:
        raise CallMalformed(reason=f"no function of the {of} has the selector 0x{data[:4].hex()}")
    act = abi.decode(call, data)
    assert isinstance(act, LedgerAct | RegistryAct)
    return act


def decode_detail(record: ActRecord) -> dict[str, Any]:
    """An act's own arguments by name (snake case): ints, bytes, text, terms; structs as dicts, arrays as lists.

    Raises LogMalformed if the detail is not the canonical encoding of the arguments that the table lists.
    """
    try:
        name, types, arguments, absent = _reading(record.act)
    except ValueError as error:
        raise LogMalformed(reason=f"there is no act number {record.act}") from error
    if not record.detail and absent is not None:
        return dict(absent)
    try:
        return _named(arguments, decode_values(types, record.detail))
    except CallMalformed as error:
        raise LogMalformed(reason=f"details of {name}: {error.values['reason']}") from error


def encode_detail(act: Act, detail: dict[str, Any]) -> bytes:
    """The encoding that ``decode_detail`` reads. Raises CallMalformed if a value is out of its type's range."""
    try:
        return encode_abi(_abi_types(act), _values(STATUTE[act].detail, detail))
    except EncodingError as error:
        raise CallMalformed(reason=str(error)) from error


@cache
def _abi_types(act: Act) -> tuple[str, ...]:
    return tuple(map(_abi_type, STATUTE[act].detail))


def _abi_type(argument: Argument) -> str:
    if not argument.abi_type.startswith("tuple"):
        return argument.abi_type
    return f"({','.join(map(_abi_type, argument.components))}){argument.abi_type.removeprefix('tuple')}"


# Of an argument: its name, and what makes its type of a plain value; None where that is its type already.
_Arguments = tuple[tuple[str, Callable[[Any], Any] | None], ...]


@cache
def _reading(number: int) -> tuple[str, tuple[str, ...], _Arguments, dict[str, Any] | None]:
    """Of an act: name, types, arguments, and the arguments that an empty detail stands for, if it may be empty."""
    entry = STATUTE[Act(number)]
    absent = {_snake(argument.name): _absent(argument) for argument in entry.detail}
    return entry.name, _abi_types(entry.act), _read_as(entry.detail), absent if entry.detail_may_be_empty else None


def _read_as(arguments: tuple[Argument, ...]) -> _Arguments:
    return tuple((_snake(argument.name), _typed(argument)) for argument in arguments)


def _named(arguments: _Arguments, values: Any) -> dict[str, Any]:
    return {
        name: value if typed is None else typed(value) for (name, typed), value in zip(arguments, values, strict=True)
    }


def _typed(argument: Argument) -> Callable[[Any], Any] | None:
    if argument.abi_type.startswith("tuple"):
        parts = _read_as(argument.components)
        if argument.abi_type == "tuple":
            return partial(_named, parts)
        return lambda values: [_named(parts, value) for value in values]
    if argument.term is not None:
        return partial(_of_term, argument.term)
    return list if argument.abi_type.endswith("[]") else None


def _of_term(term: type[IntEnum], value: int) -> IntEnum:
    try:
        return term(value)
    except ValueError as error:
        raise CallMalformed(reason=str(error)) from error


def _values(arguments: tuple[Argument, ...], detail: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(_value(argument, detail[_snake(argument.name)]) for argument in arguments)


def _value(argument: Argument, value: Any) -> Any:
    if argument.abi_type == "tuple":
        return _values(argument.components, value)
    if argument.abi_type == "tuple[]":
        return [_values(argument.components, part) for part in value]
    size = abi.SIZES.get(argument.abi_type)
    if size is not None and len(value) != size:
        raise CallMalformed(reason=f"{argument.name} has {len(value)} bytes where {size} were expected")
    return int(value) if isinstance(value, IntEnum) else value


def _absent(argument: Argument) -> Any:
    if argument.abi_type == "tuple":
        return {_snake(part.name): _absent(part) for part in argument.components}
    return {"bytes32": ZERO, "bytes": b"", "address": NOBODY}.get(argument.abi_type, 0)


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower()
