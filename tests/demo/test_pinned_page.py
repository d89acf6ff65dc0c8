"""The demo's page for bids and its trust policy know the town's custodians, as an operator's own would."""

from __future__ import annotations

import hashlib
from pathlib import Path

import httpx
import pytest

from explorer.page_file import BID_PAGE
from explorer.pinned_page import pins_in
from ledger.chain.record import ACT_RECORDED, decode_log
from ledger.cli.demo.pinning import PINNED_PAGE
from ledger.cli.demo.running import application, for_a_while
from ledger.cli.demo.seeding import POLICY, open_demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import CUSTODIANS
from ledger.evidence.verify.policy import read_policy
from ledger.terms import Act
from tests.cli.conftest import Siegel

HOLDERS = {Stage.organisation(body) for body in CUSTODIANS}


def test_demo_serves_and_registers_the_copy_that_page_pin_writes(siegel: Siegel, town: Path, tmp_path: Path) -> None:
    """Byte for byte, with the custodians of the town's key set; it is what two officers registered."""
    copy = (town / PINNED_PAGE).read_bytes()
    pins = pins_in(copy, BID_PAGE.html)
    assert pins is not None
    assert {each.holder for each in pins} == HOLDERS
    with open_demo(town) as demo:
        logs = list(demo.chain.logs(demo.chain.deployment.block, demo.chain.block_number(), [ACT_RECORDED]))
        with for_a_while(application(demo)) as url:
            served = httpx.get(f"{url}/bid/0x{bytes(32).hex()}/1", timeout=60).content
    assert served == copy
    acts = [decode_log(log.topics, log.data) for log in logs]
    registered = {act.subject for act in acts if act.act == Act.ARTIFACT_REGISTERED}
    assert hashlib.sha256(copy).digest() in registered
    assert siegel("page", "pin", "-o", tmp_path / "copy.html", home=town).exit_code == 0
    assert (tmp_path / "copy.html").read_bytes() == copy


def test_demo_of_another_version_pins_its_own_page_when_it_starts(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of an older page would not be served. A file elsewhere, which the environment names, is left alone."""
    copy = (town / PINNED_PAGE).read_bytes()
    (town / PINNED_PAGE).write_bytes(copy.replace(b"<title>", b"<title>Older: ", 1))
    with open_demo(town):
        assert (town / PINNED_PAGE).read_bytes() == copy
    mine = tmp_path / "mine.html"
    mine.write_bytes(b"mine")
    monkeypatch.setenv("SIEGEL_BID_PAGE", str(mine))
    with open_demo(town) as demo:
        assert demo.settings.bid_page == mine
    assert mine.read_bytes() == b"mine"


def test_demos_policy_names_the_towns_custodians(town: Path) -> None:
    """So what its visitors verify rests on them, too."""
    custodians = read_policy((town / POLICY).read_bytes()).custodians
    assert custodians is not None
    assert {each.organisation_id for each in custodians} == HOLDERS
    pins = pins_in((town / PINNED_PAGE).read_bytes(), BID_PAGE.html)
    assert pins is not None
    assert {each.key for each in custodians} == {each.key for each in pins}
