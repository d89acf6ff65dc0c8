"""Real files of four countries and the standard's own example: what is published of them passes the checker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import FileEmpty
from ledger.ocds.disclosure import disclose, redactions
from ledger.ocds.importer import ReadFile, read_file
from ledger.ocds.json_text import read_json, write_json
from ledger.ocds.package import PackageInfo, record, record_package, release_package
from ledger.ocds.privacy import POLICIES, DisclosurePolicy, conceal_personal
from tests.ocds.conftest import Check


@pytest.fixture(scope="module")
def outcomes(test_data: Path) -> dict[Path, ReadFile]:
    """Each real file, read."""
    files = sorted((test_data / "ocds").rglob("*.json"))
    assert len(files) > 100
    return {path: read_file(path.read_bytes()) for path in files}


def test_read_real_files_whole_folder_refuses_only_empty_ones(outcomes: dict[Path, ReadFile]) -> None:
    """Every file with content yields at least one release; empty ones are refused by name."""
    for path, outcome in outcomes.items():
        refused = [type(refusal.error) for refusal in outcome.report.refused]
        if path.stat().st_size == 0:
            assert refused == [FileEmpty]
        elif outcome.releases:
            assert refused == []
        else:
            assert all("link to a release" in each.why or "describes" in each.why for each in outcome.report.unused)


def test_read_real_files_each_value_is_accounted_for_once(outcomes: dict[Path, ReadFile]) -> None:
    """Mapped, repaired, unused and refused values add up to the values of the file."""
    for path, outcome in outcomes.items():
        assert outcome.report.is_complete, path


def test_read_real_files_imperfect_values_are_repaired_by_name(outcomes: dict[Path, ReadFile]) -> None:
    """Contracts without award id and doubled suppliers, which the checker rejects, are among the reported ones."""
    repaired = {each.why for outcome in outcomes.values() for each in outcome.report.repaired}
    unused = {each.why for outcome in outcomes.values() for each in outcome.report.unused}
    assert "the standard requires an award id" in repaired
    assert "the same entry stands in the list already" in unused


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_publish_real_releases_as_anchored_and_as_shown_pass_the_checker(
    outcomes: dict[Path, ReadFile], policy: DisclosurePolicy, check_standard: Check, package_info: PackageInfo
) -> None:
    """Anchored bytes, and releases of which every second field was erased, are valid OCDS with nothing additional."""
    anchored_ones: list[dict[str, Any]] = []
    half_erased_ones: list[dict[str, Any]] = []
    for outcome in outcomes.values():
        for found in outcome.releases:
            concealed, disclosures = conceal_personal(found.release, policy)
            anchored = read_json(write_json(concealed))
            texts = [disclosure.text for disclosure in disclosures]
            assert disclose(anchored, texts) == found.release
            assert len(redactions(anchored, texts[::2])) == len(texts[1::2])
            anchored_ones.append(anchored)
            if texts:
                half_erased_ones.append(disclose(anchored, texts[::2]))
    assert bool(half_erased_ones) == (policy.name != "none")
    for package in _packages([*anchored_ones, *half_erased_ones], package_info):
        assert check_standard(package) == []


def test_publish_records_of_real_releases_pass_the_checker(
    outcomes: dict[Path, ReadFile], check_standard: Check, package_info: PackageInfo
) -> None:
    """Records with compiled releases are valid OCDS, too."""
    releases: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for outcome in outcomes.values():
        for found in outcome.releases:
            releases[found.ocid].setdefault(found.release_id, found.release)
    assert len(releases) > 40
    package = record_package([record(list(by_id.values())) for by_id in releases.values()], package_info)
    assert check_standard(package) == []


def _packages(releases: list[dict[str, Any]], info: PackageInfo) -> Iterator[dict[str, Any]]:
    """Few packages for many releases, none with the same ocid and id twice, which the standard forbids."""
    rest = releases
    while rest:
        package: dict[tuple[str, str], dict[str, Any]] = {}
        later = []
        for release in rest:
            key = (release["ocid"], release["id"])
            if key in package:
                later.append(release)
            else:
                package[key] = release
        yield release_package(package.values(), info)
        rest = later
