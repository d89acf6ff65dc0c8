"""Files of others made ready for anchoring: read, repaired, concealed and durable before anything is signed.

Giving the same files again yields nothing new, and an interrupted import goes on where it stopped, because what is
known is decided by the state database: one release for each organisation, ocid and release id. Files are read one
document at a time (``ledger.ocds.documents``), so memory is bounded by the largest one and not by a ZIP's length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from ledger.errors import FileUnusable
from ledger.ocds.digest import plain_digest
from ledger.ocds.documents import Document, Place, documents_of, may_be_notice
from ledger.ocds.importer import ReadFile, SourceRelease, read_file
from ledger.ocds.privacy import DisclosurePolicy
from ledger.ocds.report import ImportReport, Refusal
from ledger.store.intake import ImportedDocument, Intake, ReadDocument
from ledger.store.releases import ReleaseStore
from ledger.store.unfinished import clear_unfinished

__all__ = ["ImportedDocument", "files_of", "prepare_import", "try_import"]

BATCH_RELEASES: Final = 250
BATCH_BYTES: Final = 4 * 1024 * 1024
"""What is made durable together: enough for the disk to be asked seldom, little enough to lose to a crash."""

PassOver = Callable[[str], None]


def files_of(paths: Iterable[Path], pass_over: PassOver | None = None) -> Iterator[Path]:
    """The files to import: files as given, folders with everything below them that may be a notice, in order of their
    names. ``pass_over`` is told of every other file of a folder."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for each in sorted(path.rglob("*")):
            if each.is_file():
                if may_be_notice(each.relative_to(path).as_posix()):
                    yield each
                elif pass_over is not None:
                    pass_over(str(each))


def prepare_import(
    paths: Iterable[Path],
    releases: ReleaseStore,
    organisation_id: bytes,
    policy: DisclosurePolicy,
    *,
    admit: Callable[[SourceRelease], None] | None = None,
    pass_over: PassOver | None = None,
    ocid_prefix: str = "",
    embargo_until: int | None = None,
) -> Iterator[ImportedDocument]:
    """Prepare every release of these files, one document after the other; a document is told once it is durable.

    ``admit`` raises a named failure for a release that this organisation is not to anchor. ``pass_over`` is told of
    what lies in folders and ZIPs and is not looked at; ``ocid_prefix`` is for notices without an ocid of their own;
    ``embargo_until`` is when what is new may be shown, in seconds since 1970.

    Once all are through, ``releases.waiting(organisation_id)`` is what to anchor, in order of the releases' dates
    over all files, left-overs of an interrupted import among them. Bad content raises nothing; it is in the reports.
    """
    clear_unfinished(releases.store, releases.state)
    intake = Intake(releases, organisation_id, policy, admit, embargo_until=embargo_until)
    yield from _take(paths, intake, pass_over, ocid_prefix)


def try_import(
    paths: Iterable[Path],
    releases: ReleaseStore,
    organisation_id: bytes,
    policy: DisclosurePolicy,
    *,
    admit: Callable[[SourceRelease], None] | None = None,
    pass_over: PassOver | None = None,
    ocid_prefix: str = "",
    embargo_until: int | None = None,
) -> Iterator[ImportedDocument]:
    """What ``prepare_import`` would do, document by document; nothing is kept."""
    intake = Intake(releases, organisation_id, policy, admit, embargo_until=embargo_until, trying=True)
    yield from _take(paths, intake, pass_over, ocid_prefix)


def _take(
    paths: Iterable[Path], intake: Intake, pass_over: PassOver | None, ocid_prefix: str
) -> Iterator[ImportedDocument]:
    batch: list[ReadDocument] = []
    held = size = 0
    for path in files_of(paths, pass_over):
        for document in _read(path, pass_over, ocid_prefix):
            batch.append(document)
            held += max(1, len(document.content.releases))
            size += len(document.data)
            if held >= BATCH_RELEASES or size >= BATCH_BYTES:
                yield from intake.take(batch)
                batch, held, size = [], 0, 0
    if batch:
        yield from intake.take(batch)


def _read(path: Path, pass_over: PassOver | None, ocid_prefix: str) -> Iterator[ReadDocument]:
    """The documents of a file. One that the operating system refuses is a refused document, too."""
    try:
        with path.open("rb") as file:
            before = 0
            for document in documents_of(file):
                if document.passed_over:
                    if pass_over is not None:
                        pass_over(f"{path}: {document.place.member}")
                    continue
                at = file.tell()
                yield ReadDocument(
                    path, document.place, document.data, _content(document, ocid_prefix), max(0, at - before)
                )
                before = at
    except OSError as error:
        reason = FileUnusable(path=path, why=error.strerror or str(error))
        yield ReadDocument(path, Place(), b"", _refused(Refusal("", reason)))


def _content(document: Document, ocid_prefix: str) -> ReadFile:
    if document.error is not None:
        return _refused(Refusal("", document.error))
    return read_file(document.data, ocid_prefix=ocid_prefix)


def _refused(refusal: Refusal) -> ReadFile:
    return ReadFile(plain_digest(b""), around=ImportReport(refused=[refusal]))
