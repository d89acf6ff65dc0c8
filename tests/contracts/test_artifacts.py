"""The committed artifacts are what the sources compile to, small enough, and laid out as proofs need it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts import compile_contracts
from scripts.compile_contracts import ARTIFACTS, CONTRACTS

# EIP-170 allows 24,576; the rest is a reserve.
MOST_BYTES = 24_000


def artifact(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ARTIFACTS / f"{name}.json").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    return compile_contracts.compile_contracts()


def test_compile_committed_sources_give_the_committed_bytes(compiled: dict[str, str]) -> None:
    """Byte for byte, through py-solc-x and npm's compiler."""
    assert compile_contracts.differences(compiled) == []


def test_compile_changed_artifact_is_noticed(compiled: dict[str, str]) -> None:
    """One digit of the bytecode that differs names the file."""
    name = "TenderLedger.json"
    changed = compiled | {name: compiled[name].replace('"bytecode": "0x60', '"bytecode": "0x61')}
    assert compile_contracts.differences(changed) == [name]


@pytest.mark.parametrize("name", CONTRACTS)
def test_code_size_stays_within_the_limit(name: str) -> None:
    """Every contract has 24,000 bytes of code at most, and no two of them grow unseen."""
    assert (len(artifact(name)["deployedBytecode"]) - 2) // 2 <= MOST_BYTES


@pytest.mark.parametrize("name", CONTRACTS)
def test_heads_stand_in_slot_zero(name: str) -> None:
    """Storage proofs of heads rest on this slot; it must never move."""
    heads = [entry for entry in artifact(name)["storageLayout"] if entry["label"] == "heads"]
    assert heads == [{"label": "heads", "slot": "0", "offset": 0, "type": "t_mapping(t_bytes32,t_bytes32)"}]


@pytest.mark.parametrize("name", CONTRACTS)
def test_artifact_names_the_settings_it_was_compiled_with(name: str) -> None:
    """The settings are committed beside the code, and no step clones functions for their literals (F)."""
    settings = artifact(name)["settings"]
    assert settings == compile_contracts.SETTINGS
    assert "F" not in settings["optimizer"]["details"]["yulDetails"]["optimizerSteps"]
    assert settings["viaIR"] is True
    assert settings["optimizer"]["runs"] == 200
    assert settings["evmVersion"] == "cancun"
