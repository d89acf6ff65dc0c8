"""The release that publishes an act: one of the same process, used once, and forgotten if the act was refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Siegel
from tests.cli.notices import OCID, release, write

TERMS = ("--deadline", "2099-12-01T12:00+01:00", "--standstill", "10d")
OTHER = OCID + "-other"


@pytest.fixture
def tender(siegel: Siegel, home: Path, key_set: str, tender_file: Path) -> str:
    """A published tender; its ocid."""
    made = siegel(
        "tender", "publish", "--release", tender_file, *TERMS, "--together-with", "officer-two",
        home=home,
    )  # fmt: skip
    assert made.exit_code == 0, made.err
    return OCID


@pytest.fixture
def reasons(tmp_path: Path) -> Path:
    """A document that states a reason."""
    file = tmp_path / "reasons.txt"
    file.write_text("no budget", "utf-8")
    return file


PERIOD = {"tenderPeriod": {"endDate": "2099-12-01T11:00:00Z"}}
LOTS = {"lots": [{"id": "L1", "title": "Gehwege"}, {"id": "L:2", "title": "Plätze"}]}


def with_terms(number: int, tag: str, **terms: Any) -> dict[str, Any]:
    """A release that states terms itself."""
    content = release(number, tag)
    content["tender"] |= terms
    return content


@pytest.mark.parametrize(
    ("terms", "typed", "told"),
    [
        (PERIOD, ("--deadline", "2099-12-01T13:00+01:00"), "--deadline"),
        (PERIOD | LOTS, ("--lot", "L1"), "--lot"),
        (PERIOD | LOTS, ("--lot", "L1", "--lot", "L:2:3", "--lot", "L3"), "--lot"),
    ],
)
def test_tender_with_other_terms_than_its_release_is_refused(
    siegel: Siegel, home: Path, key_set: str, tmp_path: Path, terms: dict[str, Any], typed: tuple[str, ...], told: str
) -> None:
    """Whoever read the notice would believe in a deadline or in lots that the ledger does not know."""
    file = write(tmp_path / "contradicting.json", with_terms(1, "tender", **terms))
    common = ("tender", "publish", "--release", file, "--standstill", "10d", "--together-with", "officer-two")
    refused = siegel(*common, *typed, home=home)
    assert (refused.exit_code, "[TermsContradictRelease]" in refused.err, told in refused.err) == (1, True, True)
    agreeing = ("--lot", "L1:2", "--lot", "L:2:1") if "L3" in typed else ()
    made = siegel(*common, *agreeing, home=home)
    assert made.exit_code == 0, made.err


def test_amendment_with_another_deadline_than_its_release_is_refused(
    siegel: Siegel, home: Path, tender: str, reasons: Path, tmp_path: Path
) -> None:
    """Also where the release moves the deadline and the act was to leave it."""
    later = {"tenderPeriod": {"endDate": "2099-12-08T11:00:00Z"}}
    file = write(tmp_path / "amended.json", with_terms(2, "tenderAmendment", **later))
    for typed in ((), ("--deadline", "2099-12-09T12:00+01:00")):
        refused = siegel("tender", "amend", tender, "--release", file, *typed, home=home)
        assert (refused.exit_code, "[TermsContradictRelease]" in refused.err) == (1, True), refused.err
    amended = siegel("tender", "amend", tender, "--release", file, "--deadline", "2099-12-08T12:00+01:00", home=home)
    assert amended.exit_code == 0, amended.err
    file = write(tmp_path / "unmoved.json", with_terms(3, "tenderAmendment", **later))
    assert siegel("tender", "amend", tender, "--release", file, home=home).exit_code == 0
    file = write(tmp_path / "resumed.json", with_terms(4, "tenderAmendment", **later))
    refused = siegel(
        "round", "resume", tender, "--deadline", "2099-12-20T12:00+01:00", "--release", file, "--ground", reasons,
        "--together-with", "officer-two", home=home,
    )  # fmt: skip
    assert "[TermsContradictRelease]" in refused.err


def test_act_with_a_release_of_another_process_is_refused(
    siegel: Siegel, home: Path, tender: str, reasons: Path, tmp_path: Path
) -> None:
    """Nobody publishes the cancellation of one procedure with the notice of another."""
    other = write(tmp_path / "other.json", release(2, ocid=OTHER))
    refused = siegel(
        "tender", "cancel", tender, "--release", other, "--ground", reasons, "--together-with", "officer-two", home=home
    )  # fmt: skip
    assert (refused.exit_code, "[ReleaseOfOtherProcess]" in refused.err) == (1, True)
    assert OTHER in refused.err


def test_act_with_a_release_that_published_another_act_is_refused(
    siegel: Siegel, home: Path, tender: str, tender_file: Path, reasons: Path
) -> None:
    """What published the tender does not publish its cancellation, too."""
    refused = siegel(
        "tender", "cancel", tender, "--release", tender_file, "--ground", reasons,
        "--together-with", "officer-two", home=home,
    )  # fmt: skip
    assert (refused.exit_code, "[ReleaseAnchoredAlready]" in refused.err) == (1, True)


def _titled(title: str) -> dict[str, Any]:
    tender = {"id": "1", "title": title, "status": "active", "value": {"amount": 1000, "currency": "EUR"}}
    return release(tender=tender)


def test_refused_act_leaves_no_release_behind(siegel: Siegel, home: Path, key_set: str, tmp_path: Path) -> None:
    """After a refusal the corrected release comes under the same id, and nothing waits."""
    wrong = write(tmp_path / "wrong.json", _titled("Winterdinst"))
    refused = siegel(
        "tender", "publish", "--release", wrong, "--deadline", "2001-12-01T12:00Z", "--standstill", "10d",
        "--together-with", "officer-two", home=home,
    )  # fmt: skip
    assert "[DeadlineNotLater]" in refused.err
    right = write(tmp_path / "right.json", _titled("Winterdienst"))
    made = siegel(
        "tender", "publish", "--release", right, *TERMS, "--together-with", "officer-two", home=home
    )  # fmt: skip
    assert made.exit_code == 0, made.err
    stored = b"".join(path.read_bytes() for path in (home / "store").rglob("*") if path.is_file())
    assert b"Winterdienst" in stored
    assert b"Winterdinst" not in stored


def test_second_person_of_the_same_name_is_refused_before_anything_is_sent(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path
) -> None:
    """One officer typed twice leaves no first half on the ledger."""
    refused = siegel(
        "tender", "publish", "--release", tender_file, *TERMS, "--together-with", "officer-one",
        home=home,
    )  # fmt: skip
    assert "[SecondPersonNotOther]" in refused.err
    made = siegel(
        "tender", "publish", "--release", tender_file, *TERMS, "--together-with", "officer-two",
        "--json", home=home,
    )  # fmt: skip
    assert made.data["acts"][0]["name"] == "TenderPublished"


def test_proposal_executed_elsewhere_does_not_wait_here(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """The second officer's own home executes; the first one's doctor sees it on the ledger and is content."""
    file = tmp_path / "offer.json"
    siegel("tender", "publish", "--release", tender_file, *TERMS, "--propose", file, home=home)
    waiting = [each for each in siegel("doctor", "--json", home=home).data["findings"] if each["check"] == "state"]
    assert [each["ok"] for each in waiting] == [True, True]
    assert any("second person" in each["sentence"] for each in waiting)
    before = tmp_path / "before"
    shutil.copytree(home, before)
    assert siegel("approve", file, "--as", "officer-two", "--yes", home=home).exit_code == 0
    shutil.copy(before / "state.sqlite", home / "state.sqlite")  # as if the other home had done it
    after = [each for each in siegel("doctor", "--json", home=home).data["findings"] if each["check"] == "state"]
    assert [each["ok"] for each in after] == [True]
    assert "nothing waits" in after[0]["sentence"]


def test_proposal_with_a_release_of_another_process_is_refused_by_the_second(
    siegel: Siegel, home: Path, tender: str, reasons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first officer whose software does not check proposes it; the second one's does."""
    monkeypatch.setattr("ledger.cli.acts.making.require_of_process", lambda *_: None)
    other, file = write(tmp_path / "other.json", release(2, ocid=OTHER)), tmp_path / "offer.json"
    made = siegel(
        "tender", "cancel", tender, "--release", other, "--ground", reasons, "--propose", file, home=home
    )  # fmt: skip
    assert made.exit_code == 0, made.err
    assert json.loads(file.read_text())["enclosed"]
    monkeypatch.undo()
    refused = siegel("approve", file, "--as", "officer-two", "--yes", home=home)
    assert "[ReleaseOfOtherProcess]" in refused.err
