"""``siegel verify`` of a receipt: the same command, told apart by the first entry; what it proves in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Siegel
from tests.evidence.receipts import FOLDER, PASSPHRASE, accepted, cases, receipt_of

POLICY = FOLDER / "policy.json"
IN_TIME = FOLDER / "in-time.receipt.zip"


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """The file that has it."""
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\nnot this line\n", "utf-8")
    return file


def test_verify_receipt_says_what_it_proves_in_both_languages(siegel: Siegel, passphrase: Path) -> None:
    """When it arrived, by whose clock, that it is in time, what became of it, and that it opens."""
    done = siegel("verify", IN_TIME, "--policy", POLICY, "--passphrase-file", passphrase)
    assert done.exit_code == 0, done.out
    for line in (
        " 6. Secret: passed",
        "The bid for ocds-a2ef3d-gym, round 1, stands on the ledger as act 3 of 2026-01-10 08:01:01 UTC.",
        "It arrived on 2026-01-10 08:00:00 UTC, by the clock of the receiver ",
        "That is in time: the deadline is 2026-01-15 08:00:00 UTC.",
        "not of now: the bid was opened.",
        "With receipt and passphrase the bid can be opened, also against a buyer or custodians who say that it cannot.",
        f"The receipt {IN_TIME} is verified under the policy Stadt Musterlingen.",
    ):
        assert line in done.out
    german = siegel("--language", "de", "verify", IN_TIME, "--policy", POLICY)
    assert " 6. Geheimnis: nicht geprüft\n    Dafür wird das Passwort gebraucht." in german.out
    assert "Das Prüfpaket in der Quittung:\n     1. Format: bestanden" in german.out
    assert "Das ist rechtzeitig: Die Frist ist der 2026-01-15 08:00:00 UTC." in german.out


def test_verify_receipt_as_json_has_the_steps_of_both(siegel: Siegel) -> None:
    """Those of the receipt, those of the bundle in it, and what it says."""
    said = siegel("verify", IN_TIME, "--policy", POLICY, "--json").data
    assert said["receipt"]["ocid"] == "ocds-a2ef3d-gym"
    assert [step["step"] for step in said["steps"]] == [
        "format", "envelope", "transaction", "promise", "proof", "secret",
    ]  # fmt: skip
    assert said["proof"]["verified"] is True
    assert [note["note"] for note in said["says"]] == ["handedIn", "arrivedAsPromised", "inTime", "standing"]


def test_verify_late_receipt_is_told_as_late(siegel: Siegel, tmp_path: Path) -> None:
    """It is verified, for it proves just that."""
    file = tmp_path / "late.zip"
    file.write_bytes(receipt_of(accepted("late")))
    done = siegel("verify", file, "--policy", POLICY)
    assert done.exit_code == 0
    assert "That is TOO LATE: the deadline was 2026-01-15 08:00:00 UTC." in done.out
    assert "That is in time" not in done.out


def test_verify_receipt_without_proof_is_not_verified_and_says_what_is_missing(siegel: Siegel, tmp_path: Path) -> None:
    """Also with a promise: who may speak for a receiver, evidence shows."""
    file = tmp_path / "receipt.zip"
    file.write_bytes(receipt_of(accepted("no-proof")))
    done = siegel("verify", file, "--policy", POLICY)
    assert done.exit_code == 1
    assert " 5. Evidence bundle: not provable\n    The receipt holds no evidence bundle." in done.out
    assert "This receipt does not prove that the bid was handed in: evidence that has it is missing." in done.out


@pytest.mark.parametrize(
    "name", ["late-and-called-timely", "proof-of-another-process", "transaction-of-another-signer"]
)
def test_verify_forged_receipt_fails_by_name(siegel: Siegel, tmp_path: Path, name: str) -> None:
    """And proves nothing; whose fault it would be is said."""
    (case,) = (each for each in cases("refused") if each["name"] == name)
    file = tmp_path / "receipt.zip"
    file.write_bytes(receipt_of(case))
    done = siegel("verify", file, "--policy", POLICY)
    assert done.exit_code == 1
    assert f"[{case['error']}]" in done.out
    assert "As it is this receipt proves nothing: a step failed." in done.out
    assert "is NOT verified" in done.out


def test_verify_receipt_with_the_wrong_passphrase_still_says_what_is_proven(siegel: Siegel, tmp_path: Path) -> None:
    """A slip of the keyboard does not take away that the bid was handed in."""
    wrong = tmp_path / "wrong"
    wrong.write_text("not it\n")
    done = siegel("verify", IN_TIME, "--policy", POLICY, "--passphrase-file", wrong)
    assert done.exit_code == 1
    assert "[WrongPassphrase]" in done.out
    assert "That is in time" in done.out
    assert "The bid cannot be opened this way: see step 6." in done.out


def test_verify_receipt_asks_for_its_passphrase_only_where_somebody_is(siegel: Siegel) -> None:
    """Here nobody sits at the terminal."""
    done: Any = siegel("verify", IN_TIME, "--policy", POLICY, "--open", "--json")
    assert (done.exit_code, done.data["error"]) == (2, "ArgumentInvalid")
