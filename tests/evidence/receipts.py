"""Receipts put together from what the vectors hold, whole or forged (``tests/vectors/receipt-1/README.md``)."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from ledger.evidence.verify.archive import Part, write_parts
from tests.chain.nodes import ROOT

FOLDER = ROOT / "tests/vectors/receipt-1"
PASSPHRASE = "Gänseblümchen 1"


@cache
def cases(name: str) -> list[dict[str, Any]]:
    """Those of ``accepted.json`` or ``refused.json``."""
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


@cache
def stored(name: str) -> bytes:
    """A file of the vectors."""
    return (FOLDER / name).read_bytes()


def policy() -> bytes:
    """Whom the vectors trust."""
    return stored("policy.json")


def accepted(name: str) -> dict[str, Any]:
    """The accepted case of that name."""
    (found,) = (case for case in cases("accepted") if case["name"] == name)
    return found


def receipt_of(case: Mapping[str, Any]) -> bytes:
    """The file of an accepted case, or of a refused one: what it changes of the accepted one that it is ``of``."""
    if "of" not in case:
        return composed(case["fields"], {name: data_of(given) for name, given in case["entries"].items()})
    before = accepted(case["of"])
    entries = {name: data_of(given) for name, given in (before["entries"] | case.get("entries", {})).items() if given}
    receipt = composed(
        before["fields"] | case.get("fields", {}), entries, case.get("order"), spaced=case.get("spaced", False)
    )
    return receipt + bytes.fromhex(case.get("behind", ""))


def data_of(given: Mapping[str, str]) -> bytes:
    """An entry's bytes: in a file, or hex."""
    return stored(given["file"]) if "file" in given else bytes.fromhex(given["hex"])


def composed(
    fields: Mapping[str, Any], entries: Mapping[str, bytes], order: list[str] | None = None, *, spaced: bool = False
) -> bytes:
    """A receipt with these fields and entries, in ascending order or in another; ``spaced``: with white space."""
    separators = (", ", ": ") if spaced else (",", ":")
    names = order or sorted(entries)
    listed = [
        {"name": name, "sha256": hashlib.sha256(entries[name]).hexdigest(), "size": len(entries[name])}
        for name in names
    ]
    content = {"entries": listed, "format": "siegel-receipt/1", **fields}
    raw = json.dumps(content, sort_keys=True, separators=separators).encode("ascii")
    parts = [
        Part(name, len(entries[name]), zlib.crc32(entries[name]), lambda name=name: [entries[name]])  # type: ignore[misc]
        for name in names
    ]
    out = io.BytesIO()
    write_parts("receipt.json", raw, parts, out)
    return out.getvalue()
