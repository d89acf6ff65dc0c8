"""``siegel page pin``, and what it says of the copy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.page_file import BID_PAGE
from explorer.pinned_page import pins_in
from tests.cli.conftest import Siegel, make_key_set
from tests.cli.opening_desk import Desk, opened_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A home whose key set three custodians have accepted."""
    with opened_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


def test_pin_writes_the_same_copy_from_the_organisation_and_from_the_id(
    siegel: Siegel, desk: Desk, tmp_path: Path
) -> None:
    """With its SHA-256, how to register it and how to serve it; the file is readable for all, for it is public."""
    one, other = tmp_path / "one.html", tmp_path / "other.html"
    called = siegel("page", "pin", "-o", one, home=desk.home)
    assert called.exit_code == 0, called.out
    digest = hashlib.sha256(one.read_bytes()).hexdigest()
    assert f"SHA-256: {digest}" in called.out
    assert f"siegel artifact register --file {one} --kind page" in called.out
    assert f"bid_page = '{one}'" in called.out
    data = siegel("page", "pin", "-o", other, "--key-set", f"0x{desk.key_set.hex()}", "--json", home=desk.home).data
    assert data["digest"] == f"0x{digest}"
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_mode & 0o777 == 0o644
    pins = pins_in(one.read_bytes(), BID_PAGE.html)
    assert pins is not None
    assert {(each.holder, each.key) for each in pins} == {(each.holder, each.key) for each in desk.keys.custodians}


def test_pin_registers_as_it_says(siegel: Siegel, desk: Desk, tmp_path: Path) -> None:
    """Whoever has the copy can then ask the ledger for it by its digest."""
    copy = tmp_path / "copy.html"
    called = siegel("page", "pin", "-o", copy, home=desk.home)
    (line,) = re.findall(r"siegel (artifact register .*)$", called.out, re.MULTILINE)
    arguments = (
        line.replace(" NAME", " bid-page-pinned").replace("--propose FILE", "--together-with officer-two").split()
    )
    registered = siegel(*arguments, home=desk.home)
    assert registered.exit_code == 0, registered.out
    desk.publish()
    assert "bid-page-pinned" in siegel("check", copy, home=desk.home).out


def test_pin_refuses_what_cannot_be_pinned(siegel: Siegel, desk: Desk, home: Path, tmp_path: Path) -> None:
    """A file that is there, an unknown key set, and an organisation whose only key set has no custodians."""
    copy = tmp_path / "copy.html"
    unknown = siegel("page", "pin", "-o", copy, "--key-set", "0x" + "ab" * 32, "--json", home=desk.home)
    assert (unknown.exit_code, unknown.data["error"]) == (1, "KeySetUnknown")
    copy.write_text("mine")
    there = siegel("page", "pin", "-o", copy, "--json", home=desk.home)
    assert (there.exit_code, there.data["error"], copy.read_text()) == (2, "ArgumentInvalid", "mine")
    make_key_set(home, tmp_path)
    alone = siegel("page", "pin", "-o", tmp_path / "other.html", "--json", home=home)
    assert (alone.exit_code, alone.data["error"]) == (2, "ArgumentMissing")
    assert not (tmp_path / "other.html").exists()


def test_serve_with_a_page_that_is_no_copy_does_not_begin(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Named before a node is started."""
    other = tmp_path / "other.html"
    other.write_bytes(BID_PAGE.html + b"<!-- changed -->")
    toml = home / "siegel.toml"
    toml.write_text(f"bid_page = '{other}'\n{toml.read_text()}")
    refused = siegel("serve", "--port", "0", "--json", home=home)
    assert (refused.exit_code, refused.data["error"]) == (2, "SettingInvalid")
    assert "siegel page pin writes one" in refused.data["sentence"]


def page_findings(siegel: Siegel, home: Path) -> list[tuple[bool, bool, str]]:
    """What the doctor says of the bidder's page: whether all is well, whether it gives advice, and its sentence."""
    findings = siegel("doctor", "--json", home=home).data["findings"]
    return [(each["ok"], bool(each["advice"]), each["sentence"]) for each in findings if each["check"] == "bid page"]


def test_doctor_notes_a_page_without_pins_where_bids_are_taken_and_no_other(
    siegel: Siegel, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once there is a sealed round, or where a receiver is; it is no failure. A copy is well, another file is wrong."""
    assert page_findings(siegel, desk.home) == []
    monkeypatch.setenv("SIEGEL_RECEIVER__UID", "centre")
    believes = "The page on which bids are handed in believes this server whose custodians it seals to."
    assert page_findings(siegel, desk.home) == [(True, True, believes)]
    monkeypatch.delenv("SIEGEL_RECEIVER__UID")
    desk.tender()
    desk.publish()
    assert page_findings(siegel, desk.home) == [(True, True, believes)]
    copy = tmp_path / "copy.html"
    siegel("page", "pin", "-o", copy, home=desk.home)
    monkeypatch.setenv("SIEGEL_BID_PAGE", str(copy))
    assert [each[:2] for each in page_findings(siegel, desk.home)] == [(True, False)]
    copy.write_bytes(BID_PAGE.html)
    assert [each[:2] for each in page_findings(siegel, desk.home)] == [(False, True)]


def test_doctor_says_nothing_of_pins_where_there_are_no_custodians(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key set without custodians leaves nobody whom a page could know."""
    make_key_set(home, tmp_path)
    monkeypatch.setenv("SIEGEL_RECEIVER__UID", "centre")
    assert page_findings(siegel, home) == []
