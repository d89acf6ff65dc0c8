"""The manifest of a bundle: what is in it, and of what it speaks (``docs/bundle-1.md``)."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from ledger.errors import ManifestInvalid

FORMAT = "siegel-bundle/1"
LARGEST_MANIFEST = 16 * 2**20
MOST_ENTRIES = 65_533
LARGEST_FILE = 2**32 - 2

Kind: TypeAlias = Literal[
    "acts",
    "bid",
    "header",
    "inclusion",
    "proofs",
    "checkpoint",
    "timestamp",
    "criteria",
    "disclosures",
    "document",
    "evaluation",
    "ranking",
    "release",
]

_HEX = "[0-9a-f]{64}"
_NAMES: dict[Kind, tuple[str, int]] = {  # what an entry is called, and how large it can be
    "acts": (f"acts/(?:list|process|roles)-{_HEX}", 64 * 2**20),
    "bid": (f"bids/{_HEX}", 17 * 2**20),
    "header": (r"blocks/\d{12}/header", 64 * 2**10),
    "inclusion": (r"blocks/\d{12}/inclusion", 16 + 64 * 32),
    "proofs": (r"blocks/\d{12}/proofs", 64 * 2**20),
    "checkpoint": (r"checkpoints/\d{12}", 64 * 2**10),
    "timestamp": (rf"checkpoints/\d{{12}}\.{_HEX}", 64 * 2**10),
    "criteria": (f"criteria/{_HEX}", 2**20),
    "disclosures": (f"disclosures/{_HEX}", 8 * 2**20),
    "document": (f"documents/{_HEX}", LARGEST_FILE),
    "evaluation": (f"evaluations/{_HEX}", 2**20),
    "ranking": (rf"rankings/\d{{12}}\.{_HEX}", 16 * 2**20),
    "release": (f"releases/{_HEX}", 8 * 2**20),
}
_GRAMMAR = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, (pattern, _) in _NAMES.items()), re.ASCII)
SALTED = ("criteria", "document", "evaluation", "release")
"""Kinds whose name is the digest of salt and bytes; of criteria, which everybody may know, without salt."""

_DECIMAL = re.compile("0|[1-9][0-9]{0,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: ``digest`` (32 bytes) is SHA-256 of ``salt`` and bytes; only kinds that are ``SALTED`` have a salt."""

    name: str
    kind: Kind
    size: int
    digest: bytes
    salt: bytes = b""

    @property
    def id(self) -> bytes:
        """The 32 bytes that the name ends with: of a series, a release, a document, an authority's certificate, …"""
        return bytes.fromhex(self.name[-64:])

    @property
    def number(self) -> int:
        """The block, the size of a tree, or the round, that the name begins with."""
        return int(self.name.split("/")[1][:12])


@dataclass(frozen=True, slots=True)
class Manifest:
    """``chain_id`` as in EIP-155; hashes and ids are 32 bytes, accounts 20."""

    block: int
    chain_id: int
    genesis_hash: bytes
    ledger: bytes
    registry: bytes
    subject_kind: str
    subject_id: bytes
    entries: tuple[Entry, ...]

    @property
    def raw(self) -> bytes:
        """The one encoding."""
        content = {
            "block": self.block,
            "chainId": str(self.chain_id),
            "entries": [_entry_fields(entry) for entry in self.entries],
            "format": FORMAT,
            "genesisHash": self.genesis_hash.hex(),
            "ledger": self.ledger.hex(),
            "registry": self.registry.hex(),
            "subject": {"id": self.subject_id.hex(), "kind": self.subject_kind},
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")

    @property
    def identity(self) -> bytes:
        """What the bundle is called: SHA-256 of the manifest, 32 bytes."""
        return hashlib.sha256(self.raw).digest()


def read_manifest(raw: bytes) -> Manifest:
    """Read a manifest. Raises ManifestInvalid unless it is the one encoding of what it says.

    What is read is written anew and compared, so a field too many or in another form shows there.
    """
    try:
        given = json.loads(raw.decode("ascii"))
        manifest = _manifest(given)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ManifestInvalid(reason=f"{type(error).__name__}: {error}"[:200]) from error
    if manifest.raw != raw:
        raise ManifestInvalid(reason="it is not written canonically")
    names = [entry.name for entry in manifest.entries]
    if any(second <= first for first, second in pairwise(names)):
        raise ManifestInvalid(reason="its entries are not in ascending order, each once")
    if len(names) > MOST_ENTRIES:
        raise ManifestInvalid(reason=f"{len(names)} entries, at most {MOST_ENTRIES} are allowed")
    return manifest


def kind_of(name: str) -> Kind:
    """What an entry of that name is; raises ManifestInvalid for none."""
    found = _GRAMMAR.fullmatch(name)
    if found is None:
        raise ManifestInvalid(reason=f"no entry can have the name {name!r:.120}")
    return found.lastgroup  # type: ignore[return-value]


def _manifest(given: Any) -> Manifest:
    if given["format"] != FORMAT:
        raise ManifestInvalid(reason=f"the format {given['format']!r:.40}")
    if given["subject"]["kind"] not in ("process", "organisation"):
        raise ManifestInvalid(reason=f"the subject {given['subject']['kind']!r:.40}")
    return Manifest(
        block=whole_number(given["block"], 10**12 - 1),
        chain_id=chain_number(given["chainId"]),
        genesis_hash=hex_bytes(given["genesisHash"], 32),
        ledger=hex_bytes(given["ledger"], 20),
        registry=hex_bytes(given["registry"], 20),
        subject_kind=given["subject"]["kind"],
        subject_id=hex_bytes(given["subject"]["id"], 32),
        entries=tuple(map(_entry, given["entries"])),
    )


def _entry(given: Any) -> Entry:
    name = given["name"]
    kind = kind_of(name)
    size = whole_number(given["size"], _NAMES[kind][1])
    if size == 0:
        raise ManifestInvalid(reason=f"{name} is empty")
    if kind in SALTED:
        salt = b"" if given["salt"] == "" else hex_bytes(given["salt"], 32)
        if salt and kind == "criteria":
            raise ManifestInvalid(reason=f"{name} has a salt")
        return Entry(name, kind, size, bytes.fromhex(name[-64:]), salt)
    return Entry(name, kind, size, hex_bytes(given["sha256"], 32))


def _entry_fields(entry: Entry) -> dict[str, Any]:
    digest = {"salt": entry.salt.hex()} if entry.kind in SALTED else {"sha256": entry.digest.hex()}
    return {"name": entry.name, "size": entry.size, **digest}


def chain_number(given: Any) -> int:
    """A chain id from its decimal text. Raises ManifestInvalid."""
    if not _DECIMAL.fullmatch(given):
        raise ManifestInvalid(reason="a chain id that is no decimal number")
    return int(given)


def whole_number(given: Any, most: int) -> int:
    """A whole number from zero on. Raises ManifestInvalid."""
    if type(given) is not int or not 0 <= given <= most:
        raise ManifestInvalid(reason=f"a whole number up to {most} was expected, not {given!r:.40}")
    return given


def hex_bytes(given: Any, size: int) -> bytes:
    """Bytes of that size from their hex. Raises ManifestInvalid, or ValueError for what is no hex."""
    found = bytes.fromhex(given)
    if len(found) != size:
        raise ManifestInvalid(reason=f"{size} bytes in hex were expected, not {len(found)}")
    return found
