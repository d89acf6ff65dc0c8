"""The file around the entries of a bundle or receipt: a ZIP of which only one byte sequence is valid
(``docs/bundle-1.md``, the file).

Nothing that a ZIP says of itself is believed. Its headers follow from the manifest, so they are computed and compared;
only the CRC-32 of an entry is read before its bytes, and compared after them.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

from ledger.errors import BundleMalformed, EntryAltered, SiegelError
from ledger.evidence.verify.manifest import LARGEST_FILE, LARGEST_MANIFEST, Entry, Manifest, read_manifest

MANIFEST = "manifest.json"
CHUNK = 2**20


class Listed(Protocol):
    """An entry as the first one lists it: ``digest`` is SHA-256 of ``salt`` and bytes."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def digest(self) -> bytes: ...
    @property
    def salt(self) -> bytes: ...


L = TypeVar("L")
E = TypeVar("E", bound=Listed)


@dataclass(frozen=True, slots=True)
class FileKind(Generic[L, E]):
    """A kind of such files: what it is called, the name of its first entry, most bytes of that and what reads it, the
    entries that it lists, and the name of what else is wrong with the file."""

    title: str
    first: str
    largest: int
    read: Callable[[bytes], L]
    entries: Callable[[L], Sequence[E]]
    malformed: type[SiegelError]


BUNDLE: FileKind[Manifest, Entry] = FileKind(
    "bundle", MANIFEST, LARGEST_MANIFEST, read_manifest, lambda manifest: manifest.entries, BundleMalformed
)


@dataclass(frozen=True, slots=True)
class Part:
    """An entry to be written; ``pieces`` gives its bytes."""

    name: str
    size: int
    crc: int
    pieces: Callable[[], Iterable[bytes]]


_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION, _DATE = 10, 0x21  # 1.0: stored entries; 1980-01-01


def local_header(name: str, crc: int, size: int) -> bytes:
    """What stands before an entry's bytes (APPNOTE 4.3.7)."""
    fixed = _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0)
    return fixed + name.encode("ascii")


def central_header(name: str, crc: int, size: int, offset: int) -> bytes:
    """An entry's place in the directory at the end (APPNOTE 4.3.12)."""
    fixed = _CENTRAL.pack(
        b"PK\x01\x02", _VERSION, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0, 0, 0, 0, 0, offset
    )
    return fixed + name.encode("ascii")


def end_record(entries: int, size: int, offset: int) -> bytes:
    """The end of the file (APPNOTE 4.3.16): number of entries, size and offset of the directory."""
    return _END.pack(b"PK\x05\x06", 0, 0, entries, entries, size, offset, 0)


def file_size(sizes: Iterable[tuple[str, int]]) -> int:
    """Bytes of the whole file, which follow from names and sizes of its entries."""
    return sum(_LOCAL.size + _CENTRAL.size + 2 * len(name) + size for name, size in sizes) + _END.size


def write_archive(manifest: Manifest, pieces: Sequence[tuple[int, Callable[[], bytes]]], out: BinaryIO) -> None:
    """Write a bundle: CRC-32 of each entry of the manifest in their order, and what gives its bytes."""
    entries = zip(manifest.entries, pieces, strict=True)
    parts = [Part(entry.name, entry.size, crc, partial(_one, read)) for entry, (crc, read) in entries]
    write_parts(MANIFEST, manifest.raw, parts, out)


def write_parts(first: str, raw: bytes, parts: Sequence[Part], out: BinaryIO) -> None:
    """Write a file: its first entry's name and bytes, and the others, which that one lists in this order."""
    directory, offset = [], 0
    for part in (Part(first, len(raw), zlib.crc32(raw), lambda: [raw]), *parts):
        head = local_header(part.name, part.crc, part.size)
        out.write(head)
        for piece in part.pieces():
            out.write(piece)
        directory.append(central_header(part.name, part.crc, part.size, offset))
        offset += len(head) + part.size
    out.write(b"".join(directory))
    out.write(end_record(len(directory), sum(map(len, directory)), offset))


def is_of_kind(start: bytes, kind: FileKind[Any, Any]) -> bool:
    """Whether a file that begins with these bytes is of the kind, by the name of its first entry."""
    return start[_LOCAL.size : _LOCAL.size + len(kind.first)] == kind.first.encode("ascii")


