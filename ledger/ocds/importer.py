"""Reading OCDS files of others: bytes in, releases and an account of every value out. No chain, no files.

Taken are a release, a release package, a record and a record package of OCDS 1.0 or 1.1. Of a record its embedded
releases are used; where it only links to releases, its compiled release stands for the whole history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger.errors import NotOcds, ReleaseConflict, SiegelError
from ledger.ocds.digest import plain_digest
from ledger.ocds.json_text import pointer, read_json, write_json
from ledger.ocds.leaves import parse_date
from ledger.ocds.releases import read_release
from ledger.ocds.report import ImportReport, Refusal, count_leaves

_RELEASE_SIGNS = ("tag", "tender", "planning", "awards", "contracts", "initiationType", "buyer")


@dataclass(frozen=True, slots=True)
class SourceRelease:
    """A release found in a file, before any field is concealed. ``path`` is its JSON Pointer in the file."""

    ocid: str
    release_id: str
    date: str
    path: str
    release: dict[str, Any]


@dataclass(slots=True)
class ReadFile:
    """The outcome of one file: its releases in order of date for each ocid, and the account."""

    plain_sha256: bytes
    releases: list[SourceRelease] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)


def read_file(data: bytes) -> ReadFile:
    """Read one file. Nothing is raised for bad content: the report's ``refused`` names what was wrong and where."""
    outcome = ReadFile(plain_digest(data))
    report = outcome.report
    try:
        content = read_json(data)
        report.leaves = count_leaves(content)
        candidates = list(_candidates(content, report))
    except SiegelError as error:
        outcome.report = ImportReport(leaves=report.leaves, refused=[Refusal("", error, report.leaves)])
        return outcome
    found: dict[tuple[str, str], bytes] = {}
    for path, source, package_date in candidates:
        account = ImportReport()
        try:
            release = read_release(source, path, package_date, account)
            _admit(outcome, found, SourceRelease(release["ocid"], release["id"], release["date"], path, release))
        except _Repeated:
            report.skip(path, source, "the same release stands earlier in this file")
        except SiegelError as error:
            report.refused.append(Refusal(path, error, count_leaves(source)))
        else:
            report.absorb(account)
    # sorted() is stable, so releases of the same moment keep the order of the source.
    outcome.releases = sorted(outcome.releases, key=lambda found: parse_date(found.date))
    return outcome


class _Repeated(Exception):
    """The same release once more; internal to ``read_file``."""


def _admit(outcome: ReadFile, found: dict[tuple[str, str], bytes], release: SourceRelease) -> None:
    key = (release.ocid, release.release_id)
    content = write_json(release.release)
    if key in found:
        if found[key] == content:
            raise _Repeated
        raise ReleaseConflict(ocid=release.ocid, release_id=release.release_id)
    found[key] = content
    outcome.releases.append(release)


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
