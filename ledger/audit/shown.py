"""Digests of what must be served of releases: disclosed fields in their places, and the record of a process.

Two servers may write the same JSON in different bytes, so what is compared are the values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from ledger.errors import SiegelError
from ledger.ocds.disclosure import disclose
from ledger.ocds.json_text import read_json
from ledger.ocds.package import record


def json_digest(value: Any) -> bytes:
    """SHA-256 over a JSON value in one form, whatever the order of its names."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), default=str).encode()).digest()


def shown_release(data: bytes, disclosures: Sequence[str]) -> dict[str, Any]:
    """A verified release as everybody may see it."""
    return disclose(read_json(data), disclosures)


def record_of(shown: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The record of a process with these releases; None if there are none, or none can be made of them."""
    try:
        return record(shown) if shown else None
    except (SiegelError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def record_digest(shown: Sequence[dict[str, Any]], observer: str | None) -> bytes | None:
    """Digest of the record without the party ``observer``, which is added where others' notices are recorded."""
    made = record_of(shown)
    return None if made is None else served_record_digest(made, observer)


def served_record_digest(made: dict[str, Any], observer: str | None) -> bytes:
    """As ``record_digest``, of a record that was served."""
    compiled = made.get("compiledRelease")
    if observer is None or not isinstance(compiled, dict):
        return json_digest(made)
    parties = compiled.get("parties")
    others = [
        party
        for party in (parties if isinstance(parties, list) else ())
        if not (isinstance(party, dict) and party.get("id") == observer)
    ]
    return json_digest({**made, "compiledRelease": {**compiled, "parties": others}})


def names_observer(made: dict[str, Any], scheme: str, identifier: str) -> bool:
    """Whether the compiled release says who observed it, in the role ``observer``."""
    compiled = made.get("compiledRelease")
    parties = compiled.get("parties") if isinstance(compiled, dict) else None
    wanted = {"scheme": scheme, "id": identifier}
    return any(
        isinstance(party, dict) and party.get("identifier") == wanted and "observer" in (party.get("roles") or ())
        for party in (parties if isinstance(parties, list) else ())
    )
