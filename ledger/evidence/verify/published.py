"""The step ``releases``: what was published is here, as it was anchored (``docs/bundle-1.md``, step 8)."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.chain.record import ZERO, ActRecord
from ledger.errors import EntryInvalid, EntryMissing, EntryUnexpected, ReleaseForeign
from ledger.evidence.verify.contents import Contents
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Process, Proven
from ledger.evidence.verify.report import Note, NotProvable
from ledger.evidence.verify.statute_row import own_arguments
from ledger.terms import Act, NoticeKind


def check_releases(contents: Contents, _policy: Policy, proven: Proven) -> list[Note]:
    """Each release that an act anchors is in the bundle and speaks of its process, unless an act says why it is not.

    That bytes and salt give the anchored digest was checked while reading. Raises EntryMissing, EntryUnexpected,
    EntryInvalid, ReleaseForeign, and NotProvable where something was erased or is under embargo.
    """
    named, documents, absent = set[bytes](), set[bytes](), list[Note]()
    redacted = list[Note]()
    for process in proven.processes.values():
        erased = dict(_erased(process))
        for record in process.records:
            documents.update((record.ground, record.subject))
            if record.release == ZERO:
                continue
            named.add(record.release)
            release = contents.releases.get(record.release)
            if release is None:
                absent.append(_why_absent(record, erased))
                continue
            if release.problem is not None:
                raise EntryInvalid(entry=f"releases/{record.release.hex()}", reason=release.problem)
            if release.ocid != process.ocid:
                raise ReleaseForeign(release=record.release, got=release.ocid or "none", expected=process.ocid)
            documents.update(release.documents)
            if release.redacted:
                values = {"release": record.release, "act": record.sequence, "places": len(release.redacted)}
                redacted.append(Note("redacted", values))
    # What the organisation-wide acts of a list are about, a pull's observation for example, is a document.
    outside = (item for items in proven.lists.values() for item in items if not isinstance(item, bytes))
    for record in outside:
        documents.update((record.ground, record.subject))
    for extra in sorted(contents.releases.keys() - named):
        raise EntryUnexpected(entry=f"releases/{extra.hex()}")
    for extra in sorted(contents.disclosures.keys() - contents.releases.keys()):
        raise EntryUnexpected(entry=f"disclosures/{extra.hex()}")
    for extra in sorted(contents.documents - documents):
        raise EntryUnexpected(entry=f"documents/{extra.hex()}")
    here = contents.documents | contents.criteria.keys() | contents.evaluations.keys()
    left_out = len(documents - here - {ZERO})
    if absent or redacted:
        raise NotProvable(*absent, *redacted)
    return [Note("documentsElsewhere", {"number": left_out})] if left_out else []


def _erased(process: Process) -> Iterator[tuple[bytes, int]]:
    """Releases of which an act says that all was erased, each with that act's sequence."""
    published = {record.sequence: record.release for record in process.records}
    for record in process.records:
        if record.act == Act.FIELDS_ERASED and published.get(record.ref) == record.subject:
            yield record.subject, record.sequence


def _why_absent(record: ActRecord, erased: dict[bytes, int]) -> Note:
    """Why a release may be missing. Raises EntryMissing if no act says that it may."""
    values = {"release": record.release, "act": record.sequence}
    if record.release in erased:
        return Note("erased", {**values, "by": erased[record.release]})
    if record.act == Act.NOTICE_PUBLISHED and _kind(record) == NoticeKind.EMBARGOED:
        return Note("embargoed", values)
    raise EntryMissing(entry=f"releases/{record.release.hex()}")


def _kind(record: ActRecord) -> int:
    kind: int = own_arguments("process", record)[0]
    return kind
