"""A bundle made here and checked elsewhere, with a policy and nothing else."""

from __future__ import annotations

import json
import shutil
import time
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.conftest import Siegel
from tests.cli.notices import OCID, UID, package, release, write


def proven(siegel: Siegel, home: Path, folder: Path) -> tuple[Path, Path]:
    """A bundle of an anchored process, and the policy of its chain."""
    file, policy = folder / "bundle.zip", folder / "policy.json"
    assert siegel("log", "init", "--origin", "log.example", home=home).exit_code == 0
    assert siegel("import", write(folder / "n.json", package(release(1), release(2))), home=home).exit_code == 0
    done = siegel("evidence", OCID, "-o", file, "--json", home=home)
    assert done.exit_code == 0, done.out
    assert done.data["size"] == file.stat().st_size
    assert siegel("policy", "--name", "Musterbach", "-o", policy, home=home).exit_code == 0
    return file, policy


def test_verify_in_another_folder_without_the_home_verified(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Neither home nor chain is needed: whoever has file and policy checks it."""
    file, policy = proven(siegel, home, tmp_path)
    shutil.rmtree(home)
    done = siegel("verify", file, "--policy", policy, "--json", home=tmp_path / "nowhere")
    assert (done.exit_code, done.data["verified"], done.data["policy"]) == (0, True, "Musterbach")
    assert [step["number"] for step in done.data["steps"]] == list(range(1, 12))
    assert not (tmp_path / "nowhere").exists()
    told = siegel("verify", file, "--policy", policy)
    assert "is verified under the policy Musterbach" in told.out
    assert "One operator keeps this chain." in told.out


def test_verify_altered_bundle_says_step_fault_and_exits_with_one(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """One letter of a release is another: expected, got, and whose fault it would be."""
    file, policy = proven(siegel, home, tmp_path)
    data = file.read_bytes()
    file.write_bytes(data.replace(OCID.encode(), OCID.replace("0", "1").encode(), 1))
    done = siegel("verify", file, "--policy", policy)
    assert done.exit_code == 1
    assert " 1. Format: FAILED" in done.out
    assert "[EntryAltered]" in done.out
    assert "Whose fault it would be: Whoever made the file" in done.out
    assert "is NOT verified" in done.out


def test_verify_without_a_usable_policy_cannot_run(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """No policy, no verification: a missing one, another format, a field too many."""
    file, policy = proven(siegel, home, tmp_path)
    assert siegel("verify", file, "--policy", tmp_path / "none.json").exit_code == 2
    content = json.loads(policy.read_text())
    wrong: tuple[dict[str, Any], ...] = (
        {"format": "siegel-policy/2"}, {"more": 1}, {"chainId": 7}, {"genesisHash": "00"}, {"log": {}}, {"log": None},
    )  # fmt: skip
    for change in wrong:
        policy.write_text(json.dumps(content | change))
        done = siegel("verify", file, "--policy", policy, "--json")
        error = "PolicyUnreadable" if "more" in change else "PolicyInvalid"
        assert (done.exit_code, done.data["error"]) == (2, error), change


@pytest.mark.parametrize(
    ("change", "english", "german"),
    [
        (
            "",
            "The trust policy cannot be used: it is no JSON. [",
            "Die Vertrauensgrundlage ist nicht verwendbar (technisch: sie ist kein JSON). [",
        ),
        (
            {"log.threshold": 1},
            "The trust policy cannot be used, log.threshold: there are no witnesses, so 0 was expected. [",
            "ist nicht verwendbar, log.threshold (technisch: es gibt keine Zeugen, also wird 0 erwartet). [",
        ),
        ({"log.logs": ["x"]}, "cannot be used: it is not of the form name+key id+key. [", "name+key id+key). ["),
    ],
)
def test_verify_under_an_unusable_policy_says_why_in_a_whole_sentence(
    siegel: Siegel, home: Path, tmp_path: Path, change: Any, english: str, german: str
) -> None:
    """No field is named where there is none, nothing of Python's is told, and one full stop ends it."""
    file, policy = proven(siegel, home, tmp_path)
    if change:
        content = json.loads(policy.read_text())
        ((path, value),) = change.items()
        group, name = path.split(".")
        content[group][name] = value
        policy.write_text(json.dumps(content))
    else:
        policy.write_text("no JSON")
    assert english in siegel("verify", file, "--policy", policy).err
    assert german in siegel("--language", "de", "verify", file, "--policy", policy).err


def test_verify_under_the_policy_of_another_chain_not_verified(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Each chain has its own id and genesis; nothing of another's verifies."""
    file, policy = proven(siegel, home, tmp_path)
    content = json.loads(policy.read_text())
    policy.write_text(json.dumps(content | {"genesisHash": "11" * 32}))
    done = siegel("verify", file, "--policy", policy, "--json")
    assert done.exit_code == 1
    assert done.data["steps"][1]["refusal"]["error"] == "OtherChain"
    assert {step["verdict"] for step in done.data["steps"][2:]} == {"notChecked"}


def test_verify_in_german_says_names_in_german_and_sets_apart_what_is_not(
    siegel: Siegel, home: Path, tmp_path: Path
) -> None:
    """What differs is called as people call it; the reason within a malformed file stays as it is, and is marked."""
    file, policy = proven(siegel, home, tmp_path)
    content = json.loads(policy.read_text())
    for change, told in (
        ({"genesisHash": "11" * 32}, "Der Prüfwert des ersten Blocks (Genesis) ist 0x"),
        ({"ledger": content["ledger"] | {"account": "11" * 20}}, "Das Konto des Registers ist 0x"),
        ({"ledger": content["ledger"] | {"codeHash": "11" * 32}}, "Der Prüfwert des Codes (Smart Contract) ist 0x"),
    ):
        policy.write_text(json.dumps(content | change))
        done = siegel("--language", "de", "verify", file, "--policy", policy)
        assert (done.exit_code, told in done.out) == (1, True), done.out
    policy.write_text(json.dumps(content))
    file.write_bytes(b"nothing of the kind, " * 100)
    done = siegel("--language", "de", "verify", file, "--policy", policy)
    assert "bei Byte 0 (technisch: it does not begin with manifest.json). [BundleMalformed]" in done.out
    policy.write_bytes(b"PK")
    done = siegel("--language", "de", "verify", file, "--policy", policy)
    assert "Die Vertrauensgrundlage ist nicht verwendbar (technisch: sie ist kein JSON)." in done.err


def test_policy_of_a_chain_of_one_operator_without_a_log_refused(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Nothing would sign its blocks, and anybody could make such a chain."""
    done = siegel("policy", "--name", "x", "-o", tmp_path / "p.json", "--json", home=home)
    assert (done.exit_code, done.data["error"]) == (1, "LogMissing")
    assert not (tmp_path / "p.json").exists()
    _, policy = proven(siegel, home, tmp_path)
    policy.write_text(json.dumps(json.loads(policy.read_text()) | {"log": None}))
    done = siegel("verify", tmp_path / "bundle.zip", "--policy", policy, "--json")
    assert (done.exit_code, done.data["error"]) == (2, "PolicyInvalid")


def test_evidence_of_an_organisation_holds_all_its_processes(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """By the id that the organisation has on the ledger."""
    _, policy = proven(siegel, home, tmp_path)
    other = write(tmp_path / "m.json", package(release(1, ocid="ocds-test00-other")))
    assert siegel("import", other, home=home).exit_code == 0
    from ledger.chain.identifiers import organisation_id
    from tests.cli.notices import SCHEME

    file = tmp_path / "all.zip"
    buyer = "0x" + organisation_id(SCHEME, UID).hex()
    assert siegel("evidence", buyer, "--organisation", "-o", file, home=home).exit_code == 0
    with zipfile.ZipFile(file) as archive:
        assert sum(name.startswith("acts/process-") for name in archive.namelist()) == 2
    assert siegel("verify", file, "--policy", policy).exit_code == 0


def test_evidence_before_the_log_says_that_it_will_not_verify(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Aside, so that the answer stays clean; once there is a log nothing is said."""
    file, policy = tmp_path / "bundle.zip", tmp_path / "policy.json"
    assert siegel("import", write(tmp_path / "n.json", package(release(1))), home=home).exit_code == 0
    early = siegel("evidence", OCID, "-o", file, "--json", home=home)
    assert (early.exit_code, early.data["file"]) == (0, str(file))
    assert "this bundle will not verify. First: siegel log init" in early.err
    german = siegel("--language", "de", "evidence", OCID, "-o", file, home=home)
    assert "besteht dieses Prüfpaket nicht. Zuerst: siegel log init" in german.err
    assert siegel("log", "init", "--origin", "log.example", home=home).exit_code == 0
    assert siegel("policy", "--name", "Musterbach", "-o", policy, home=home).exit_code == 0
    assert siegel("verify", file, "--policy", policy).exit_code == 1
    assert siegel("evidence", OCID, "-o", file, home=home).err == ""
    assert siegel("verify", file, "--policy", policy).exit_code == 0


def test_policy_without_a_name_is_refused(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Nobody could say which one it is."""
    assert siegel("log", "init", "--origin", "log.example", home=home).exit_code == 0
    done = siegel("policy", "--name", " ", "-o", tmp_path / "p.json", "--json", home=home)
    assert (done.exit_code, done.data["error"]) == (2, "ArgumentInvalid")
    assert not (tmp_path / "p.json").exists()


@pytest.mark.parametrize(("place", "why"), [("nowhere/x.zip", "das gibt es nicht"), ("folder", "das ist ein Ordner")])
def test_evidence_where_no_file_can_be_names_the_given_place_in_german(
    siegel: Siegel, home: Path, tmp_path: Path, place: str, why: str
) -> None:
    """Not the draft beside it."""
    (tmp_path / "folder").mkdir()
    assert siegel("import", write(tmp_path / "n.json", package(release(1))), home=home).exit_code == 0
    done = siegel("--language", "de", "evidence", OCID, "-o", tmp_path / place, home=home)
    assert (done.exit_code, done.err.splitlines()[-1]) == (
        2,
        f"{tmp_path / place} kann nicht verwendet werden: {why}. [FileUnusable]",
    )


def test_verify_says_the_time_with_its_zone(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As people of either language write it; JSON stays in seconds."""
    file, policy = proven(siegel, home, tmp_path)
    seconds = siegel("verify", file, "--policy", policy, "--json").data["time"]
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        english = siegel("verify", file, "--policy", policy).out
        german = siegel("--language", "de", "verify", file, "--policy", policy).out
    finally:
        monkeypatch.undo()
        time.tzset()
    local = datetime.fromtimestamp(seconds, ZoneInfo("Europe/Berlin"))
    assert f"of {local.day} {local:%B %Y, %H:%M:%S %Z}, not of now" in english
    zone = {"CET": "MEZ", "CEST": "MESZ"}[str(local.tzname())]
    assert f"{local:%d.%m.%Y, %H:%M:%S} {zone}" in german


def test_evidence_of_an_unknown_process_leaves_no_file(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Refused by name, and an earlier file stays as it was."""
    file = tmp_path / "bundle.zip"
    file.write_bytes(b"earlier")
    done = siegel("evidence", "ocds-nobody-1", "-o", file, "--json", home=home)
    assert (done.exit_code, done.data["error"]) == (1, "ProcessUnknown")
    assert file.read_bytes() == b"earlier"
    assert list(tmp_path.glob("bundle.zip.*")) == []
