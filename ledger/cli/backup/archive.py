"""The inside of a backup: a tar stream whose first entry lists the digest of every other one.

So a reader knows before each entry what it must be, and after the last one whether any is missing.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from ledger.errors import BackupDiffers, BackupUnreadable

FORMAT: Final = "siegel backup 1"
LIST_NAME: Final = "backup.json"
CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the backup: its place below the home, bytes, and SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The backup's own list: what it holds, of which format of home, made when (RFC 3339)."""

    home_version: int
    made_at: str
    entries: tuple[Entry, ...]

    def to_bytes(self) -> bytes:
        """The first entry of the archive."""
        entries = [{"path": e.path, "size": e.size, "sha256": e.sha256} for e in self.entries]
        document = {"format": FORMAT, "homeVersion": self.home_version, "madeAt": self.made_at, "entries": entries}
        return json.dumps(document, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Contents:
        """Raises ``ValueError`` for anything but a list of ours."""
        document: Any = json.loads(content)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ValueError("no " + FORMAT)
        try:
            entries = tuple(Entry(str(e["path"]), int(e["size"]), str(e["sha256"])) for e in document["entries"])
            return cls(int(document["homeVersion"]), str(document["madeAt"]), entries)
        except (KeyError, TypeError) as error:
            raise ValueError(error) from error


def describe(path: str, source: Path) -> Entry:
    """The entry for the file ``source`` as it is now."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Entry(path, size, digest.hexdigest())


def write_archive(stream: IO[bytes], contents: Contents, sources: Mapping[str, Path]) -> None:
    """Writes the list and then every file. Raises ``BackupDiffers`` if a file changed since it was described."""
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        content = contents.to_bytes()
        tar.addfile(_header(LIST_NAME, len(content)), io.BytesIO(content))
        for entry in contents.entries:
            with sources[entry.path].open("rb") as file:
                watched = _Watched(file)
                tar.addfile(_header(entry.path, entry.size), watched)
                watched.expect(entry)


def read_archive(stream: IO[bytes], name: Path) -> Iterator[Contents | tuple[Entry, IO[bytes]]]:
    """Yields the list first, then each entry with its bytes, which the caller must read to the end.

    Raises ``BackupUnreadable`` for what is no archive of ours, ``BackupDiffers`` for an entry that is missing, too
    much, or not what the list says.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            members = iter(tar)
            contents = _read_list(tar, next(members, None), name)
            yield contents
            for entry in contents.entries:
                member = next(members, None)
                if member is None or member.name != entry.path or not member.isreg():
                    got = member.name if member else "nothing"
                    raise BackupDiffers(entry=entry.path, expected=entry.sha256, got=got)
                file = tar.extractfile(member)
                assert file is not None
                watched = _Watched(file)
                yield entry, watched  # type: ignore[misc]
                watched.expect(entry)
            if (extra := next(members, None)) is not None:
                raise BackupDiffers(entry=extra.name, expected="nothing", got="an entry")
    except tarfile.TarError as error:
        raise BackupUnreadable(path=name, why=str(error)) from error


def _read_list(tar: tarfile.TarFile, member: tarfile.TarInfo | None, name: Path) -> Contents:
    if member is None or member.name != LIST_NAME:
        raise BackupUnreadable(path=name, why="it does not begin with a backup's list")
    file = tar.extractfile(member)
    try:
        contents = Contents.from_bytes(file.read() if file else b"")
    except ValueError as error:
        raise BackupUnreadable(path=name, why=str(error)) from error
    for entry in contents.entries:
        parts = PurePosixPath(entry.path).parts
        if not parts or ".." in parts or parts[0] == "/" or str(PurePosixPath(entry.path)) != entry.path:
            raise BackupUnreadable(path=name, why=f"{entry.path} does not lie below the home")
    return contents


def _header(path: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(path)
    header.size, header.mode = size, 0o600
    return header


class _Watched(io.RawIOBase):
    """Passes bytes on and remembers their digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self._size = file, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._digest.update(content)
        self._size += len(content)
        return content

    def expect(self, entry: Entry) -> None:
        """Raises ``BackupDiffers`` unless exactly the entry's bytes went through."""
        if self._file.read(1) or self._size != entry.size or self._digest.hexdigest() != entry.sha256:
            raise BackupDiffers(entry=entry.path, expected=entry.sha256, got=self._digest.hexdigest())
