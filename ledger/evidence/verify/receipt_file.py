"""The first entry of a receipt: for which bid it is, and what is in it (``docs/siegel-1.md``, the receipt)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

from ledger.errors import EntryMissing, ManifestInvalid, ReceiptMalformed
from ledger.evidence.verify.archive import FileKind
from ledger.evidence.verify.manifest import LARGEST_FILE, chain_number, hex_bytes, whole_number
from ledger.evidence.verify.statute_row import digest

FORMAT: Final = "siegel-receipt/1"
RECEIPT: Final = "receipt.json"
PROMISE: Final = 4 * 32 + 65
"""Bytes of a promise."""

Name: TypeAlias = Literal["envelope", "key-set", "promise", "proof", "secret", "transaction"]

LARGEST: Final[dict[Name, int]] = {
    "envelope": LARGEST_FILE,
    "key-set": 2**15,
    "promise": PROMISE,
    "proof": LARGEST_FILE,
    "secret": 2**10,
    "transaction": 2**16,
}
"""Most bytes of each entry."""

_LARGEST_RECEIPT: Final = 2**13
_REQUIRED: Final[tuple[Name, ...]] = ("envelope", "key-set", "secret")
_MOST_TEXT: Final = 128


@dataclass(frozen=True, slots=True)
class Enclosed:
    """An entry of a receipt; ``digest`` is the SHA-256 of its bytes, 32 bytes."""

    name: Name
    size: int
    digest: bytes
    salt: bytes = b""


@dataclass(frozen=True, slots=True)
class Handed:
    """The bid that a receipt is of. Ids and digests have 32 bytes, accounts 20; ``supersedes`` is zero of none."""

    chain_id: int
    ledger: bytes
    organisation_id: bytes
    ocid: str
    process_id: bytes
    round: int
    author: bytes
    commitment: bytes
    supersedes: bytes
    entries: tuple[Enclosed, ...]

    @property
    def raw(self) -> bytes:
        """The one encoding."""
        content = {
            "author": self.author.hex(),
            "chainId": str(self.chain_id),
            "commitment": self.commitment.hex(),
            "entries": [{"name": each.name, "sha256": each.digest.hex(), "size": each.size} for each in self.entries],
            "format": FORMAT,
            "ledger": self.ledger.hex(),
            "ocid": self.ocid,
            "organisationId": self.organisation_id.hex(),
            "processId": self.process_id.hex(),
            "round": self.round,
            "supersedes": self.supersedes.hex(),
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")


def read_handed(raw: bytes) -> Handed:
    """Read the entry. Raises ManifestInvalid unless it is the one encoding of what it says, EntryMissing without an
    entry that must be there."""
    try:
        handed = _handed(json.loads(raw.decode("ascii")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ManifestInvalid(reason=f"{type(error).__name__}: {error}"[:200]) from error
    if handed.raw != raw:
        raise ManifestInvalid(reason="it is not written canonically")
    if any(second.name <= first.name for first, second in pairwise(handed.entries)):
        raise ManifestInvalid(reason="its entries are not in ascending order, each once")
    names = {entry.name for entry in handed.entries}
    for name in _REQUIRED:
        if name not in names:
            raise EntryMissing(entry=name)
    return handed


def _handed(given: Any) -> Handed:
    if given["format"] != FORMAT:
        raise ManifestInvalid(reason=f"the format {given['format']!r:.40}")
    ocid = given["ocid"]
    if not (0 < len(ocid) <= _MOST_TEXT and ocid.isascii() and ocid.isprintable()):
        raise ManifestInvalid(reason=f"an ocid of 1 to {_MOST_TEXT} printable characters was expected")
    organisation_id, process_id = hex_bytes(given["organisationId"], 32), hex_bytes(given["processId"], 32)
    if digest(organisation_id, ocid) != process_id:
        raise ManifestInvalid(reason="the process id is not that of organisation and ocid")
    return Handed(
        chain_id=chain_number(given["chainId"]),
        ledger=hex_bytes(given["ledger"], 20),
        organisation_id=organisation_id,
        ocid=ocid,
        process_id=process_id,
        round=whole_number(given["round"], 2**32 - 1),
        author=hex_bytes(given["author"], 20),
        commitment=hex_bytes(given["commitment"], 32),
        supersedes=hex_bytes(given["supersedes"], 32),
        entries=tuple(map(_entry, given["entries"])),
    )


def _entry(given: Any) -> Enclosed:
    name = given["name"]
    if name not in LARGEST:
        raise ManifestInvalid(reason=f"no entry can have the name {name!r:.120}")
    size = whole_number(given["size"], LARGEST[name])
    if size == 0 or (name == "promise" and size != PROMISE):
        raise ManifestInvalid(reason=f"{name} has {size} bytes")
    return Enclosed(name, size, hex_bytes(given["sha256"], 32))


RECEIPT_FILE: FileKind[Handed, Enclosed] = FileKind(
    "receipt", RECEIPT, _LARGEST_RECEIPT, read_handed, lambda handed: handed.entries, ReceiptMalformed
)
