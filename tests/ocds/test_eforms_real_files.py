"""The European Union's example notices: what is published of them is valid, and says what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.ocds.disclosure import disclose
from ledger.ocds.importer import ReadFile, read_file
from ledger.ocds.json_text import read_json, write_json
from ledger.ocds.package import PackageInfo, record, record_package, release_package
from ledger.ocds.privacy import POLICIES, DisclosurePolicy, conceal_personal
from tests.ocds.conftest import Check
from tests.ocds.notices import PREFIX


@pytest.fixture(scope="module")
def outcomes(test_data: Path) -> dict[str, ReadFile]:
    """Each real notice, read."""
    files = sorted((test_data / "eforms").glob("*.xml"))
    assert len(files) > 15
    return {path.stem: read_file(path.read_bytes(), ocid_prefix=PREFIX) for path in files}


def _release(outcomes: dict[str, ReadFile], name: str) -> dict[str, Any]:
    return outcomes[name].releases[0].release


def test_read_real_notices_refuses_only_the_invalid_ones(outcomes: dict[str, ReadFile]) -> None:
    """Every other notice yields one release, and each leaf is accounted for."""
    for name, outcome in outcomes.items():
        assert outcome.report.is_complete, name
        assert [each.error.name for each in outcome.report.refused] == (
            ["NoticeIncomplete"] if name.startswith("INVALID") else []
        ), name
        assert len(outcome.releases) == (0 if name.startswith("INVALID") else 1), name


def test_read_real_notices_most_leaves_are_used(outcomes: dict[str, ReadFile]) -> None:
    """At least nine in ten of all notices but the two that show every field there is; of those three in four."""
    for name, outcome in outcomes.items():
        report = outcome.report
        if outcome.releases:
            least = 0.74 if "maximal" in name else 0.88
            assert (report.mapped + len(report.repaired)) / report.leaves >= least, name


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_publish_real_notices_as_anchored_and_as_shown_pass_the_checker(
    outcomes: dict[str, ReadFile], policy: DisclosurePolicy, check_standard: Check, package_info: PackageInfo
) -> None:
    """Anchored bytes, the same half disclosed, and records are valid OCDS with nothing additional."""
    anchored_ones, shown = [], []
    for outcome in outcomes.values():
        for found in outcome.releases:
            concealed, disclosures = conceal_personal(found.release, policy)
            anchored = read_json(write_json(concealed))
            texts = [disclosure.text for disclosure in disclosures]
            assert disclose(anchored, texts) == found.release
            anchored_ones.append(anchored)
            shown.append(disclose(anchored, texts[::2]))
    assert len(anchored_ones) == 16
    for releases in (anchored_ones, shown):
        assert check_standard(release_package(releases, package_info)) == []
        by_ocid: dict[str, list[dict[str, Any]]] = {}
        for release in releases:
            by_ocid.setdefault(release["ocid"], []).append(release)
        assert check_standard(record_package([record(each) for each in by_ocid.values()], package_info)) == []


def test_publish_real_notice_conceals_contacts_and_natural_persons(outcomes: dict[str, ReadFile]) -> None:
    """A winner that is a natural person, and beneficial owners, stand nowhere in the anchored bytes."""
    concealed, _ = conceal_personal(_release(outcomes, "can_24_maximal"), POLICIES["standard"])
    text = write_json(concealed).decode()
    for personal in ("The best App", "928374653", "3A smart avenue", "the-best-app.com", "Dupont", "info@", "+49 1234"):
        assert personal not in text
    assert "Gyro Soft SA" in text


def test_read_real_call_says_what_a_citizen_asks(outcomes: dict[str, ReadFile]) -> None:
    """Title, buyer, value, deadline, lots of the largest call."""
    release = _release(outcomes, "cn_24_maximal")
    tender = release["tender"]
    assert tender["title"] == "Procurement Title ---"
    assert release["buyer"]["name"].startswith("Financial Adinistration")
    assert tender["value"] == {"amount": 9999999.99, "currency": "EUR"}
    assert tender["tenderPeriod"] == {"endDate": "2023-05-22T20:59:32+01:00"}
    assert [each["id"] for each in tender["lots"]] == ["LOT-0001", "LOT-0002"]
    assert tender["lotGroups"][0]["relatedLots"] == ["LOT-0001", "LOT-0002"]
    assert [each["numbers"][0]["number"] for each in tender["lots"][0]["awardCriteria"]["criteria"]] == [60, 40]


def test_read_real_result_says_who_won(outcomes: dict[str, ReadFile]) -> None:
    """Two awards, one without a winner; bids, contracts and numbers."""
    release = _release(outcomes, "can_24_maximal")
    won, lost = release["awards"]
    assert won["suppliers"][0]["name"] == "Gyro Soft SA - Contrats"
    assert (lost["status"], lost["statusDetails"]) == ("unsuccessful", "all-rej")
    assert won["maximumValue"] == {"amount": 9999999.99, "currency": "EUR"}
    assert [each["awardID"] for each in release["contracts"]] == ["RES-LOT-0001", "RES-LOT-0001"]
    assert release["bids"]["details"][0]["subcontracting"]["minimumPercentage"] == 0.3


def test_read_real_direct_award_modification_and_changes(outcomes: dict[str, ReadFile]) -> None:
    """Ground and value of a direct award; new value of a contract; what was changed and what was cancelled."""
    direct = _release(outcomes, "veat_24")
    assert direct["tender"]["procurementMethodRationale"].startswith("The procurement falls within the remit")
    assert direct["awards"][0]["value"] == {"amount": 350000, "currency": "EUR"}
    assert len(direct["awards"][0]["suppliers"]) == 3
    modified = _release(outcomes, "can-modif_24_value")
    assert modified["contracts"][0]["value"] == {"amount": 6430000, "currency": "GBP"}
    assert modified["contracts"][0]["amendments"][0]["description"] == "Increase in framework value"
    longer = _release(outcomes, "can-modif_24_duration")
    assert longer["contracts"][0]["period"]
    changed = _release(outcomes, "change-cn_24_open_dates")
    opened = _release(outcomes, "cn_24_open")
    assert changed["ocid"] == opened["ocid"]
    assert changed["tender"]["amendments"][0]["amendsReleaseID"] == opened["id"]
    assert changed["tender"]["tenderPeriod"] != opened["tender"]["tenderPeriod"]
    assert _release(outcomes, "change-cn_24_void")["tender"]["status"] == "cancelled"
    planned = outcomes["pin-only_24"]
    assert planned.releases[0].ocid == f"{PREFIX}-f252f386-55ac-4fa8-9be4-9f950b9904c8"
    assert "/ocid" in [each.path for each in planned.report.added]
