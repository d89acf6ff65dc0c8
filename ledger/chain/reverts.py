"""What a node says when a smart contract refuses, as the named exception of ``ledger.errors``.

py-evm, anvil and Besu all answer code 3 with the revert's data; the data is decoded by the contracts' own ABI. The
exception's values carry the names of the Solidity parameters.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from eth_hash.auto import keccak

from ledger import errors
from ledger.chain.abi_values import decode_values
from ledger.chain.compiled import abi_types, compiled
from ledger.errors import (
    CallMalformed,
    NodeRefused,
    OutOfGas,
    Panicked,
    RevertedWithoutReason,
    RevertedWithText,
    RevertedWithUnknownError,
    SiegelError,
)

_ERROR_STRING = keccak(b"Error(string)")[:4]
_PANIC = keccak(b"Panic(uint256)")[:4]


def named_refusal(refusal: NodeRefused) -> SiegelError:
    """The failure behind a node's refusal of a call or an estimate; the refusal itself if it was no revert."""
    data = _revert_data(refusal.values.get("data"))
    if data is not None:
        return decode_revert(data)
    message = str(refusal.values.get("message")).lower()
    if "out of gas" in message or "gas required exceeds" in message:
        return OutOfGas()
    if refusal.values.get("code") == 3 or "revert" in message:
        return RevertedWithoutReason()
    return refusal


def decode_revert(data: bytes) -> SiegelError:
    """The exception for a revert's data: selector and ABI-encoded values."""
    if not data:
        return RevertedWithoutReason()
    try:
        if data[:4] == _ERROR_STRING:
            return RevertedWithText(text=decode_values(["string"], data[4:])[0])
        if data[:4] == _PANIC:
            return Panicked(code=decode_values(["uint256"], data[4:])[0])
        known = _custom_errors().get(data[:4])
        if known is None:
            return RevertedWithUnknownError(data=data)
        error, parameters = known
        found = decode_values(abi_types(parameters), data[4:])
    except CallMalformed:
        return RevertedWithUnknownError(data=data)
    return error(**{given["name"]: value for given, value in zip(parameters, found, strict=True)})


@cache
def _custom_errors() -> dict[bytes, tuple[type[SiegelError], list[dict[str, Any]]]]:
    known = {}
    for contract in ("TenderLedger", "OrganisationRegistry"):
        for entry in compiled(contract).abi:
            error = getattr(errors, entry.get("name", ""), None)
            if entry["type"] == "error" and error is not None:
                name = f"{entry['name']}({','.join(abi_types(entry['inputs']))})"
                known[keccak(name.encode())[:4]] = (error, entry["inputs"])
    return known


def _revert_data(data: Any) -> bytes | None:
    """The revert's bytes, which some nodes put into an object of their own."""
    if isinstance(data, dict):
        data = data.get("data")
    if not isinstance(data, str) or not data.startswith("0x"):
        return None
    try:
        return bytes.fromhex(data[2:])
    except ValueError:
        return None
