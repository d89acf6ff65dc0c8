"""Packages and records of OCDS 1.1.5 for what is served: releases as they may be shown, and what they add up to.

Packages are made anew for every answer; only releases are anchored. ``extensions`` therefore stands in the package,
never in anchored bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from ocdsmerge.merge import CompiledRelease

from ledger.ocds.disclosure import strip
from ledger.ocds.fields import TYPES
from ledger.ocds.leaves import parse_date
from ledger.ocds.model import moment
from ledger.ocds.repair import Repairer
from ledger.ocds.report import ImportReport

VERSION = "1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageInfo:
    """What stands around the releases. ``uri`` names the answer, ``extension`` is the address of our extension.json."""

    uri: str
    publisher: str
    published: datetime
    extension: str
    publisher_uri: str | None = None
    publisher_scheme: str | None = None
    publisher_uid: str | None = None
    license: str | None = None
    publication_policy: str | None = None


def release_package(releases: Iterable[dict[str, Any]], info: PackageInfo) -> dict[str, Any]:
    """A release package (OCDS "release package") of these releases, in the given order."""
    return {**_around(info), "releases": list(releases)}


def record_package(records: Iterable[dict[str, Any]], info: PackageInfo) -> dict[str, Any]:
    """A record package (OCDS "record package") of what ``record`` made."""
    return {**_around(info), "records": list(records)}


def record(releases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The record of one contracting process: its releases by date, and the compiled release.

    ``releases`` are at least one, all of one ocid, as they may be shown; what is concealed or erased is left out of
    the compiled release.
    """
    ordered = sorted(releases, key=lambda release: parse_date(release["date"]))
    return {"ocid": ordered[0]["ocid"], "releases": ordered, "compiledRelease": compile_releases(ordered)}


def compile_releases(ordered: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The state after all these releases (OCDS "merging"); they must be in order of their dates."""
    # Appended one by one: the merger's own sorting compares dates as texts, which goes wrong across time zones.
    compiled = CompiledRelease(merge_rules=merge_rules())
    for release in ordered:
        compiled.append(strip(release))
    # References without id cannot be merged and pile up; what stands twice is dropped as in an import.
    return Repairer().object("Release", compiled.asdict(), "", ImportReport())


@cache
def merge_rules() -> dict[tuple[str, ...], str]:
    """OCDS 1.1 merge rules by path, from the table of fields."""
    rules: dict[tuple[str, ...], str] = {}

    def walk(type_name: str, path: tuple[str, ...]) -> None:
        for field in TYPES[type_name].values():
            here = (*path, field.name)
            if field.omitted:
                rules[here] = "omitWhenMerged"
            elif field.is_leaf:
                if field.listed:
                    rules[here] = "wholeListMerge"
            elif field.whole_list or (field.listed and "id" not in TYPES[field.kind]):
                rules[here] = "wholeListMerge"
            else:
                walk(field.kind, here)

    walk("Release", ())
    return rules


def _around(info: PackageInfo) -> dict[str, Any]:
    publisher = {
        "name": info.publisher,
        "uri": info.publisher_uri,
        "scheme": info.publisher_scheme,
        "uid": info.publisher_uid,
    }
    around = {
        "uri": info.uri,
        "version": VERSION,
        "extensions": [info.extension],
        "publishedDate": moment(info.published),
        "publisher": {key: value for key, value in publisher.items() if value},
        "license": info.license,
        "publicationPolicy": info.publication_policy,
    }
    return {key: value for key, value in around.items() if value is not None}
