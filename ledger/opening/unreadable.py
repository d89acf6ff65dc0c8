"""The evidence of an unreadable bid: the document whose SHA-256 the ledger has (``docs/opening.md``)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from ledger.errors import SiegelError
from ledger.ocds.json_text import write_json

FORMAT: Final = "siegel-unreadable/1"
_LARGEST: Final = 2**53 - 1


def evidence_of(
    commitment: bytes, refusal: str, values: Mapping[str, Any], seed: bytes | None = None
) -> dict[str, Any]:
    """Two officers who find the same write the same document. ``seed``: one that gives sealed shares of the bid."""
    document = {
        "format": FORMAT,
        "commitment": commitment.hex(),
        "refusal": refusal,
        "values": {name: _plain(value) for name, value in values.items()},
    }
    return document if seed is None else {**document, "seed": seed.hex()}


def values_of(refusal: SiegelError) -> dict[str, Any]:
    """What a refusal says beside its name, but for ``reason``, which is prose and may differ between two machines."""
    return {name: value for name, value in refusal.values.items() if name != "reason"}


def evidence_digest(document: Mapping[str, Any]) -> bytes:
    """SHA-256 of the document in the form of RFC 8785, 32 bytes."""
    return hashlib.sha256(write_json(document)).digest()


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return value.hex()
        case tuple():
            return [_plain(each) for each in value]
        case int() if value > _LARGEST:
            return str(value)
        case int():
            return int(value)
    return value
