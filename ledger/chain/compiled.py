"""The compiled smart contracts in ``ledger/chain/artifacts``: their ABI and bytecode."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_ARTIFACTS = Path(__file__).parent / "artifacts"


@dataclass(frozen=True)
class Compiled:
    """One smart contract: ``bytecode`` creates it, constructor arguments are appended."""

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes


@cache
def compiled(name: str) -> Compiled:
    """The artifact with this name: ``TenderLedger`` or ``OrganisationRegistry``."""
    artifact = json.loads((_ARTIFACTS / f"{name}.json").read_text("utf-8"))
    return Compiled(name, tuple(artifact["abi"]), bytes.fromhex(artifact.get("bytecode", "").removeprefix("0x")))


def abi_types(parameters: list[dict[str, Any]]) -> list[str]:
    """The types of ABI parameters as ``eth_abi`` takes them, structs as tuples."""
    return [
        f"({','.join(abi_types(given['components']))}){given['type'].removeprefix('tuple')}"
        if given["type"].startswith("tuple")
        else given["type"]
        for given in parameters
    ]
