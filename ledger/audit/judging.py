"""What the bulk files showed, judged after all that did not fit was proven anew: a server goes on meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.audit.book import Book, ProvenProcess, ProvenRelease
from ledger.audit.downloads import Downloaded, Line, Problem, is_record_of, missing_records, missing_releases
from ledger.audit.evidence import Identity
from ledger.audit.findings import Finding, FindingKind
from ledger.audit.lists import where_of
from ledger.ocds.differences import both_ways

MOST_CHANGES: Final = 20
"""Changed fields that a finding names."""

Shown = Mapping[bytes, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Unfit:
    """What did not fit when the files were read. ``twice``: lines that are proven, and stood there already."""

    releases: Sequence[ProvenRelease]
    records: Sequence[ProvenProcess]
    release_lines: Sequence[Line]
    record_lines: Sequence[Line]
    problems: Sequence[Problem]
    twice: frozenset[bytes]

    def processes(self, book: Book) -> set[bytes]:
        """Ids of the proven processes that are concerned."""
        found = {each.process for each in self.releases} | {each.id for each in self.records}
        for line in (*self.release_lines, *self.record_lines):
            found |= {each.id for each in book.processes_of(line.ocid)}
        # An erased release is told as a problem for ever, and fits.
        return found


def unfit(book: Book, releases: Downloaded, records: Downloaded) -> Unfit:
    """What of both files does not fit what is proven now."""
    return Unfit(
        list(missing_releases(book, releases)),
        list(missing_records(book, records)),
        releases.unknown,
        records.unknown,
        (*releases.problems, *records.problems),
        frozenset(line.digest for line in releases.unknown if book.releases(shown=line.digest)),
    )


def judged(
    book: Book, unfit: Unfit, identities: Mapping[bytes, Identity], shown: Shown, unproven: Collection[Any]
) -> list[Finding]:
    """What still does not fit. ``shown``: of the releases that were proven anew what is to be shown, by digest;
    ``unproven``: the ocids of processes of which nothing is proven, so that nothing of them can be judged."""
    of_releases = [finding for finding in _releases(book, unfit, shown) if finding.where["ocid"] not in unproven]
    # A record is made of releases: where one of these is wrong, it says nothing new.
    told = {*unproven, *(finding.where["ocid"] for finding in of_releases)}
    return of_releases + [one for one in _records(book, unfit, identities) if one.where["ocid"] not in told]


def _releases(book: Book, unfit: Unfit, shown: Shown) -> Iterator[Finding]:
    lines = [line for line in unfit.release_lines if line.digest in unfit.twice or not book.releases(shown=line.digest)]
    by_name: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        by_name[line.ocid, line.name].append(line)
    problems = {(each.process, each.release): each for each in unfit.problems}
    for missing in unfit.releases:
        proven = book.process(missing.process)
        if proven is None or not any(each.shown == missing.shown for each in book.releases(process=missing.process)):
            continue
        where = {**where_of(proven), "release": missing.name, "digest": missing.digest}
        problem, candidates = problems.get((missing.process, missing.digest)), by_name[proven.ocid, missing.name]
        if problem is not None:
            yield Finding(FindingKind.RELEASE_WITHHELD, where, missing.digest, problem.name, problem.failure)
        elif candidates:
            line = candidates.pop(0)
            lines.remove(line)
            yield Finding(FindingKind.RELEASE_ALTERED, where, *_changes(shown.get(missing.shown or b""), missing, line))
        else:
            yield Finding(FindingKind.RELEASE_MISSING, where, missing.digest)
    for line in lines:
        yield Finding(FindingKind.RELEASE_EXTRA, {"ocid": line.ocid, "release": line.name}, None, line.digest)


def _changes(was: dict[str, Any] | None, missing: ProvenRelease, line: Line) -> tuple[Any, Any]:
    """The fields that differ, as proven and as served; the digests of both if none can be named."""
    changes = [] if was is None else both_ways(was, line.content)[:MOST_CHANGES]
    if not changes:
        return missing.shown, line.digest
    return {each.field: each.was for each in changes}, {each.field: each.now for each in changes}


def _records(book: Book, unfit: Unfit, identities: Mapping[bytes, Identity]) -> Iterator[Finding]:
    lines = [
        line
        for line in unfit.record_lines
        if not any(is_record_of(line.content, each, identities) for each in book.processes_of(line.ocid))
    ]
    by_ocid: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_ocid[line.ocid].append(line)
    problems = {each.process: each for each in unfit.problems}
    for missing in unfit.records:
        proven = book.process(missing.id)
        if proven is None or proven.record != missing.record:
            continue
        problem, candidates = problems.get(missing.id), by_ocid[proven.ocid]
        if problem is not None:
            yield Finding(FindingKind.RECORD_WITHHELD, where_of(proven), proven.record, problem.name, problem.failure)
        elif candidates:
            line = candidates.pop(0)
            lines.remove(line)
            yield Finding(FindingKind.RECORD_ALTERED, where_of(proven), proven.record, line.digest)
        else:
            yield Finding(FindingKind.RECORD_MISSING, where_of(proven), proven.record)
    for line in lines:
        yield Finding(FindingKind.RECORD_EXTRA, {"ocid": line.ocid}, None, line.digest)
