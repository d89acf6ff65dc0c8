"""Releases broken anywhere: all values are accounted for, and what comes out is valid."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.ocds.check import check_release
from ledger.ocds.fields import TYPES
from ledger.ocds.importer import read_file
from ledger.ocds.json_text import write_json
from ledger.ocds.package import PackageInfo, record, record_package, release_package
from tests.ocds.conftest import Check
from tests.ocds.examples import example_release

_BROKEN: list[Any] = [
    None, "", "x", 0, -1, 1.5, True, [], {}, [None], [{}], {"id": "1"}, ["a", "a"], [[1]], "2026-01-01", {"_sd": ["x"]},
    [{"id": 1}, {"id": "1"}, {"id": 1}], 2**70, "tender", {"": {"": [None]}}, {"...": "x"},
]  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, entry in entries for each in _paths(entry, (*path, key)))]


_PATHS = [path for path in _paths(example_release()) if path]


@st.composite
def broken_releases(draw: st.DrawFn) -> dict[str, Any]:
    """The example with a few values replaced, removed or doubled anywhere."""
    release = example_release()
    for path in draw(st.lists(st.sampled_from(_PATHS), max_size=4, unique=True)):
        target: Any = release
        try:
            for step in path[:-1]:
                target = target[step]
            target[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken this place away
        if isinstance(target, str):
            continue
        broken = copy.deepcopy(draw(st.sampled_from(_BROKEN)))
        match draw(st.sampled_from(["replace", "remove", "double", "add"])):
            case "remove":
                del target[path[-1]]
            case "double" if isinstance(target, list):
                target.append(copy.deepcopy(target[path[-1]]))
            case "add" if isinstance(target, dict):
                target[draw(st.sampled_from(["id", "title_de", "_sd", "x", "date", "url", "details"]))] = broken
            case _:
                target[path[-1]] = broken
    return release


@given(broken_releases())
@settings(max_examples=300)
def test_read_broken_release_accounts_for_all_and_gives_a_valid_one(release: dict[str, Any]) -> None:
    """Whatever is broken: no exception, each value accounted for once, and the result needs no second repair."""
    outcome = read_file(json.dumps(release).encode())
    assert outcome.report.is_complete
    for found in outcome.releases:
        check_release(found.release)
        assert read_file(write_json(found.release)).releases[0].release == found.release


_PACKAGE_NAMES = {"releases", "records", "compiledRelease", "url"}
_NAMES = sorted(_PACKAGE_NAMES.union(*(fields.keys() for fields in TYPES.values())))
_TEXTS = ["", "tender", "active", "2026-01-01", "EUR", "ocds-abc123-1", "https://musterbach.example", "\0"]
_NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_LEAVES = st.none() | st.booleans() | _NUMBERS | st.sampled_from(_TEXTS)
_ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=8),
    max_leaves=40,
)
_CONTENTS = st.dictionaries(st.sampled_from(_NAMES), _ANYTHING, max_size=10)


@given(_CONTENTS, st.sampled_from(["release", "package", "record"]))
@settings(max_examples=300)
def test_read_anything_with_the_standards_names_accounts_for_all(content: dict[str, Any], shape: str) -> None:
    """Any structure under the standard's names is read or refused, each value accounted for once."""
    release = {**content, "ocid": "ocds-abc123-1", "date": "2026-01-01T00:00:00Z"}
    given_content = {"release": release, "package": {"releases": [release, content]}, "record": {"records": [content]}}
    outcome = read_file(json.dumps(given_content[shape]).encode())
    assert outcome.report.is_complete
    for found in outcome.releases:
        check_release(found.release)


def test_read_broken_releases_pass_the_standards_checker(check_standard: Check, package_info: PackageInfo) -> None:
    """What is made of broken releases passes the standard's own checker, alone and compiled."""
    kept: list[dict[str, Any]] = []

    @given(broken_releases())
    @settings(max_examples=150, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def collect(release: dict[str, Any]) -> None:
        kept.extend(found.release for found in read_file(json.dumps(release).encode()).releases)

    collect()
    assert len(kept) > 50
    unlike = [{**release, "ocid": f"ocds-abc123-{number}"} for number, release in enumerate(kept)]
    assert check_standard(release_package(unlike, package_info)) == []
    assert check_standard(record_package([record([release]) for release in unlike], package_info)) == []
