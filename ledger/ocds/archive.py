"""ZIPs of notices, read member by member and trusted in nothing: a member's name is a label, never a path.

Hostile archives cost what they are worth: the directory is measured before it is read, sizes are what comes out and
not what stands there, and what no honest writer makes (overlapping members, two of one name) is refused by name.
Python's ``zipfile`` looks for overlaps only from 3.11.8 on, so it is done here.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import BinaryIO, Final, cast

from ledger.errors import (
    ArchiveInvalid,
    ArchiveTooLarge,
    ArchiveTooManyMembers,
    FileEmpty,
    MemberEncrypted,
    MemberInvalid,
    MemberOvercompressed,
    MemberRepeated,
)

SIGNATURE: Final = b"PK"

_LEAST_ENTRY: Final = 46
_END: Final = struct.Struct("<4s4H2LH")  # APPNOTE 4.3.16, end of central directory
_END_64_LOCATOR: Final = struct.Struct("<4sLQL")  # 4.3.15
_END_64: Final = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_LONGEST_COMMENT: Final = 65_535
_IN_ZIP_64: Final = 0xFFFFFFFF
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read of one archive: members, bytes that all unpack to, and how much tighter than packed.

    A month of a whole country's notices is some 25,000 members. Deflate cannot exceed 1,032 times; JSON and XML stay
    below 60. The ratio counts only from ``ratio_from`` bytes on, as a few repeated bytes pack tighter by chance.
    """

    members: int = 100_000
    directory_bytes: int = 32 * 1024 * 1024
    total_bytes: int = 16 * 1024**3
    ratio: int = 200
    ratio_from: int = 1024 * 1024


class Archive:
    """One ZIP. Raises ArchiveInvalid, ArchiveTooManyMembers or, if there is nothing in it, FileEmpty."""

    def __init__(self, file: BinaryIO, limits: Limits | None = None) -> None:
        self._limits, self._unpacked = limits or Limits(), 0
        _measure(file, self._limits)
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN as error:
            raise ArchiveInvalid(why=_words(error)) from None
        entries = self._zip.infolist()
        if len(entries) > self._limits.members:
            raise ArchiveTooManyMembers(limit=self._limits.members)
        _require_apart(entries, self._zip.start_dir)
        self._repeated: set[int] = set()
        names: set[str] = set()
        for index, entry in enumerate(entries):
            if entry.filename in names:
                self._repeated.add(index)
            names.add(entry.filename)
        self._entries = [(i, entry) for i, entry in enumerate(entries) if not (entry.is_dir() and not entry.file_size)]
        if not self._entries:
            raise FileEmpty()

    def names(self) -> Iterator[tuple[int, str]]:
        """Number and name of each member that is no folder, in the order of the directory."""
        return ((index, entry.filename) for index, entry in self._entries)

    @contextmanager
    def open(self, number: int) -> Iterator[BinaryIO]:
        """A member's bytes as a stream. Opening and reading raise MemberRepeated, MemberEncrypted, MemberInvalid,
        MemberOvercompressed, ArchiveTooLarge."""
        entry = self._zip.infolist()[number]
        if number in self._repeated:
            raise MemberRepeated(member=entry.filename)
        if entry.flag_bits & _ENCRYPTED:
            raise MemberEncrypted(member=entry.filename)
        if entry.compress_type not in _METHODS:
            raise MemberInvalid(member=entry.filename, why=f"packed by method {entry.compress_type}")
        # What it says of itself is believed only where it speaks against it.
        self.count(entry, 0, entry.file_size)
        try:
            unpacked = self._zip.open(entry)
        except _BROKEN as error:
            raise MemberInvalid(member=entry.filename, why=_words(error)) from None
        with unpacked:
            yield cast(BinaryIO, io.BufferedReader(_Counted(self, entry, unpacked), 1 << 16))

    def count(self, entry: zipfile.ZipInfo, chunk: int, so_far: int) -> None:
        """Take note of bytes that came out. Raises MemberOvercompressed, ArchiveTooLarge."""
        self._unpacked += chunk
        limits = self._limits
        if so_far > max(limits.ratio_from, limits.ratio * entry.compress_size):
            raise MemberOvercompressed(member=entry.filename, limit=limits.ratio)
        if self._unpacked > limits.total_bytes:
            raise ArchiveTooLarge(limit=limits.total_bytes, member=entry.filename)


class _Counted(io.RawIOBase):
    """What comes out of a member, counted; a member that ends before or after what it says of itself is broken."""

    def __init__(self, archive: Archive, entry: zipfile.ZipInfo, unpacked: object) -> None:
        self._archive, self._entry, self._read = archive, entry, cast(BinaryIO, unpacked).read
        self._so_far = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._read(len(buffer))
        except _BROKEN as error:
            raise MemberInvalid(member=self._entry.filename, why=_words(error)) from None
        self._so_far += len(chunk)
        self._archive.count(self._entry, len(chunk), self._so_far)
        if not chunk and self._so_far != self._entry.file_size:
            why = f"it has {self._so_far} bytes instead of {self._entry.file_size}"
            raise MemberInvalid(member=self._entry.filename, why=why)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _measure(file: BinaryIO, limits: Limits) -> None:
    """Refuse a directory that is longer than the archive's own size or the limits allow, before it is read."""
    size = file.seek(0, io.SEEK_END)
    tail_from = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(tail_from)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise ArchiveInvalid(why="it has no directory; it may be cut off")
    *_, members, directory, _offset, _ = _END.unpack_from(tail, at)
    locator = tail_from + at - _END_64_LOCATOR.size
    if locator >= 0:
        file.seek(locator)
        signature, _, end_64, _ = _END_64_LOCATOR.unpack(file.read(_END_64_LOCATOR.size))
        if signature == b"PK\x06\x07":
            file.seek(min(end_64, size))
            found = file.read(_END_64.size)
            if len(found) == _END_64.size and found.startswith(b"PK\x06\x06"):
                *_, members, directory, _offset = _END_64.unpack(found)
    file.seek(0)
    if members > limits.members or directory > limits.directory_bytes:
        raise ArchiveTooManyMembers(limit=limits.members)
    if directory > size or members * _LEAST_ENTRY > directory:
        raise ArchiveInvalid(why="its directory does not fit what it says of itself")


def _require_apart(entries: list[zipfile.ZipInfo], directory_from: int) -> None:
    """Members that share bytes unpack to any size (the "better ZIP bomb"): no honest writer makes them."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in zip_longest(ordered, ordered[1:]):
        least_end = entry.header_offset + zipfile.sizeFileHeader + entry.compress_size  # type: ignore[attr-defined]
        if entry.header_offset < 0 or least_end > (following.header_offset if following else directory_from):
            raise ArchiveInvalid(why=f"the member {entry.filename} overlaps what follows it")


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
