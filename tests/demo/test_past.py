"""The years before the story: always the same, right by the standard, and varied enough to be looked through."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from explorer.cpv import division
from ledger.cli.demo import seeding
from ledger.cli.demo.calendar import DAY, HOUR
from ledger.cli.demo.past import past_releases
from ledger.cli.demo.past.firms import FIRMS
from ledger.cli.demo.past.places import AREAS
from ledger.cli.demo.past.subjects import SUBJECTS
from ledger.cli.demo.seeding import MARK, PROCEDURES, open_demo
from ledger.cli.demo.town import BUYER, NEIGHBOUR
from ledger.errors import BuyerForeign
from ledger.ocds.check import check_release
from ledger.ocds.contradictions import contradictions
from tests.ocds.conftest import Check

NOON = int(datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp())


@pytest.fixture(scope="module")
def past() -> dict[str, list[dict[str, Any]]]:
    """As many procedures as a demo has, by the name of the buyer."""
    return {body.name: releases for body, releases in past_releases(NOON, PROCEDURES)}


@pytest.fixture(scope="module")
def releases(past: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """All of them."""
    return [release for each in past.values() for release in each]


DIGEST = """
import hashlib, json, sys
from ledger.cli.demo.past import past_releases
written = [(body.name, found) for body, found in past_releases(int(sys.argv[1]), int(sys.argv[2]))]
print(hashlib.sha256(json.dumps(written).encode()).hexdigest())
"""


def digest(now: int, procedures: int) -> str:
    """Of all releases, written down; the same as the script above, here."""
    written = [(body.name, found) for body, found in past_releases(now, procedures)]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()


def test_past_of_the_same_day_is_the_same_in_any_process() -> None:
    """Bytes, whatever the hour and however Python hashes; of another day it is another."""
    command = [sys.executable, "-c", DIGEST, str(NOON + 2 * HOUR), "60"]
    known = os.environ | {"PYTHONHASHSEED": "1"}
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env=known).stdout
    assert printed.strip() == digest(NOON, 60)
    assert digest(NOON + DAY, 60) != digest(NOON, 60)


def test_past_releases_are_right_by_the_standard(
    releases: list[dict[str, Any]], check_standard: Check, extension_address: str
) -> None:
    """By our own table, by the standard's checker, and no date contradicts another."""
    for release in releases:
        check_release(release)
        assert list(contradictions(release, "", datetime.fromtimestamp(NOON, UTC))) == []
    package = {
        "uri": "https://example.org/package.json",
        "publisher": {"name": "Stadt Musterbach"},
        "publishedDate": "2026-11-28T12:00:00Z",
        "version": "1.1",
        "extensions": [extension_address],
        "releases": releases,
    }
    assert check_standard(package) == []


def test_past_is_numbered_dated_and_titled_like_life(past: dict[str, list[dict[str, Any]]]) -> None:
    """Each procedure once, none with a number of the story; its notices in order, all before the story's last weeks."""
    ocids: Counter[str] = Counter()
    until = datetime.fromtimestamp(NOON, UTC) - timedelta(days=20)
    for found in past.values():
        titles = {release["ocid"]: release["tender"]["title"] for release in found}
        assert len(set(titles.values())) == len(titles)
        ocids.update(titles.keys())
        for ocid, title in titles.items():
            own = [release for release in found if release["ocid"] == ocid]
            assert [release["id"] for release in own] == [f"{ocid}-{number}" for number in range(1, len(own) + 1)]
            assert not re.search(r"[{}]|\b0 ", title + own[0]["tender"]["description"])
            moments = [datetime.fromisoformat(release["date"]) for release in own]
            assert moments == sorted(moments)
            assert all(moment < until and moment.weekday() < 5 for moment in moments)
    assert len(ocids) == PROCEDURES
    assert set(ocids.values()) == {1}
    assert all(int(ocid.rpartition("-")[2]) > 100 for ocid in ocids)


def test_past_has_enough_of_everything(past: dict[str, list[dict[str, Any]]], releases: list[dict[str, Any]]) -> None:
    """What search, facets, statistics and lists are there for: some of each."""
    assert {len({release["ocid"] for release in found}) >= 10 for found in past.values()} == {True}
    first = {release["ocid"]: release for release in reversed(releases)}.values()
    tags = Counter(release["tag"][0] for release in releases)
    methods = Counter(release["tender"]["procurementMethod"] for release in first)
    years = Counter(release["date"][:4] for release in first)
    divisions = Counter(release["tender"]["items"][0]["classification"]["id"][:2] for release in first)
    suppliers = Counter(
        supplier["name"] for release in first for award in release.get("awards", ()) for supplier in award["suppliers"]
    )
    assert tags.keys() >= {"tenderUpdate", "tenderCancellation", "contractAmendment", "contractTermination"}
    assert set(methods) == {"open", "limited", "selective", "direct"}
    assert 0.1 < methods["direct"] / PROCEDURES < 0.4
    assert set(years) == {"2023", "2024", "2025", "2026"}
    assert len(divisions) >= 15
    assert suppliers.most_common(10)[-1][1] >= 2
    assert sum("lots" in release["tender"] for release in first) >= 5
    assert any("deliveryAddresses" in release["tender"]["items"][0] for release in first)


def test_past_contract_amendments_change_what_was_agreed(releases: list[dict[str, Any]]) -> None:
    """The value after the change is another than before it, and a reason is given."""
    contracts = {release["ocid"]: release["contracts"][0] for release in releases if release["tag"] == ["contract"]}
    changed = [release for release in releases if release["tag"] == ["contractAmendment"]]
    assert changed
    for release in changed:
        contract = release["contracts"][0]
        assert contract["value"]["amount"] > contracts[release["ocid"]]["value"]["amount"]
        assert contract["amendments"][0]["rationale"]


def test_past_tables_name_nobody_that_exists() -> None:
    """Buyers lie outside what is given out, firms have numbers of their own, and each code has one meaning."""
    assert sum(area.share for area in AREAS) == 100
    assert all(area.body.uid.startswith("05999") for area in AREAS)
    firms = {firm for found in FIRMS.values() for firm in found}
    assert len({firm.uid for firm in firms}) == len({firm.name for firm in firms}) == len(firms)
    codes = dict(subject.cpv for subject in SUBJECTS)
    assert len(codes) == len({subject.cpv for subject in SUBJECTS})
    assert all(division(code[:2], "de") != code[:2] for code in codes)
    assert len({subject.title for subject in SUBJECTS}) == len(SUBJECTS)


def test_demo_notice_that_its_import_refuses_is_told_and_the_town_not_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No demo with less than it should have: the failure has a name, and the next start makes the town anew."""
    foreign = [found for body, found in past_releases(NOON, 20) if body is NEIGHBOUR]
    with monkeypatch.context() as patch:
        patch.setattr(seeding, "past_releases", lambda _now, _procedures: [(BUYER, foreign[0])])
        with pytest.raises(BuyerForeign), open_demo(tmp_path / "home"):
            pass
    assert json.loads((tmp_path / "home" / MARK).read_text()) == {"finished": False}
