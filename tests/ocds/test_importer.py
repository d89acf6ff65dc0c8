"""Foreign files: what is repaired, unused or refused, and that nothing is lost or invented."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from ledger.errors import (
    NotOcds,
    NulCharacter,
    OcidInvalid,
    OcidMissing,
    ReleaseConflict,
    ReleaseDateMissing,
    SiegelError,
)
from ledger.ocds.check import check_release
from ledger.ocds.importer import ReadFile, read_file
from ledger.ocds.report import ImportReport, count_leaves
from tests.ocds.examples import example_release


def _read(content: Any) -> ReadFile:
    outcome = read_file(json.dumps(content).encode())
    assert outcome.report.is_complete
    return outcome


def _changed(path: str, value: Any) -> dict[str, Any]:
    """The example with one value set, or removed if it is ``...``."""
    release = example_release()
    target: Any = release
    *steps, last = path.split("/")
    for step in steps:
        target = target[int(step) if isinstance(target, list) else step]
    if value is ...:
        del target[last]
    elif isinstance(target, list):
        target[int(last)] = value
    else:
        target[last] = value
    return release


def _at(release: dict[str, Any], path: str) -> Any:
    target: Any = release
    for step in path.split("/"):
        target = target[int(step) if isinstance(target, list) else step]
    return target


def test_read_valid_release_nothing_is_changed() -> None:
    """A release that is fine comes out as it was, each value mapped."""
    outcome = _read(example_release())
    assert outcome.releases[0].release == example_release()
    assert outcome.report == ImportReport(
        leaves=count_leaves(example_release()), mapped=count_leaves(example_release())
    )


@pytest.mark.parametrize(
    ("path", "value", "repaired"),
    [
        ("date", "2026-03-01", "2026-03-01T00:00:00Z"),
        ("date", "2026-03-01 10:00", "2026-03-01T10:00:00Z"),
        ("date", "2026-03-01T10:00:00", "2026-03-01T10:00:00Z"),
        ("date", "2026-03-01T10:00:00+0100", "2026-03-01T10:00:00+01:00"),
        ("tag", "tender", ["tender"]),
        ("id", 17, "17"),
        ("tender/title", 17, "17"),
        ("tender/title", True, "true"),
        ("tender/title", ["a", "b"], "a, b"),
        ("tender/status", "Active", "active"),
        ("tender/value/amount", "12000.50", 12000.5),
        ("tender/value/currency", "eur", "EUR"),
        ("tender/numberOfTenderers", 2.0, 2),
        ("tender/numberOfTenderers", "2", 2),
        ("tender/hasEnquiries", "False", False),
        ("tender/id", 4.0, 4),
        ("tender/documents/0/url", "www.musterbach.example/a b.pdf", "http://www.musterbach.example/a%20b.pdf"),
        ("tender/documents/0/url", "https://x.example/ü|1", "https://x.example/%C3%BC%7C1"),
        ("tender/items/0/id", 2**70, str(2**70)),
        ("contracts/0/awardID", None, "A-1"),
        ("contracts/0/awardID", {"id": "A-1"}, "A-1"),
        ("initiationType", "sale", "tender"),
    ],
)
def test_read_value_in_wrong_notation_is_repaired(path: str, value: Any, repaired: Any) -> None:
    """A value whose meaning is plain is written as the standard wants it, and the report says so."""
    outcome = _read(_changed(path, value))
    assert _at(outcome.releases[0].release, path) == repaired
    (repair,) = outcome.report.repaired
    assert repair.path == f"/{path}"
    check_release(outcome.releases[0].release)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("tender/status", "sleeping"),
        ("tender/value/amount", "much"),
        ("tender/value/amount", True),
        ("tender/value/currency", "Euro"),
        ("tender/numberOfTenderers", 2.5),
        ("tender/tenderPeriod/endDate", "2026-02-30T10:00:00Z"),
        ("tender/tenderPeriod/endDate", "soon"),
        ("tender/tenderPeriod/endDate", "0001-01-01T00:00:00+05:00"),
        ("tender/documents/0/url", "not an address"),
        ("tender/documents/0/url", "http://host:port/"),
        ("tender/title", {"de": "Malerarbeiten"}),
        ("tender/items", None),
        ("tender/value", None),
        ("tender/value", 5),
        ("awards/0/items", []),
        ("buyer", []),
        ("buyer/name", ""),
        ("parties/0/details", "text"),
        ("tender/unknownField", 1),
        ("tender/title_englisch-und-deutsch", "x"),
        ("tender/awardPeriod", {}),
        ("tender/value/amount", 10**400),
        ("tender/value/amount", 2**63 - 1),
        ("tender/hasEnquiries", "perhaps"),
    ],
)
def test_read_value_without_honest_reading_is_unused(path: str, value: Any) -> None:
    """What cannot be read is left out, and the report says where and why."""
    outcome = _read(_changed(path, value))
    release = outcome.releases[0].release
    with pytest.raises((KeyError, IndexError)):
        _at(release, path)
    assert [unused.path for unused in outcome.report.unused] == [f"/{path}"]
    check_release(release)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("tag", ["tender", "bid"]),
        ("tag", ["bid"]),
        ("tender/title", None),
        ("tender/submissionMethod", None),
        ("tender/documents", []),
    ],
)
def test_read_value_that_the_standard_allows_or_misses_leaves_a_valid_release(path: str, value: Any) -> None:
    """Null where it means removal, empty lists, and unknown tags leave a release that passes."""
    check_release(_read(_changed(path, value)).releases[0].release)


def test_read_number_a_float_cannot_hold_is_rounded_by_name() -> None:
    """A price with too many digits is rounded to what software everywhere holds, and the report quotes the original."""
    data = json.dumps(example_release()).replace("12000.5", "12000.50000000000000000001")
    outcome = read_file(data.encode())
    assert outcome.releases[0].release["tender"]["value"]["amount"] == 12000.5
    (repair,) = outcome.report.as_json()["repaired"]
    assert (repair["was"], repair["now"]) == ("12000.50000000000000000001", 12000.5)
    assert outcome.report.is_complete


def test_read_large_amount_that_a_float_holds_exactly_stays() -> None:
    """2**62 is an amount like any other."""
    assert _read(_changed("tender/value/amount", 2**62)).report.repaired == []


def test_read_package_entries_that_are_no_objects_are_unused() -> None:
    """Numbers, links and empty objects among releases and records do not stop the others."""
    link = {"url": "https://musterbach.example/1.json"}
    outcome = _read({"releases": [5, link, example_release()]})
    assert len(outcome.releases) == 1
    assert [unused.path for unused in outcome.report.unused] == ["/releases/0", "/releases/1"]
    assert _read({"records": [5, {}, {"releases": [5, example_release()]}]}).releases
    assert _read({"releases": []}).releases == []


@pytest.mark.parametrize(
    ("path", "added"),
    [
        ("id", "ocds-abc123-2026-0001-2026-03-01T10:00:00+01:00"),
        ("tag", ["tender", "award", "contract"]),
        ("initiationType", "tender"),
        ("tender/id", "ocds-abc123-2026-0001"),
        ("awards/0/id", "1"),
        ("contracts/0/awardID", "A-1"),
        ("tender/items/0/id", "1"),
    ],
)
def test_read_missing_required_field_is_derived_and_reported(path: str, added: Any) -> None:
    """What the standard requires and the source lacks is derived, the same way each time, and named."""
    release = _changed(path, ...)
    outcome = _read(release)
    assert _at(outcome.releases[0].release, path) == added
    assert f"/{path}" in [entry.path for entry in outcome.report.added]
    assert _read(release).releases[0].release == outcome.releases[0].release
    check_release(outcome.releases[0].release)


def test_read_missing_award_of_several_is_not_guessed() -> None:
    """With two awards nobody knows which one a contract belongs to; it says so."""
    release = _changed("contracts/0/awardID", ...)
    release["awards"].append({"id": "A-2"})
    assert _read(release).releases[0].release["contracts"][0]["awardID"] == "not-stated"


def test_read_duplicate_suppliers_keep_one_and_report_the_rest() -> None:
    """A supplier named twice stands once; two different awards with one id are kept apart."""
    release = example_release()
    supplier = release["awards"][0]["suppliers"][0]
    release["awards"][0]["suppliers"] = [
        supplier,
        supplier,
        {"id": "B-7", "name": "Otto"},
        {"name": "X"},
        {"name": "X"},
    ]
    release["awards"].append({"id": "A-1", "title": "another"})
    outcome = _read(release)
    awards = outcome.releases[0].release["awards"]
    assert awards[0]["suppliers"] == [supplier, {"name": "X"}]
    assert [award["id"] for award in awards] == ["A-1", "A-1-2"]
    assert [unused.path for unused in outcome.report.unused] == [f"/awards/0/suppliers/{n}" for n in (1, 2, 4)]
    check_release(outcome.releases[0].release)


def test_read_derived_id_never_meets_a_given_one() -> None:
    """An item without id gets one that no other item of the list has."""
    release = _changed(
        "tender/items", [{"description": "a"}, {"id": "1"}, {"id": "2", "description": "b"}, {"quantity": 1}]
    )
    ids = [item["id"] for item in _read(release).releases[0].release["tender"]["items"]]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2026-03-20", "2026-03-20T23:59:59+01:00"),
        ("2026-03-29", "2026-03-29T23:59:59+02:00"),  # the clocks went forward that morning
        ("2026-07-01", "2026-07-01T23:59:59+02:00"),
        ("2026-03-20Z", "2026-03-20T23:59:59Z"),
        ("2026-03-20-05:00", "2026-03-20T23:59:59-05:00"),
        ("2026-03-20+0100", "2026-03-20T23:59:59+01:00"),
    ],
)
def test_read_period_that_ends_on_a_day_ends_with_that_day(given: str, read: str) -> None:
    """A deadline given as a day is over when that day is: where it was written, else in Germany."""
    release = example_release()
    release["tender"]["tenderPeriod"] = {"startDate": "2026-03-01", "endDate": given}
    (found,) = _read(release).releases
    period = found.release["tender"]["tenderPeriod"]
    assert (period["startDate"], period["endDate"]) == ("2026-03-01T00:00:00Z", read)


def test_read_period_that_ends_on_no_day_is_unused() -> None:
    """The calendar has no such day."""
    release = example_release()
    release["tender"]["tenderPeriod"] = {"endDate": "2026-02-30"}
    (found,) = _read(release).releases
    assert "endDate" not in found.release["tender"].get("tenderPeriod", {})


def test_end_of_day_without_zones_of_the_system_known_all_the_same() -> None:
    """A slim container has no time zones; ours come with the package tzdata."""
    script = "from ledger.ocds.leaves import end_of_day; print(end_of_day('2026-07-01'))"
    environment = {**os.environ, "PYTHONTZPATH": ""}
    said = subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True)
    assert said.stdout == "2026-07-01T23:59:59+02:00\n"


def test_read_package_dates_a_release_that_has_none() -> None:
    """The package's date stands in for a missing one; without either the release is refused."""
    release = _changed("date", ...)
    dated = _read({"publishedDate": "2026-03-02", "releases": [release]})
    assert dated.releases[0].date == "2026-03-02T00:00:00Z"
    undated = _read({"releases": [release, example_release()]})
    assert [type(each.error) for each in undated.report.refused] == [ReleaseDateMissing]
    assert len(undated.releases) == 1


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("ocid", ..., OcidMissing),
        ("ocid", None, OcidMissing),
        ("ocid", "", OcidMissing),
        ("ocid", 5, OcidInvalid),
        ("ocid", "ocds-abc123-ü", OcidInvalid),
        ("ocid", "ocds-abc123-\n", OcidInvalid),
        ("ocid", "o" * 129, OcidInvalid),
        ("date", "soon", ReleaseDateMissing),
        ("tender/title", "a\x00b", NulCharacter),
        ("tender/a\x00b", 1, NulCharacter),
    ],
)
def test_read_unusable_release_is_refused_by_name(path: str, value: Any, error: type[SiegelError]) -> None:
    """A release the ledger cannot take is refused with its name and place; other releases of the file are taken."""
    outcome = _read({"releases": [_changed(path, value), {**example_release(), "ocid": "ocds-abc123-2"}]})
    (refusal,) = outcome.report.refused
    assert type(refusal.error) is error
    assert refusal.path == "/releases/0"
    assert [release.ocid for release in outcome.releases] == ["ocds-abc123-2"]


