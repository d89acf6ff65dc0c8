"""The criteria of a tender as officers publish and agree to them."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import app_of
from api.services import Services
from ledger.chain.codec import decode_detail
from ledger.chain.record import ACT_RECORDED, decode_log
from ledger.cli.connection import connect, load_deployment
from ledger.settings import Settings
from ledger.store.objects import ObjectStore, StoreClass
from ledger.terms import Act
from tests.cli.conftest import Siegel
from tests.cli.notices import OCID, release, write
from tests.evaluation.criteria_vectors import schools

TERMS = ("--deadline", "2099-12-01T12:00+01:00", "--standstill", "10d")
PAIR = ("--together-with", "officer-two")
LOTS = [{"id": f"LOT-000{number}", "title": "Los", "status": "active"} for number in (1, 2, 3)]


@pytest.fixture
def criteria(tmp_path: Path) -> Path:
    """Of three lots."""
    return write(tmp_path / "criteria.json", schools())


@pytest.fixture
def tender(tmp_path: Path, criteria: Path) -> Path:
    """The call for bids on the same lots, which names the criteria among its documents."""
    content = release()
    content["tender"]["lots"] = LOTS
    content["tender"]["documents"] = [{"id": "criteria", "title": "Zuschlagskriterien", "digest": digest(criteria)}]
    return write(tmp_path / "lots.json", content)


def digest(file: Path) -> str:
    """SHA-256 of a file, as everybody computes it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def recorded_criteria(home: Path) -> str:
    """What the ledger names as the criteria of its only tender."""
    settings = Settings.load(home)
    with ExitStack() as closing:
        chain = connect(settings, load_deployment(settings), closing)
        logs = chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED])
        records = [decode_log(log.topics, log.data) for log in logs]
        (published,) = [record for record in records if record.act == Act.TENDER_PUBLISHED]
        return str(decode_detail(published)["terms"]["criteria"].hex())


def enclose(proposal: Path, document: bytes) -> None:
    """Puts a document without a salt into a proposal, as an officer's altered program would."""
    content = json.loads(proposal.read_text())
    entry = {"name": "c.json", "isRelease": False, "salt": "", "disclosures": []}
    content["enclosed"].append({**entry, "content": base64.b64encode(document).decode()})
    write(proposal, content)


def test_publish_tender_with_criteria_makes_them_public(
    siegel: Siegel, home: Path, key_set: str, tender: Path, criteria: Path, tmp_path: Path
) -> None:
    """Everybody gets the very bytes by the digest that the terms name, and evidence takes them along."""
    made = siegel("tender", "publish", "--release", tender, *TERMS, "--criteria", criteria, *PAIR, "--json", home=home)
    assert (made.exit_code, made.err) == (0, "")
    named = digest(criteria)
    assert recorded_criteria(home) == named
    assert ObjectStore(Settings.load(home).store_dir).kind(bytes.fromhex(named)) is StoreClass.PUBLIC
    bundle, policy = tmp_path / "bundle.zip", tmp_path / "policy.json"
    assert siegel("log", "init", "--origin", "log.example", home=home).exit_code == 0
    assert siegel("evidence", OCID, "-o", bundle, home=home).exit_code == 0
    with zipfile.ZipFile(bundle) as entries:
        assert entries.read(f"criteria/{named}") == criteria.read_bytes()
    siegel("policy", "--name", "Musterbach", "-o", policy, home=home)
    assert siegel("verify", bundle, "--policy", policy, home=home).exit_code == 0


def test_get_document_of_criteria_serves_the_very_bytes(
    siegel: Siegel, home: Path, key_set: str, tender: Path, criteria: Path
) -> None:
    """Whoever knows the digest from the ledger needs nobody's word for what it stands for."""
    publish = ("tender", "publish", "--release", tender, *TERMS, "--criteria", criteria, *PAIR)
    assert siegel(*publish, home=home).exit_code == 0
    settings = Settings.load(home)
    with ExitStack() as closing:
        services = Services.open(settings, connect(settings, load_deployment(settings), closing), follow=False)
        closing.callback(services.close)
        answer = TestClient(app_of(services)).get(f"/api/v1/documents/0x{digest(criteria)}")
    assert (answer.status_code, answer.content) == (200, criteria.read_bytes())


def test_publish_tender_whose_release_does_not_name_the_criteria_is_told(
    siegel: Siegel, home: Path, key_set: str, tender: Path, criteria: Path
) -> None:
    """The ledger has their digest all the same; evidence takes along only what acts and releases name."""
    content = json.loads(tender.read_text())
    del content["tender"]["documents"]
    write(tender, content)
    made = siegel("tender", "publish", "--release", tender, *TERMS, "--criteria", criteria, *PAIR, home=home)
    assert (made.exit_code, digest(criteria) in made.err) == (0, True)


