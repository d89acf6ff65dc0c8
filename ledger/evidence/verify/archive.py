"""The file around a bundle's entries: a ZIP of which only one byte sequence is valid (``docs/bundle-1.md``, the file).

Nothing that a ZIP says of itself is believed. Its headers follow from the manifest, so they are computed and compared;
only the CRC-32 of an entry is read before its bytes, and compared after them.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from ledger.errors import BundleMalformed, EntryAltered
from ledger.evidence.verify.manifest import LARGEST_FILE, LARGEST_MANIFEST, Entry, Manifest, read_manifest

MANIFEST = "manifest.json"
CHUNK = 2**20

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


def _file_size(manifest_size: int, manifest: Manifest) -> int:
    """Bytes of the whole file, which follow from its manifest."""
    sizes = [(MANIFEST, manifest_size), *((entry.name, entry.size) for entry in manifest.entries)]
    return sum(_LOCAL.size + _CENTRAL.size + 2 * len(name) + size for name, size in sizes) + _END.size


def write_archive(manifest: Manifest, pieces: Sequence[tuple[int, Callable[[], bytes]]], out: BinaryIO) -> None:
    """Write the file: CRC-32 of each entry of the manifest in their order, and what gives its bytes."""
    raw = manifest.raw
    parts: list[tuple[str, int, int, Callable[[], bytes]]] = [(MANIFEST, len(raw), zlib.crc32(raw), lambda: raw)]
    parts += [(entry.name, entry.size, *piece) for entry, piece in zip(manifest.entries, pieces, strict=True)]
    directory, offset = [], 0
    for name, size, crc, read in parts:
        head = local_header(name, crc, size)
        out.write(head)
        out.write(read())
        directory.append(central_header(name, crc, size, offset))
        offset += len(head) + size
    out.write(b"".join(directory))
    out.write(end_record(len(directory), sum(map(len, directory)), offset))


class BundleReader:
    """Reads a bundle once, from the first byte to the last; a stream that cannot seek suffices.

    Opening it reads the manifest. Raises BundleMalformed, ManifestInvalid.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._offset = stream, 0
        self._directory: list[bytes] = []
        size = self._size_of_first()
        raw = self._read(size)
        self.manifest: Manifest = read_manifest(raw)
        if _file_size(size, self.manifest) > LARGEST_FILE:  # known here, before gigabytes are read
            raise BundleMalformed(offset=LARGEST_FILE, reason="larger than a bundle can be")
        self.identity = hashlib.sha256(raw).digest()
        self._close_entry(MANIFEST, zlib.crc32(raw), size, 0, self._crc)

    def entries(self) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Each entry with its bytes in pieces, to be taken in order and whole; then the end of the file.

        Raises EntryAltered if the bytes of an entry are not those of the manifest, BundleMalformed for all else.
        """
        for entry in self.manifest.entries:
            pieces = self._pieces(entry)
            yield entry, pieces
            for _ in pieces:  # what the caller had no use for is checked all the same
                pass
        self._expect(b"".join(self._directory), "the directory at the end")
        size = sum(map(len, self._directory))
        self._expect(end_record(len(self._directory), size, self._offset - size), "the end record")
        if self._stream.read(1):
            raise BundleMalformed(offset=self._offset, reason="bytes after the end")

    def _pieces(self, entry: Entry) -> Iterator[bytes]:
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
        """Of the manifest alone nothing but its header says the size."""
        head = self._read(_LOCAL.size + len(MANIFEST))
        _, _, _, _, _, _, self._crc, size, *_ = _LOCAL.unpack_from(head)
        if head != local_header(MANIFEST, self._crc, size):
            raise BundleMalformed(offset=0, reason="it does not begin with a manifest")
        if size > LARGEST_MANIFEST:
            raise BundleMalformed(offset=0, reason=f"a manifest of {size} bytes")
        return int(size)

    def _open_entry(self, name: str, size: int) -> tuple[int, int]:
        offset = self._offset
        head = self._read(_LOCAL.size + len(name))
        crc = int.from_bytes(head[14:18], "little")
        if head != local_header(name, crc, size):
            raise BundleMalformed(offset=offset, reason=f"not the header of {name}")
        return offset, crc

    def _close_entry(self, name: str, crc: int, size: int, offset: int, said: int) -> None:
        if crc != said:
            raise BundleMalformed(offset=offset, reason=f"another CRC-32 than that of {name}")
        self._directory.append(central_header(name, crc, size, offset))

    def _expect(self, expected: bytes, what: str) -> None:
        start = self._offset
        for at in range(0, len(expected), CHUNK):
            part = expected[at : at + CHUNK]
            if self._read(len(part)) != part:
                raise BundleMalformed(offset=start + at, reason=f"not {what} that follows from the entries")

    def _read(self, size: int) -> bytes:
        data = self._stream.read(size)
        while len(data) < size:
            more = self._stream.read(size - len(data))
            if not more:
                raise BundleMalformed(offset=self._offset + len(data), reason="the file ends too early")
            data += more
        self._offset += size
        return data
