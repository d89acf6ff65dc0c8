"""A bidder's receipt: writing one, reading one to write it anew (``docs/siegel-1.md``, the receipt).

Whether it proves anything is for ``ledger.evidence.verify.receipt`` to say. A receipt that gets a promise, transaction
or proof is written anew: ``write_receipt(dataclasses.replace(read_receipt(path), proof=bundle), out)``.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from ledger.chain.acts import Promise
from ledger.errors import BundleTooLarge
from ledger.evidence.verify.archive import CHUNK, ArchiveReader, Part, file_size, is_of_kind, write_parts
from ledger.evidence.verify.manifest import LARGEST_FILE
from ledger.evidence.verify.receipt_entries import Promised, read_promise
from ledger.evidence.verify.receipt_file import RECEIPT, RECEIPT_FILE, Enclosed, Handed, Name, read_handed
from ledger.evidence.verify.secret import open_secret, seal_secret

__all__ = [
    "Piece", "Receipt", "Stored", "is_receipt", "open_secret", "pieces_of", "read_receipt", "seal_secret",
    "write_receipt",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file: where its bytes begin, and how many they are."""

    path: Path
    start: int
    size: int


Stored: TypeAlias = Path | Piece | bytes
"""Bytes of any number: in a file, in a stretch of one, or at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a tenderer keeps of a bid. Ids and digests have 32 bytes, accounts 20.

    ``commitment`` is what ``author`` commits, ``supersedes`` the own earlier one that it replaces, zero of none;
    ``key_set_detail`` is ``abi.encode(keySet)`` as in the detail of KeySetRegistered, ``secret`` what ``seal_secret``
    gave, ``transaction`` the signed raw one, ``proof`` an evidence bundle of the process.
    """

    chain_id: int
    ledger: bytes
    organisation_id: bytes
    ocid: str
    process_id: bytes
    round: int
    author: bytes
    commitment: bytes
    supersedes: bytes = bytes(32)
    envelope: Stored
    key_set_detail: bytes
    secret: bytes
    promise: Promise | None = None
    transaction: bytes | None = None
    proof: Stored | None = None


def write_receipt(receipt: Receipt, out: BinaryIO) -> Handed:
    """Write the file; envelope and proof are read twice and never held.

    Raises BundleTooLarge for more than a file can have, ManifestInvalid, and OSError of what is read or written. Write
    to a file of its own and rename it (``ledger.cli.home.replacing``): the receipt may be what is read.
    """
    entries = list(_entries(receipt))
    size = file_size((name, _size(stored)) for name, stored in entries)
    if size > LARGEST_FILE - _LARGEST_FIRST:
        raise BundleTooLarge(what="bytes", given=size, most=LARGEST_FILE - _LARGEST_FIRST)
    parts = [_part(name, stored) for name, stored in entries]
    handed = Handed(
        receipt.chain_id, receipt.ledger, receipt.organisation_id, receipt.ocid, receipt.process_id, receipt.round,
        receipt.author, receipt.commitment, receipt.supersedes, tuple(entry for entry, _ in parts),
    )  # fmt: skip
    read_handed(handed.raw)  # what no reader would take is not written
    write_parts(RECEIPT, handed.raw, [part for _, part in parts], out)
    return handed


def read_receipt(path: Path) -> Receipt:
    """Read a receipt to its end; envelope and proof stay where they are.

    Raises ReceiptMalformed, ManifestInvalid, EntryMissing, EntryAltered, EntryInvalid; what the entries prove is not
    asked.
    """
    small, stored = dict[str, bytes](), dict[str, Piece]()
    with path.open("rb") as stream:
        reader = ArchiveReader(stream, RECEIPT_FILE)
        for entry, pieces in reader.entries():
            if entry.name in _LARGE:
                first = next(pieces)
                stored[entry.name] = Piece(path, stream.tell() - len(first), entry.size)
            else:
                small[entry.name] = b"".join(pieces)
    handed = reader.listing
    return Receipt(
        chain_id=handed.chain_id,
        ledger=handed.ledger,
        organisation_id=handed.organisation_id,
        ocid=handed.ocid,
        process_id=handed.process_id,
        round=handed.round,
        author=handed.author,
        commitment=handed.commitment,
        supersedes=handed.supersedes,
        envelope=stored["envelope"],
        key_set_detail=small["key-set"],
        secret=small["secret"],
        promise=Promise(*read_promise(small["promise"])) if "promise" in small else None,
        transaction=small.get("transaction"),
        proof=stored.get("proof"),
    )


def is_receipt(path: Path) -> bool:
    """Whether the file is one, by the name of its first entry; all else is for whoever reads it."""
    with path.open("rb") as stream:
        return is_of_kind(stream.read(_START), RECEIPT_FILE)


def pieces_of(stored: Stored) -> Iterator[bytes]:
    """The bytes, piece by piece."""
    if isinstance(stored, bytes):
        yield stored
        return
    path, start, left = (stored.path, stored.start, stored.size) if isinstance(stored, Piece) else (stored, 0, None)
    with path.open("rb") as stream:
        stream.seek(start)
        while piece := stream.read(CHUNK if left is None else min(CHUNK, left)):
            left = None if left is None else left - len(piece)
            yield piece


def _entries(receipt: Receipt) -> Iterator[tuple[Name, Stored]]:
    """Those that there are, in ascending order of their names."""
    yield "envelope", receipt.envelope
    yield "key-set", receipt.key_set_detail
    if receipt.promise is not None:
        given = receipt.promise
        yield "promise", Promised(given.receiver, given.arrived_at, given.deliver_by, given.signature).encoded()
    if receipt.proof is not None:
        yield "proof", receipt.proof
    yield "secret", receipt.secret
    if receipt.transaction is not None:
        yield "transaction", receipt.transaction


def _size(stored: Stored) -> int:
    if isinstance(stored, bytes):
        return len(stored)
    return stored.size if isinstance(stored, Piece) else stored.stat().st_size


def _part(name: Name, stored: Stored) -> tuple[Enclosed, Part]:
    digest, crc, size = hashlib.sha256(), 0, 0
    for piece in pieces_of(stored):
        digest.update(piece)
        crc = zlib.crc32(piece, crc)
        size += len(piece)
    return Enclosed(name, size, digest.digest()), Part(name, size, crc, partial(pieces_of, stored))


_START: Final = 64
"""Bytes that are enough to see the first entry's name."""

_LARGE: Final = ("envelope", "proof")
_LARGEST_FIRST: Final = 2**16
"""Bytes kept free for the first entry and what stands about it."""
