"""Reading files of others: bytes in, releases and an account of every value out. No chain, no files.

What a file is, its content says: XML is an eForms notice (``ledger.ocds.eforms``), everything else is OCDS. Of OCDS a
release, a release package, a record and a record package of 1.0 or 1.1 are taken. Of a record its embedded releases
are used; where it only links to releases, its compiled release stands for the whole history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger.errors import NotOcds, ReleaseConflict, SiegelError
from ledger.ocds.digest import plain_digest
from ledger.ocds.eforms.account import count
from ledger.ocds.eforms.reader import read_notice
from ledger.ocds.eforms.xml_tree import is_xml, read_xml
from ledger.ocds.json_text import pointer, read_json
from ledger.ocds.leaves import parse_date
from ledger.ocds.releases import read_release
from ledger.ocds.report import ImportReport, Refusal, count_leaves
from ledger.ocds.unlike import difference

_RELEASE_SIGNS = ("tag", "tender", "planning", "awards", "contracts", "initiationType", "buyer")


@dataclass(frozen=True, slots=True)
class SourceRelease:
    """A release found in a file, before any field is concealed. ``path`` is its JSON Pointer in the file.

    ``account`` says what became of the values of its source; ``leaves`` counts them.
    """

    ocid: str
    release_id: str
    date: str
    path: str
    release: dict[str, Any]
    account: ImportReport
    leaves: int


@dataclass(slots=True)
class ReadFile:
    """The outcome of one file: its releases in order of date, and the account of everything around them."""

    plain_sha256: bytes
    releases: list[SourceRelease] = field(default_factory=list)
    around: ImportReport = field(default_factory=ImportReport)

    @property
    def report(self) -> ImportReport:
        """The account of the whole file."""
        total = ImportReport(leaves=self.around.leaves)
        total.absorb(self.around)
        for release in self.releases:
            total.absorb(release.account)
        return total

    def refuse(self, release: SourceRelease, error: SiegelError) -> None:
        """Take a release out of the outcome, as refused for that reason."""
        self.releases.remove(release)
        self.around.refused.append(Refusal(release.path, error, release.leaves))


def read_file(data: bytes, *, ocid_prefix: str = "") -> ReadFile:
    """Read one file. Nothing is raised for bad content: the report's ``refused`` names what was wrong and where.

    ``ocid_prefix`` is for notices that have no ocid of their own (the setting of that name).
    """
    if is_xml(data):
        return _read_notice(data, ocid_prefix)
    outcome = ReadFile(plain_digest(data))
    around = outcome.around
    try:
        content = read_json(data)
        around.leaves = count_leaves(content)
        candidates = list(_candidates(content, around))
    except SiegelError as error:
        outcome.around = ImportReport(leaves=around.leaves, refused=[Refusal("", error, around.leaves)])
        return outcome
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path, source, package_date in candidates:
        account = ImportReport()
        try:
            release = read_release(source, path, package_date, account)
            earlier = found.setdefault((release["ocid"], release["id"]), release)
            if earlier != release:
                told = difference(earlier, release)
                raise ReleaseConflict(ocid=release["ocid"], release_id=release["id"], difference=told)
        except SiegelError as error:
            around.refused.append(Refusal(path, error, count_leaves(source)))
            continue
        if earlier is not release:
            around.skip(path, source, "the same release stands earlier in this file")
            continue
        outcome.releases.append(
            SourceRelease(release["ocid"], release["id"], release["date"], path, release, account, count_leaves(source))
        )
    # Sorting is stable, so releases of the same moment keep the order of the source.
    outcome.releases.sort(key=lambda each: parse_date(each.date))
    return outcome


def _read_notice(data: bytes, ocid_prefix: str) -> ReadFile:
    outcome = ReadFile(plain_digest(data))
    account = ImportReport()
    leaves = 0
    try:
        root = read_xml(data)
        leaves = count(root)
        release = read_notice(root, ocid_prefix, account)
    except SiegelError as error:
        outcome.around = ImportReport(leaves=leaves, refused=[Refusal("", error, leaves)])
        return outcome
    outcome.around.leaves = leaves
    outcome.releases.append(
        SourceRelease(release["ocid"], release["id"], release["date"], "", release, account, leaves)
    )
    return outcome


def _candidates(content: Any, report: ImportReport) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """``(path, release, date of the package)``; everything else of the file is booked as unused."""
    if not isinstance(content, dict):
        raise NotOcds(why="the file is not an object")
    if isinstance(content.get("records"), list):
        yield from _package(content, "records", report)
    elif isinstance(content.get("releases"), list) and "ocid" not in content and "compiledRelease" not in content:
        yield from _package(content, "releases", report)
    elif "compiledRelease" in content or isinstance(content.get("releases"), list):
        yield from _record(content, "", None, report)
    elif any(sign in content for sign in _RELEASE_SIGNS):
        yield "", content, None
    else:
        raise NotOcds(why="it has neither releases nor records, nor a section of a release")


def _package(content: dict[str, Any], listed: str, report: ImportReport) -> Iterator[tuple[str, dict[str, Any], Any]]:
    for key, value in content.items():
        if key != listed:
            report.skip(pointer("", key), value, "describes the package, not a release; kept in the original")
    if not content[listed]:
        report.skip(pointer("", listed), content[listed], "the package is empty")
    date = content.get("publishedDate")
    for index, entry in enumerate(content[listed]):
        path = pointer(pointer("", listed), index)
        if not isinstance(entry, dict):
            report.skip(path, entry, "not an object")
        elif listed == "records":
            yield from _record(entry, path, date, report)
        elif _is_link(entry):
            report.skip(path, entry, "a link to a release; give the release itself to import it")
        else:
            yield path, entry, date


def _record(
    record: dict[str, Any], path: str, date: Any, report: ImportReport
) -> Iterator[tuple[str, dict[str, Any], Any]]:
    if not record:
        report.skip(path, record, "empty")
    releases = record.get("releases")
    listed = releases if isinstance(releases, list) else []
    embedded = [entry for entry in listed if isinstance(entry, dict) and not _is_link(entry)]
    for key, value in record.items():
        where = pointer(path, key)
        if key == "releases" and isinstance(value, list) and value:
            for index, entry in enumerate(value):
                if not isinstance(entry, dict):
                    report.skip(pointer(where, index), entry, "not an object")
                elif _is_link(entry):
                    why = "a link to a release; give the release itself to import it"
                    report.skip(pointer(where, index), entry, why)
                else:
                    yield pointer(where, index), entry, date
        elif key == "compiledRelease" and isinstance(value, dict) and not embedded:
            yield where, value, date
        elif key == "compiledRelease":
            report.skip(where, value, "derived from the releases, which are used instead")
        elif key == "versionedRelease":
            report.skip(where, value, "derived from the releases")
        else:
            report.skip(where, value, "describes the record, not a release; kept in the original")


def _is_link(entry: dict[str, Any]) -> bool:
    """Linked releases have an address and no sections (OCDS record, "linked releases")."""
    return "url" in entry and not any(sign in entry for sign in _RELEASE_SIGNS if sign != "tag")