class ArchiveReader(Generic[L, E]):
    """Reads a file once, from the first byte to the last; a stream that cannot seek suffices.

    Opening it reads the first entry: ``listing`` is what it says, ``identity`` its SHA-256. Raises what a file of this
    kind is refused with, and what reading its first entry raises.
    """

    def __init__(self, stream: BinaryIO, kind: FileKind[L, E]) -> None:
        self._stream, self._kind, self._offset = stream, kind, 0
        self._directory: list[bytes] = []
        size = self._size_of_first()
        raw = self._read(size)
        self.listing = kind.read(raw)
        self._entries = kind.entries(self.listing)
        sizes = [(kind.first, size), *((entry.name, entry.size) for entry in self._entries)]
        if file_size(sizes) > LARGEST_FILE:  # known here, before gigabytes are read
            raise self._malformed(LARGEST_FILE, f"larger than a {kind.title} can be")
        self.identity = hashlib.sha256(raw).digest()
        self._close_entry(kind.first, zlib.crc32(raw), size, 0, self._crc)

    def entries(self) -> Iterator[tuple[E, Iterator[bytes]]]:
        """Each entry with its bytes in pieces, to be taken in order and whole; then the end of the file.

        Raises EntryAltered if the bytes of an entry are not those that are listed, else as when it was opened.
        """
        for entry in self._entries:
            pieces = self._pieces(entry)
            yield entry, pieces
            for _ in pieces:  # what the caller had no use for is checked all the same
                pass
        self._expect(b"".join(self._directory), "the directory at the end")
        size = sum(map(len, self._directory))
        self._expect(end_record(len(self._directory), size, self._offset - size), "the end record")
        if self._stream.read(1):
            raise self._malformed(self._offset, "bytes after the end")

    def _pieces(self, entry: E) -> Iterator[bytes]:
        """The bytes of an entry, hashed as they go; the last piece is handed out when the whole is as it must be."""
        offset, said = self._open_entry(entry.name, entry.size)
        digest, crc, left = hashlib.sha256(entry.salt), 0, entry.size
        while left:
            data = self._read(min(CHUNK, left))
            left -= len(data)
            digest.update(data)
            crc = zlib.crc32(data, crc)
            if not left:
                if digest.digest() != entry.digest:
                    raise EntryAltered(entry=entry.name, expected=entry.digest, got=digest.digest())
                self._close_entry(entry.name, crc, entry.size, offset, said)
            yield data

    def _size_of_first(self) -> int:
        """Of the first entry alone nothing but its header says the size."""
        first = self._kind.first
        head = self._read(_LOCAL.size + len(first))
        _, _, _, _, _, _, self._crc, size, *_ = _LOCAL.unpack_from(head)
        if head != local_header(first, self._crc, size):
            raise self._malformed(0, f"it does not begin with {first}")
        if size > self._kind.largest:
            raise self._malformed(0, f"{first} of {size} bytes")
        return int(size)

    def _open_entry(self, name: str, size: int) -> tuple[int, int]:
        offset = self._offset
        head = self._read(_LOCAL.size + len(name))
        crc = int.from_bytes(head[14:18], "little")
        if head != local_header(name, crc, size):
            raise self._malformed(offset, f"not the header of {name}")
        return offset, crc

    def _close_entry(self, name: str, crc: int, size: int, offset: int, said: int) -> None:
        if crc != said:
            raise self._malformed(offset, f"another CRC-32 than that of {name}")
        self._directory.append(central_header(name, crc, size, offset))

    def _expect(self, expected: bytes, what: str) -> None:
        start = self._offset
        for at in range(0, len(expected), CHUNK):
            part = expected[at : at + CHUNK]
            if self._read(len(part)) != part:
                raise self._malformed(start + at, f"not {what} that follows from the entries")

    def _read(self, size: int) -> bytes:
        data = self._stream.read(size)
        while len(data) < size:
            more = self._stream.read(size - len(data))
            if not more:
                raise self._malformed(self._offset + len(data), "the file ends too early")
            data += more
        self._offset += size
        return data

    def _malformed(self, offset: int, reason: str) -> SiegelError:
        return self._kind.malformed(offset=offset, reason=reason)


def _one(read: Callable[[], bytes]) -> Iterator[bytes]:
    yield read()
