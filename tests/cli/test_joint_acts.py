"""Acts of two officers: at one desk, and by a proposal that is mailed."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from ledger.chain.node import EmbeddedNode
from ledger.cli.connection import connect, load_deployment
from ledger.settings import Settings
from tests.cli.conftest import Siegel
from tests.cli.notices import OCID, SCHEME, release, write

DEADLINE = "2099-12-01T12:00+01:00"
TERMS = ("--deadline", DEADLINE, "--standstill", "10d")


def propose(siegel: Siegel, home: Path, tender: Path, file: Path) -> None:
    """Officer one proposes the tender."""
    made = siegel("tender", "publish", "--release", tender, *TERMS, "--propose", file, home=home)
    assert made.exit_code == 0, made.err


def test_publish_tender_without_a_standstill_is_refused(siegel: Siegel, home: Path, tender_file: Path) -> None:
    """Above the thresholds a contract without one is ineffective (GWB § 135), so nobody gets none by silence."""
    refused = siegel(
        "tender", "publish", "--release", tender_file, "--deadline", DEADLINE, "--together-with", "officer-two",
        home=home,
    )  # fmt: skip
    assert (refused.exit_code, "--standstill" in refused.err) == (2, True)


@pytest.mark.parametrize(("typed", "seconds"), [("10d", 864_000), ("0s", 0)])
def test_publish_tender_standstill_is_the_one_that_was_typed(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, typed: str, seconds: int
) -> None:
    """Below the thresholds federal law knows none: then somebody says so."""
    made = siegel(
        "tender", "publish", "--release", tender_file, "--deadline", DEADLINE, "--standstill", typed,
        "--together-with", "officer-two", "--json", home=home,
    )  # fmt: skip
    assert made.exit_code == 0, made.err
    settings = Settings.load(home)
    with ExitStack() as closing:
        chain = connect(settings, load_deployment(settings), closing)
        process = bytes.fromhex(made.data["acts"][0]["processId"].removeprefix("0x"))
        assert chain.process(process).minimum_standstill == seconds


def test_publish_tender_by_proposal_second_officer_executes(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """The file tells what it will do, a second officer executes it, and both stand in the act."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    proposal = json.loads(file.read_text())
    assert any(" December 2099" in line for line in proposal["words"])
    assert siegel("approve", file, "--as", "officer-two", home=home).exit_code == 1  # nobody was asked
    done = siegel("approve", file, "--as", "officer-two", "--yes", "--json", home=home)
    assert done.exit_code == 0, done.out
    act = done.data["acts"][0]
    accounts = {each["name"]: each["account"] for each in siegel("key", "list", "--json", home=home).data["keys"]}
    assert (act["name"], act["first"], act["second"]) == (
        "TenderPublished",
        accounts["officer-one"],
        accounts["officer-two"],
    )
    siegel("index", "run", "--once", home=home)
    assert siegel("index", "check", home=home).exit_code == 0


