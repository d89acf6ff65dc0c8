"""The notices in a file: the file itself, the members of a ZIP, the lines of JSON Lines; one at a time.

A *document* is the bytes that are read as one file of OCDS or eForms and kept as the original of what they publish.
What a file is, its content says: ``PK`` begins a ZIP, several JSON texts are JSON Lines, all else is one document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from ledger.errors import ArchiveNested, SiegelError
from ledger.ocds.archive import SIGNATURE, Archive, Limits
from ledger.ocds.json_lines import json_texts
from ledger.ocds.json_text import MAX_BYTES

SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson", ".xml", ".zip"})
"""Of files that are looked at where nobody named them: in a folder, in a ZIP."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a document stands: the member of a ZIP, the line of JSON Lines; neither for the file itself."""

    member: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its bytes, or the named reason why there are none; or a member that was ``passed_over``."""

    place: Place
    data: bytes = b""
    error: SiegelError | None = None
    passed_over: bool = False


def may_be_notice(name: str) -> bool:
    """Whether a file found in a folder or ZIP is looked at: by its suffix, and not if it is hidden."""
    path = PurePosixPath(name.replace("\\", "/"))
    hidden = any(part.startswith(".") and part not in (".", "..") for part in path.parts) or "__MACOSX" in path.parts
    return path.suffix.lower() in SUFFIXES and not hidden


def documents_of(file: BinaryIO, *, limits: Limits | None = None, max_bytes: int = MAX_BYTES) -> Iterator[Document]:
    """All documents of a file, at least one. Nothing is raised for bad content. ``file`` must be seekable."""
    signature = file.read(len(SIGNATURE))
    file.seek(0)
    if signature != SIGNATURE:
        yield from _texts(file, None, max_bytes)
        return
    try:
        archive = Archive(file, limits)
    except SiegelError as error:
        yield Document(Place(), error=error)
        return
    for number, name in archive.names():
        if not may_be_notice(name):
            yield Document(Place(name), passed_over=True)
            continue
        yield from _member(archive, number, name, max_bytes)


def _member(archive: Archive, number: int, name: str, max_bytes: int) -> Iterator[Document]:
    try:
        with archive.open(number) as member:
            if member.peek(len(SIGNATURE)).startswith(SIGNATURE):  # type: ignore[attr-defined]
                raise ArchiveNested(member=name)
            yield from _texts(member, name, max_bytes)
    except SiegelError as error:
        yield Document(Place(name), error=error)


def _texts(file: BinaryIO, member: str | None, max_bytes: int) -> Iterator[Document]:
    for line, text in json_texts(file, max_bytes=max_bytes):
        place = Place(member, line)
        if isinstance(text, SiegelError):
            yield Document(place, error=text)
        else:
            yield Document(place, text)
