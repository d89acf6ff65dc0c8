"""The server's bulk files against what evidence proves: every release and every record, none altered, missing or extra.

A file is saved first and then read line by line, so memory does not grow with it. Lines are found by the digest of what
they say, for no line says of which process it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any, BinaryIO, Final

from ledger import errors
from ledger.audit.asking import Server
from ledger.audit.book import Book, ProvenProcess, ProvenRelease
from ledger.audit.evidence import Identity
from ledger.audit.pages import id_of
from ledger.audit.shown import json_digest, names_observer, served_record_digest
from ledger.errors import ServerAnswerUnusable, SiegelError
from ledger.ocds.json_text import MAX_BYTES, read_json

RELEASES: Final = "/api/v1/releases.jsonl"
RECORDS: Final = "/api/v1/records.jsonl"
LARGEST: Final = 2**40
MOST_KEPT: Final = 10_000
"""Lines that fit nothing and are kept to be told: with more than that wrong, further ones are only counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that fits nothing proven: ``digest`` of what it says (``json_digest``)."""

    ocid: str
    name: str
    digest: bytes
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that says why something is not shown: the failure's name, process, and the release's digest; ``failure``
    with the values of the line, None if nothing here is called so."""

    name: str
    process: bytes | None
    release: bytes | None
    ocid: str
    failure: SiegelError | None


@dataclass(slots=True)
class Downloaded:
    """What a bulk file showed: how many lines that show something, which of what is proven (by its number), what fits
    nothing; ``untold`` how many more lines fit nothing than are kept; and the lines that say why something is not
    shown."""

    lines: int = 0
    seen: set[int] = field(default_factory=set)
    unknown: list[Line] = field(default_factory=list)
    untold: int = 0
    problems: list[Problem] = field(default_factory=list)


def read_releases(server: Server, book: Book) -> Downloaded:
    """All releases. Raises as ``Server.save``, ServerAnswerUnusable for a line that is no JSON object."""
    found = Downloaded()
    for content in _lines(server, book, RELEASES, found):
        digest = json_digest(content)
        fitting = (each.number for each in book.releases(shown=digest) if each.number not in found.seen)
        _take(found, next(fitting, None), content, digest, content.get("id"))
    return found


def read_records(server: Server, book: Book, identities: Mapping[bytes, Identity]) -> Downloaded:
    """All records. Raises as ``read_releases``."""
    found = Downloaded()
    for content in _lines(server, book, RECORDS, found):
        candidates = (each for each in book.processes_of(str(content.get("ocid"))) if each.number not in found.seen)
        number = next((each.number for each in candidates if is_record_of(content, each, identities)), None)
        _take(found, number, content, json_digest(content), None)
    return found


def is_record_of(content: dict[str, Any], proven: ProvenProcess, identities: Mapping[bytes, Identity]) -> bool:
    """Whether a record is the one that must be served; of an observed process it must say who observed it."""
    identity = identities.get(proven.organisation)
    if proven.facts["mode"] != "observed":
        return served_record_digest(content, None) == proven.record
    if identity is None or not names_observer(content, identity.scheme, identity.identifier):
        return False
    return served_record_digest(content, f"{identity.scheme}-{identity.identifier}") == proven.record


def missing_releases(book: Book, found: Downloaded) -> Iterator[ProvenRelease]:
    """Releases that must be served and are not."""
    return (each for each in book.all_releases() if each.shown is not None and each.number not in found.seen)


def missing_records(book: Book, found: Downloaded) -> Iterator[ProvenProcess]:
    """Processes whose record must be served and is not."""
    return (each for each in book.processes() if each.record is not None and each.number not in found.seen)


def _take(found: Downloaded, number: int | None, content: dict[str, Any], digest: bytes, name: Any) -> None:
    if number is not None:
        found.seen.add(number)
    elif len(found.unknown) < MOST_KEPT:
        found.unknown.append(Line(_short(content.get("ocid")), _short(name), digest, content))
    else:
        found.untold += 1


def _lines(server: Server, book: Book, path: str, found: Downloaded) -> Iterator[dict[str, Any]]:
    """The lines that show something; those that say why not go to ``problems``."""
    with tempfile.TemporaryFile(dir=book.folder) as file:
        stream: BinaryIO = file
        server.save(path, stream, LARGEST)
        number = 0
        while line := stream.readline(MAX_BYTES + 1):
            number += 1
            try:
                content = read_json(line)
            except SiegelError as error:
                reason = f"line {number}: {error}"
                raise ServerAnswerUnusable(url=server.url + path, reason=reason) from error
            if not isinstance(content, dict):
                reason = f"line {number} is no JSON object"
                raise ServerAnswerUnusable(url=server.url + path, reason=reason)
            kind = content.get("type")
            if isinstance(kind, str) and kind.startswith("/problems/"):
                name, ocid = kind.removeprefix("/problems/")[:80], _short(content.get("ocid"))
                process, release = id_of(content.get("processId")), id_of(content.get("digest"))
                found.problems.append(Problem(name, process, release, ocid, _failure(name, content)))
            else:
                found.lines += 1
                yield content


def _failure(name: str, content: Mapping[str, Any]) -> SiegelError | None:
    """What a problem of the API (RFC 9457) is called here; its sentence is ours, only the values are the server's."""
    known = getattr(errors, name, None)
    if not (isinstance(known, type) and issubclass(known, SiegelError) and known.__init__ is SiegelError.__init__):
        return None
    fields = {field for _, field, _, _ in Formatter().parse(known.sentence) if field}
    return known(**{field: _short(content[field]) for field in fields & content.keys()})


def _short(value: Any) -> str:
    return str(value)[:200]