def test_approve_shows_what_the_call_says_not_what_the_file_says(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """Words that somebody changed in the file are not shown: they are made anew from the call."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    proposal = json.loads(file.read_text())
    write(file, proposal | {"words": ["harmless"]})
    shown = siegel("approve", file, "--as", "officer-two", home=home)
    assert "harmless" not in shown.out
    assert "TenderPublished" in shown.out
    assert "Winterdienst" in shown.out
    assert shown.exit_code == 1
    assert "[ApprovalDeclined]" in shown.err


def test_approve_same_officer_is_refused(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """Nobody alone performs a joint act."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    assert "[AlreadyApproved]" in siegel("approve", file, "--as", "officer-one", "--yes", home=home).err


def test_approve_other_document_enclosed_is_refused(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """A release that was exchanged in the mail is not the one that the act names."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    proposal = json.loads(file.read_text())
    other = base64.b64decode(proposal["enclosed"][0]["content"]).replace(b"Winterdienst", b"Sommerdienst")
    proposal["enclosed"][0]["content"] = base64.b64encode(other).decode()
    write(file, proposal)
    refused = siegel("approve", file, "--as", "officer-two", "--yes", home=home)
    assert "[ProposalUnreadable]" in refused.err


def test_approve_other_call_does_not_stand_on_the_ledger(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """A call that was exchanged is another proposal; it would only be a first half, so nothing is executed."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    proposal = json.loads(file.read_text())
    deadline = int(datetime.fromisoformat(DEADLINE).timestamp())
    later, sooner = deadline.to_bytes(32, "big").hex(), (deadline - 3600).to_bytes(32, "big").hex()
    proposal["call"] = proposal["call"].replace(later, sooner)
    assert sooner in proposal["call"]
    write(file, proposal)
    refused = siegel("approve", file, "--as", "officer-two", "--yes", home=home)
    assert (refused.exit_code, "[ProposalNotStanding]" in refused.err) == (1, True)
    assert "another call" in refused.err


def test_approve_revoked_proposal_is_refused(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """An approval that was taken back no longer counts."""
    file = tmp_path / "offer.json"
    made = siegel("tender", "publish", "--release", tender_file, *TERMS, "--propose", file, "--json", home=home)
    key = made.data["proposals"][0]["key"]
    assert siegel("approval", "revoke", key, "--as", "officer-one", home=home).exit_code == 0
    refused = siegel("approve", file, "--as", "officer-two", "--yes", home=home)
    assert "it was revoked" in refused.err


def test_approve_proposal_that_no_longer_counts_is_refused(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """Who agreed before a procedure was cancelled and reinstated has not agreed since, and what is executed is done:
    nothing is recorded in the name of the second officer alone."""
    ground, file = tmp_path / "ground.txt", tmp_path / "offer.json"
    ground.write_text("because")
    pair = ("--together-with", "officer-two")
    propose(siegel, home, tender_file, file)
    assert siegel("approve", file, "--as", "officer-two", "--yes", home=home).exit_code == 0
    again = siegel("approve", file, "--as", "officer-three", "--yes", home=home)
    assert "it was executed" in again.err
    paper = ("bid", "register", OCID, "--arrival", "2026-11-01T10:00+01:00", "--record", ground)
    stale = tmp_path / "paper.json"
    assert siegel(*paper, "--propose", stale, home=home).exit_code == 0
    for number, word in ((2, "cancel"), (3, "reinstate")):
        content = release(number, "tenderUpdate")
        act = ("tender" if word == "cancel" else "process", word, OCID, "--ground", ground, *pair)
        done = siegel(*act, "--release", write(tmp_path / f"{number}.json", content), home=home)
        assert done.exit_code == 0, done.err
    refused = siegel("approve", stale, "--as", "officer-two", "--yes", home=home)
    assert (refused.exit_code, "[ProposalNotStanding]" in refused.err) == (1, True)
    assert "have changed since" in refused.err


def test_approve_proposal_of_another_ledger_is_refused(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """A proposal counts on the ledger that it was made for."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    proposal = json.loads(file.read_text())
    write(file, proposal | {"ledger": "0x" + "00" * 20})
    assert "[ProposalForOtherLedger]" in siegel("approve", file, "--as", "officer-two", "--yes", home=home).err


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": "siegel proposal 1"}', "\x00"])
def test_approve_no_proposal_is_told(siegel: Siegel, home: Path, tmp_path: Path, content: str) -> None:
    """Whatever file somebody mails, the answer is a sentence."""
    file = tmp_path / "file.json"
    file.write_text(content)
    assert "[ProposalUnreadable]" in siegel("approve", file, "--as", "officer-two", home=home).err


def test_approve_in_another_home_needs_only_the_key_and_the_file(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """The second officer's own home gets the release with the proposal, and keeps it."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    theirs = tmp_path / "theirs"
    shutil.copytree(home, theirs)
    shutil.rmtree(theirs / "store")
    (theirs / "state.sqlite").unlink()
    done = siegel("approve", file, "--as", "officer-two", "--yes", home=theirs)
    assert done.exit_code == 0, done.err
    siegel("index", "run", "--once", home=theirs)
    assert siegel("index", "check", home=theirs).exit_code == 0


def test_joint_act_without_a_second_person_is_refused(siegel: Siegel, home: Path, tender_file: Path) -> None:
    """The way to a second person is told before anything is sent."""
    refused = siegel("tender", "publish", "--release", tender_file, *TERMS, home=home)
    assert (refused.exit_code, "[SecondPersonMissing]" in refused.err) == (1, True)
    assert "--together-with" in refused.err


def test_whole_procedure_at_one_desk_reaches_the_contract(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """Publish, amend, suspend, lift, cancel, reinstate: every command says what was recorded."""
    ground = tmp_path / "ground.txt"
    ground.write_text("because")
    pair = ("--together-with", "officer-two", "--json")

    def act(*arguments: object) -> dict[str, object]:
        called = siegel(*arguments, home=home)
        assert called.exit_code == 0, (arguments, called.out, called.err)
        found: dict[str, object] = called.data["acts"][0]
        return found

    def published(number: int, *tags: str, status: str = "active") -> Path:
        content = release(number, *tags)
        content["tender"]["status"] = status
        return write(tmp_path / f"{number}.json", content)

    act("tender", "publish", "--release", tender_file, *TERMS, *pair)
    later = "2099-12-08T12:00+01:00"
    act("tender", "amend", OCID, "--release", published(2, "tenderAmendment"), "--deadline", later, "--json")
    answer = act(
        "notice", "publish", "--release", published(3, "tenderUpdate"), "--kind", "answer", "--ref", 1, "--json"
    )
    assert answer["sequence"] == 3
    paper = act(
        "bid", "register", OCID, "--arrival", "2026-11-01T10:00+01:00", "--record", ground, *pair
    )  # fmt: skip
    assert paper["bid"] == 2**31
    suspended = act("process", "suspend", OCID, "--ground", ground, "--as", "officer-one", "--json")
    act("process", "lift", OCID, "--suspension", suspended["sequence"], "--ground", ground, *pair)
    act(
        "tender",
        "cancel",
        OCID,
        "--release",
        published(4, "tenderCancellation", status="cancelled"),
        "--ground",
        ground,
        *pair,
    )
    act("process", "reinstate", OCID, "--release", published(5, "tenderUpdate"), "--ground", ground, *pair)
    early = siegel("round", "close", OCID, "--together-with", "officer-two", home=home)
    assert "[RoundForbids]" in early.err
    siegel("index", "run", "--once", home=home)
    assert siegel("index", "check", home=home).exit_code == 0


def test_people_and_organisations_change_by_command(siegel: Siegel, home: Path) -> None:
    """An officer's own organisation, and the governors' acts."""
    account = siegel("key", "new", "deputy", "--json", home=home).data["account"]
    changed = siegel(
        "registry",
        "people",
        "--person",
        f"{account}=officer,evaluator@2099-01-01T00:00",
        "--together-with",
        "officer-two",
        "--json",
        home=home,
    )
    assert changed.data["acts"][0]["name"] == "PeopleChanged"
    admitted = siegel(
        "registry", "admit", "--scheme", SCHEME, "--identifier", "other", "--kinds", "custodian,member",
        "--person", f"{account}=officer", "--person", f"0x{'22' * 20}=officer", "--json", home=home,
    )  # fmt: skip
    assert admitted.data["acts"][0]["name"] == "OrganisationAdmitted"
    wrong = siegel("registry", "people", "--person", "0x12=officer", "--together-with", "officer-two", home=home)
    assert (wrong.exit_code, "[ArgumentInvalid]" in wrong.err) == (2, True)


def test_governors_two_of_two_with_a_delay_execute_when_it_is_over(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """The first governor proposes, the second approves, and anyone of them executes after the delay, not before."""
    second = siegel("key", "new", "governor-two", "--json", home=home).data["account"]
    keys = {each["name"]: each["account"] for each in siegel("key", "list", "--json", home=home).data["keys"]}
    both = ("--governor", keys["governor"], "--governor", second)
    assert siegel("registry", "governors", *both, "--threshold", 2, "--delay", "30s", home=home).exit_code == 0
    admission = (
        "registry", "admit", "--scheme", "X", "--identifier", "1", "--kinds", "custodian",
        "--person", f"0x{'22' * 20}=officer", "--person", f"0x{'33' * 20}=officer",
    )  # fmt: skip
    assert "[SecondPersonMissing]" in siegel(*admission, home=home).err
    file = tmp_path / "admission.json"
    assert siegel(*admission, "--propose", file, home=home).exit_code == 0
    approved = siegel("approve", file, "--as", "governor-two", "--yes", "--json", home=home).data
    ripe = approved["ripe"]
    assert approved["acts"] == []
    with EmbeddedNode.open(home / "chain") as node:
        block = node.request("eth_getBlockByNumber", [hex(approved["block"]), False])
    assert ripe == int(block["timestamp"], 16) + 30
    early = siegel("approve", file, "--as", "governor", "--yes", "--json", home=home)
    assert time.time() < ripe, "this machine is too slow to try before the delay is over"
    assert (early.exit_code, early.data["error"], early.data["values"]["ripe"]) == (1, "NotRipe", ripe)
    time.sleep(ripe - time.time())
    executed = siegel("approve", file, "--as", "governor", "--yes", "--json", home=home)
    (act,) = executed.data["acts"]
    assert (act["name"], act["time"] >= ripe) == ("OrganisationAdmitted", True)


def test_approve_in_another_home_keeps_the_disclosures(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """The second officer's home can show the concealed fields, too, and nothing waits in its outbox."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    theirs = tmp_path / "theirs"
    shutil.copytree(home, theirs)
    shutil.rmtree(theirs / "store")
    (theirs / "state.sqlite").unlink()
    assert siegel("approve", file, "--as", "officer-two", "--yes", home=theirs).exit_code == 0
    with sqlite3.connect(theirs / "state.sqlite") as connection:
        kept = [text for (text,) in connection.execute("SELECT text FROM disclosures")]
        statuses = [status for (status,) in connection.execute("SELECT status FROM outbox")]
    assert sorted(kept) == sorted(json.loads(file.read_text())["enclosed"][0]["disclosures"])
    assert len(kept) == 2
    assert statuses == ["recorded"]


def test_approve_disclosure_of_another_release_is_refused(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, tmp_path: Path
) -> None:
    """A name that does not belong to the release is neither shown nor kept, and nothing is executed."""
    file = tmp_path / "offer.json"
    propose(siegel, home, tender_file, file)
    proposal = json.loads(file.read_text())
    foreign = base64.urlsafe_b64encode(json.dumps(["c2FsdA", "name", "Herr Falsch"]).encode()).rstrip(b"=").decode()
    proposal["enclosed"][0]["disclosures"][0] = foreign
    write(file, proposal)
    refused = siegel("approve", file, "--as", "officer-two", "--yes", home=home)
    assert (refused.exit_code, "[DisclosureUnknown]" in refused.err) == (1, True)


def test_register_key_set_with_a_key_off_the_curve_is_refused(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """The registry sees the form of a key only, and no bid could be sealed to such a set."""
    holder, key = "0x" + "11" * 20, "0x04" + "01" * 64
    content = {
        "officerThreshold": 2,
        "custodianThreshold": 0,
        "officers": [{"holder": holder, "key": key}],
        "custodians": [],
    }
    file = write(tmp_path / "set.json", content)
    refused = siegel("key-set", "register", "--set", file, "--together-with", "officer-two", home=home)
    assert (refused.exit_code, "no point of P-256" in refused.err) == (2, True)
