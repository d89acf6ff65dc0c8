"""What a file says it is, held against what was recorded: a file whose digest is unknown may be an altered notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from api.services import Services
from ledger.errors import SiegelError
from ledger.index.documents import Documents
from ledger.index.leaves import Leaf, changed_leaves
from ledger.index.rows import ProcessRow, ReleaseRow
from ledger.index.writer import copies_in
from ledger.ocds.disclosure import disclose
from ledger.ocds.json_text import read_json

MOST: Final = 20
"""A package can name any number of releases; nobody reads more findings than this on one page."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A release in a file that bears the name of a recorded one. ``changes`` are JSON pointers with the recorded
    value and the file's; empty if only the writing differs, ``None`` if no intact copy is left to compare with."""

    process: ProcessRow
    release: ReleaseRow
    changes: tuple[Leaf, ...] | None


def claims(services: Services, data: bytes) -> list[Claim]:
    """The recorded releases that the file ``data`` claims to hold; none for a file that is no OCDS JSON."""
    try:
        content = read_json(data)
    except SiegelError:
        return []
    found: list[Claim] = []
    for candidate in _releases(content):
        for process in services.queries.processes_by_ocid(str(candidate["ocid"])):
            for release in services.queries.releases(process.process_id):
                if release.release_id == candidate["id"] and len(found) < MOST:
                    found.append(Claim(process, release, _changes(services, release.digest, candidate)))
    return found


def _releases(content: Any) -> Iterator[dict[str, Any]]:
    """Releases of a release, a package, a record or a record package."""
    if not isinstance(content, dict):
        return
    if isinstance(content.get("ocid"), str) and isinstance(content.get("id"), str):
        yield content
    for name in ("releases", "records"):
        inner = content.get(name)
        for entry in inner if isinstance(inner, list) else ():
            yield from _releases(entry)


def _changes(services: Services, digest: bytes, candidate: dict[str, Any]) -> tuple[Leaf, ...] | None:
    with services.index.reading() as connection:
        document = Documents(services.store, copies_in(connection)).load(digest)
    if document.copy is None:
        return None
    recorded = read_json(document.copy.data)
    texts = services.releases.disclosures(digest)
    # Both forms are in circulation: as anchored, with digests for personal fields, and with the fields in place.
    forms = (recorded, disclose(recorded, texts))
    found = [changed_leaves(form, candidate) for form in forms]
    fewest = min(found, key=len)
    return tuple(fewest)
