"""The contracts' questions: calls that change nothing, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from eth_hash.auto import keccak

from ledger.chain.abi_values import decode_values
from ledger.chain.compiled import abi_types, compiled
from ledger.errors import CallMalformed, NodeAnswerMalformed
from ledger.terms import ProcessState, RoundKind, RoundState

_CONTRACTS = {"ledger": "TenderLedger", "registry": "OrganisationRegistry"}


@dataclass(frozen=True)
class ProcessView:
    """A process as it stands: its organisation (zero if unknown), the length of its series, its rounds."""

    organisation_id: bytes
    state: ProcessState
    sequence: int
    rounds: int
    minimum_standstill: int


@dataclass(frozen=True)
class RoundView:
    """A round as it stands; ``deadline`` in seconds since 1970, ``opened`` outcomes recorded so far."""

    kind: RoundKind
    state: RoundState
    deadline: int
    bids: int
    externals: int
    counted: int
    opened: int


def encode_view(of: str, name: str, arguments: tuple[Any, ...]) -> bytes:
    """Call data of a question to ``ledger`` or ``registry``. Raises CallMalformed, also if there is none so named."""
    entry = _questions(of).get(name)
    if entry is None:
        raise CallMalformed(reason=f"the {of} knows no question {name}")
    types = abi_types(entry["inputs"])
    try:
        return keccak(f"{name}({','.join(types)})".encode())[:4] + encode(types, arguments)
    except (EncodingError, TypeError, ValueError) as error:
        raise CallMalformed(reason=f"{name}: {error}") from error


def decode_view(of: str, name: str, data: bytes) -> Any:
    """The answer: one value, or a tuple of several; accounts as 20 bytes. Raises NodeAnswerMalformed."""
    try:
        found = decode_values(abi_types(_questions(of)[name]["outputs"]), data)
    except CallMalformed as error:
        raise NodeAnswerMalformed(method=f"eth_call of {name}", reason=error.values["reason"]) from error
    return found[0] if len(found) == 1 else found


@cache
def _questions(of: str) -> dict[str, dict[str, Any]]:
    abi = compiled(_CONTRACTS[of]).abi
    return {entry["name"]: entry for entry in abi if entry.get("stateMutability") in ("view", "pure")}