def test_publish_tender_with_criteria_as_a_digest_needs_no_file(
    siegel: Siegel, home: Path, key_set: str, tender: Path
) -> None:
    """Who keeps criteria elsewhere names them all the same."""
    made = siegel("tender", "publish", "--release", tender, *TERMS, "--criteria", "ab" * 32, *PAIR, home=home)
    assert made.exit_code == 0, made.err
    assert recorded_criteria(home) == "ab" * 32


def test_publish_tender_with_criteria_of_other_lots_refused(
    siegel: Siegel, home: Path, key_set: str, tender: Path, tmp_path: Path
) -> None:
    """One lot forgotten could never be ranked; nothing is signed or stored."""
    content = schools()
    del content["lots"][2]
    content["requirements"] = []
    file = write(tmp_path / "two.json", content)
    refused = siegel("tender", "publish", "--release", tender, *TERMS, "--criteria", file, *PAIR, "--json", home=home)
    assert (refused.exit_code, refused.data["error"]) == (1, "TermsContradictRelease")
    assert refused.data["values"]["given"] == "LOT-0001, LOT-0002"
    assert refused.data["values"]["stated"] == "LOT-0001, LOT-0002, LOT-0003"
    assert not ObjectStore(Settings.load(home).store_dir).exists(bytes.fromhex(digest(file)))


def test_publish_tender_with_weights_of_99_refused(
    siegel: Siegel, home: Path, key_set: str, tender: Path, tmp_path: Path
) -> None:
    """Before anything is fixed that nobody could compute."""
    content = schools()
    content["lots"][1]["priceWeight"] = "59"
    file = write(tmp_path / "99.json", content)
    refused = siegel("tender", "publish", "--release", tender, *TERMS, "--criteria", file, *PAIR, home=home)
    assert (refused.exit_code, "[CriteriaInvalid]" in refused.err) == (1, True)
    assert "sum up to 99, not to 100" in refused.err


def test_approve_in_another_home_shows_the_criteria_and_keeps_them_public(
    siegel: Siegel, home: Path, key_set: str, tender: Path, criteria: Path, tmp_path: Path
) -> None:
    """The second officer reads the weights before agreeing to their digest."""
    file, theirs = tmp_path / "offer.json", tmp_path / "theirs"
    publish = ("tender", "publish", "--release", tender, *TERMS, "--criteria", criteria, "--propose", file)
    assert siegel(*publish, home=home).exit_code == 0
    shutil.copytree(home, theirs)
    shutil.rmtree(theirs / "store")
    (theirs / "state.sqlite").unlink()
    done = siegel("approve", file, "--as", "officer-two", "--yes", home=theirs)
    assert done.exit_code == 0, done.err
    assert "LOT-0002 Schulen Süd: weighted points: price 60 %, Konzept 30 %, Reaktionszeit 10 %" in done.out
    assert ObjectStore(Settings.load(theirs).store_dir).kind(bytes.fromhex(digest(criteria))) is StoreClass.PUBLIC


def test_approve_criteria_of_other_lots_refused(
    siegel: Siegel, home: Path, key_set: str, tender_file: Path, criteria: Path, tmp_path: Path
) -> None:
    """The first officer's program let them pass; the second one's does not."""
    file = tmp_path / "offer.json"
    publish = ("tender", "publish", "--release", tender_file, *TERMS, "--criteria", digest(criteria))
    assert siegel(*publish, "--propose", file, home=home).exit_code == 0
    enclose(file, criteria.read_bytes())
    refused = siegel("approve", file, "--as", "officer-two", "--yes", home=home)
    assert (refused.exit_code, "[TermsContradictRelease]" in refused.err) == (1, True)


def test_approve_unsalted_document_that_is_no_criteria_refused(
    siegel: Siegel, home: Path, key_set: str, tender: Path, tmp_path: Path
) -> None:
    """Else a first officer could make any document public in the second one's home."""
    secret, file = b"reasons that name a person", tmp_path / "cancel.json"
    assert siegel("tender", "publish", "--release", tender, *TERMS, *PAIR, home=home).exit_code == 0
    over = write(tmp_path / "over.json", release(2, "tenderCancellation"))
    cancel = ("tender", "cancel", OCID, "--release", over, "--ground", hashlib.sha256(secret).hexdigest())
    assert siegel(*cancel, "--propose", file, home=home).exit_code == 0
    enclose(file, secret)
    refused = siegel("approve", file, "--as", "officer-two", "--yes", home=home)
    assert "has no salt. [ProposalUnreadable]" in refused.err
