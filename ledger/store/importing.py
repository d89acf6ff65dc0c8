"""Files of others made ready for anchoring: read, repaired, concealed and durable before anything is signed.

Giving the same files again yields nothing new, and an interrupted import goes on where it stopped, because what is
known is decided by the state database: one release for each organisation, ocid and release id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert

from ledger.errors import SiegelError
from ledger.ocds.digest import new_salt
from ledger.ocds.importer import ReadFile, SourceRelease, read_file
from ledger.ocds.json_text import write_json
from ledger.ocds.privacy import DisclosurePolicy
from ledger.ocds.report import ImportReport
from ledger.store.objects import StoreClass
from ledger.store.releases import PreparedRelease, ReleaseStore
from ledger.store.sources import keep_source
from ledger.store.tables import imports

SUFFIXES = (".json", ".xml")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The outcome of one file: releases that are new, releases known before, and the account of its values."""

    path: Path
    report: ImportReport
    new: list[PreparedRelease] = field(default_factory=list)
    known: list[PreparedRelease] = field(default_factory=list)


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to import: files as given, folders with everything below them, in order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
        else:
            yield path


def inspect_file(
    path: Path, admit: Callable[[SourceRelease], None] | None = None, *, ocid_prefix: str = ""
) -> ReadFile:
    """Read a file without keeping anything of it: what ``import --dry-run`` reports. ``admit`` and ``ocid_prefix`` as
    below."""
    content = read_file(path.read_bytes(), ocid_prefix=ocid_prefix)
    _refuse_unadmitted(content, admit)
    return content


def prepare_import(
    paths: Iterable[Path],
    releases: ReleaseStore,
    organisation_id: bytes,
    policy: DisclosurePolicy,
    *,
    admit: Callable[[SourceRelease], None] | None = None,
    ocid_prefix: str = "",
) -> Iterator[ImportedFile]:
    """Prepare every release of these files, one file after the other.

    ``admit`` raises a named failure for a release that this organisation is not to anchor; ``ocid_prefix`` is for
    notices without an ocid of their own.

    Once all are through, ``releases.waiting(organisation_id)`` is what to anchor, in order of the releases' dates
    over all files, left-overs of an interrupted import among them. Bad content raises nothing; it is in the reports.
    """
    for path in files_of(paths):
        yield _prepare_file(path, releases, organisation_id, policy, admit, ocid_prefix)


def _refuse_unadmitted(content: ReadFile, admit: Callable[[SourceRelease], None] | None) -> None:
    for found in list(content.releases) if admit else ():
        try:
            admit(found)  # type: ignore[misc]
        except SiegelError as error:
            content.refuse(found, error)


def _prepare_file(
    path: Path,
    releases: ReleaseStore,
    organisation_id: bytes,
    policy: DisclosurePolicy,
    admit: Callable[[SourceRelease], None] | None,
    ocid_prefix: str,
) -> ImportedFile:
    data = path.read_bytes()
    content = read_file(data, ocid_prefix=ocid_prefix)
    _refuse_unadmitted(content, admit)
    new: list[PreparedRelease] = []
    known: list[PreparedRelease] = []
    source_digest = None
    names = [(found.ocid, found.release_id) for found in content.releases]
    is_new_to_us = any(releases.find(organisation_id, *name) is None for name in names)
    # A grown package brings the old releases again, with all that was erased from them: it is not kept.
    if is_new_to_us and not any(releases.has_erased(organisation_id, *name) for name in names):
        source_digest = keep_source(data, releases, organisation_id)
    for found in list(content.releases):
        try:
            prepared, is_new = releases.prepare(
                found.release, organisation_id, policy, source_digest=source_digest, source_path=found.path
            )
        except SiegelError as error:
            content.refuse(found, error)
        else:
            (new if is_new else known).append(prepared)
    outcome = ImportedFile(path, content.report, new, known)
    if new or outcome.report.refused:
        _note(outcome, releases, organisation_id, source_digest)
    return outcome


def _note(outcome: ImportedFile, releases: ReleaseStore, organisation_id: bytes, source_digest: bytes | None) -> None:
    """Write the import journal. A full report may quote personal values, so it is erased with its source; where no
    source is kept nobody would think of it, so it names only places."""
    report = outcome.report
    told = report.as_json(quoting=source_digest is not None)
    report_digest = releases.store.put(StoreClass.ERASABLE, write_json(told), salt=new_salt())
    row = {
        "at": int(time.time()),
        "organisation_id": organisation_id,
        "file_name": outcome.path.name,
        "source_digest": source_digest,
        "report_digest": report_digest,
        "leaves": report.leaves,
        "mapped": report.mapped,
        "repaired": sum(each.leaves for each in report.repaired),
        "unused": sum(each.leaves for each in report.unused),
        "refused": sum(each.leaves for each in report.refused),
        "new_releases": len(outcome.new),
        "known_releases": len(outcome.known),
    }
    with releases.state.writing() as connection:
        connection.execute(insert(imports), row)