def test_read_longest_ocid_is_taken() -> None:
    """128 bytes are allowed."""
    assert _read(_changed("ocid", "o" * 128)).releases


@pytest.mark.parametrize("content", [[], 5, "text", None, {}, {"a": 1}, {"ocid": "ocds-abc123-1"}, [example_release()]])
def test_read_json_that_is_no_ocds_is_refused(content: Any) -> None:
    """JSON without a release or record is refused as such."""
    outcome = _read(content)
    assert [type(refusal.error) for refusal in outcome.report.refused] == [NotOcds]
    assert outcome.releases == []


def test_read_releases_of_a_file_come_in_order_of_their_dates() -> None:
    """Dates are compared as moments, not as texts; ties keep the order of the file."""
    dates = ["2026-03-01T10:00:00+02:00", "2026-03-01T09:00:00Z", "2026-03-01T08:00:00Z", "2026-03-01T07:59:59.5Z"]
    releases = [{**example_release(), "id": str(number), "date": date} for number, date in enumerate(dates)]
    assert [each.release_id for each in _read({"releases": releases}).releases] == ["3", "0", "2", "1"]


def test_read_same_release_twice_is_taken_once_and_conflict_is_named() -> None:
    """Repetition is unused; the same id with other content is a named problem."""
    other = _changed("tender/title", "Other")
    outcome = _read({"releases": [example_release(), example_release(), other]})
    assert len(outcome.releases) == 1
    assert [unused.path for unused in outcome.report.unused] == ["/releases/1"]
    assert [(refusal.path, type(refusal.error)) for refusal in outcome.report.refused] == [
        ("/releases/2", ReleaseConflict)
    ]


def test_read_record_prefers_embedded_releases() -> None:
    """Embedded releases are used, derived ones are not; with links only, the compiled release stands for all."""
    compiled = {**example_release(), "id": "compiled", "tag": ["compiled"]}
    link = {"url": "https://musterbach.example/1.json", "date": "2026-03-01T10:00:00Z", "tag": ["tender"]}
    embedded = _read({"records": [{"ocid": "x", "releases": [example_release()], "compiledRelease": compiled}]})
    assert [each.release_id for each in embedded.releases] == ["2026-0001-tender"]
    linked = _read({"ocid": "x", "releases": [link], "compiledRelease": compiled, "versionedRelease": {}})
    assert [each.release_id for each in linked.releases] == ["compiled"]
    assert "/releases/0" in [unused.path for unused in linked.report.unused]
    only_links = _read({"records": [{"ocid": "x", "releases": [link]}]})
    assert only_links.releases == []
