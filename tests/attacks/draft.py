"""A bundle taken apart: what a forger changes before it is packed again in the right form."""

from __future__ import annotations

import fnmatch
import hashlib
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from ledger.errors import ManifestInvalid
from ledger.evidence.verify.archive import write_archive
from ledger.evidence.verify.manifest import SALTED, Entry, Kind, Manifest, kind_of
from tests.evidence.bundles import entries_of, manifest_of

CONTROLS = Path(__file__).parent / "controls"


@dataclass
class Draft:
    """``entries`` by name, without the manifest; ``manifest`` has other fields for it, ``policy`` is as its JSON."""

    original: Manifest
    entries: dict[str, bytes]
    policy: dict[str, Any]
    salts: dict[str, bytes] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    before: Mapping[str, bytes] = field(default_factory=dict)
    """The control's entries."""

    def named(self, pattern: str) -> str:
        """The one entry of that pattern, or with ``#2`` the second one of several, and so on."""
        shape, _, number = pattern.partition("#")
        found = sorted(fnmatch.filter(self.entries, shape))
        assert number or len(found) == 1, (pattern, found)
        return found[int(number or 1) - 1]

    def packed(self) -> bytes:
        """The bundle's file."""
        return pack(self.original, self.entries, self.salts, self.manifest)


def pack(
    before: Manifest, entries: Mapping[str, bytes], salts: Mapping[str, bytes], fields: Mapping[str, Any]
) -> bytes:
    """A bundle in the right form of these entries, with these fields in its manifest and the others of ``before``."""
    made = []
    for name, data in sorted(entries.items()):
        kind = _kind(name)
        digest = bytes.fromhex(name[-64:]) if kind in SALTED else hashlib.sha256(data).digest()
        made.append(Entry(name, kind, len(data), digest, salts.get(name, b"")))
    after = replace(before, entries=tuple(made), **fields)
    out = io.BytesIO()
    write_archive(after, [(zlib.crc32(data), partial(bytes, data)) for _, data in sorted(entries.items())], out)
    return out.getvalue()


def take_apart(bundle: bytes, policy: bytes) -> Draft:
    """A draft that packs to this very bundle."""
    entries, manifest = entries_of(bundle), manifest_of(bundle)
    del entries["manifest.json"]
    salts = {entry.name: entry.salt for entry in manifest.entries}
    return Draft(manifest, entries, json.loads(policy), salts, before=dict(entries))


@cache
def control(name: str) -> tuple[bytes, bytes]:
    """Bundle and policy of a control, such as ``sealed.qbft``."""
    policy = name.split(".")[-1]
    return (CONTROLS / f"{name}.zip").read_bytes(), (CONTROLS / f"{policy}.policy.json").read_bytes()


def control_names() -> list[str]:
    """All controls."""
    return sorted(path.stem for path in CONTROLS.glob("*.zip"))


def _kind(name: str) -> Kind:
    """Of a name that no entry can have: as if it were a document, which any bytes are, but with a digest in the
    manifest."""
    try:
        return kind_of(name)
    except ManifestInvalid:
        return "acts"
