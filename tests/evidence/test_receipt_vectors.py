"""Every receipt of the vectors: accepted with what it proves, or refused at its step by its name, by both verifiers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.receipt import ReceiptReport
from ledger.evidence.verify.report import ReceiptStep, Verdict
from tests.evidence.receipts import FOLDER, PASSPHRASE, accepted, cases, composed, data_of, policy, receipt_of
from tests.verifier.peer import agreed_of_receipt

POLICY = read_policy(policy())


def said_of(case: dict[str, Any]) -> ReceiptReport:
    """What both say of it, with the passphrase where the case has one."""
    passphrase = case.get("passphrase") or (PASSPHRASE if case.get("opens") else None)
    return agreed_of_receipt(receipt_of(case), POLICY, passphrase)


@pytest.mark.parametrize("name", [case["name"] for case in cases("accepted")])
def test_accepted_receipt_proves_what_it_says(name: str) -> None:
    """No step fails; without a proof it is not verified."""
    case = accepted(name)
    report = said_of(case)
    assert [note.name for note in report.says] == case["says"]
    assert report.verified == case["verified"]
    assert {result.verdict for result in report.results} <= set(Verdict) - {Verdict.FAILED}


@pytest.mark.parametrize("case", cases("refused"), ids=lambda case: case["name"])
def test_refused_receipt_fails_at_its_step_by_its_name(case: dict[str, Any]) -> None:
    """And at no other; what it would prove is not told, but for a secret that does not open it."""
    report = said_of(case)
    failed = [(result.step.value, result.refusal.name) for result in report.results if result.refusal is not None]
    assert failed == [(case["step"], case["error"])]
    assert not report.verified
    proves = [note.name for note in report.says]
    assert proves == ["provesNothing"] if case["step"] != "secret" else proves[-1] == "secretFails"


def test_whole_receipt_is_that_of_its_case() -> None:
    """One byte sequence is valid, whoever writes it."""
    assert (FOLDER / "in-time.receipt.zip").read_bytes() == receipt_of(accepted("in-time"))


def test_every_step_of_a_receipt_is_refused_by_some_vector() -> None:
    """None is there for nothing."""
    assert {case["step"] for case in cases("refused")} == {step.value for step in ReceiptStep}


@pytest.mark.parametrize("name", ["late", "late-besides", "late-and-called-timely"])
def test_late_receipt_is_never_told_as_timely(name: str) -> None:
    """Whatever promise is enclosed: what the act does not carry does not count."""
    case = next(each for each in (*cases("accepted"), *cases("refused")) if each["name"] == name)
    said = {note.name for note in said_of(case).says}
    assert "inTime" not in said
    assert said & {"tooLate", "provesNothing"}


def test_proof_that_the_policy_cannot_judge_leaves_the_bid_unproven() -> None:
    """Nothing failed: the policy knows no validators of that block, and whoever reads must get a newer one."""
    content = json.loads(policy())
    content["consensus"]["validators"] = [{**content["consensus"]["validators"][0], "to": 1}]
    older = read_policy(json.dumps(content).encode())
    report = agreed_of_receipt(receipt_of(accepted("in-time")), older)
    assert [(each.step, each.verdict) for each in report.results if each.verdict is not Verdict.PASSED] == [
        (ReceiptStep.PROOF, Verdict.NOT_PROVABLE),
        (ReceiptStep.SECRET, Verdict.NOT_CHECKED),
    ]
    assert [note.name for note in report.says] == ["notProven", "promiseSigned"]
    assert not report.verified


def test_receipt_with_a_large_envelope_that_is_none_is_read_to_its_end() -> None:
    """What is wrong behind it is found first, as for whoever reads the file and not the envelope."""
    case = accepted("late")
    entries = {name: data_of(given) for name, given in case["entries"].items()}
    receipt = composed(case["fields"], {**entries, "envelope": bytes(3 * 2**20)})
    for given, error in ((receipt, "EnvelopeMalformed"), (receipt[:-1], "ReceiptMalformed")):
        report = agreed_of_receipt(given, POLICY)
        assert report.results[0].refusal is not None
        assert report.results[0].refusal.name == error


def test_standing_of_a_bid_is_told_as_the_proof_has_it() -> None:
    """From an open round to what the officers recorded, or what follows without them."""
    told = {
        "open-round": "open", "closed-round": "closed", "in-time": "opened", "unreadable": "unreadable",
        "superseded": "superseded", "withdrawn": "withdrawn", "late": "late", "late-in-a-closed-round": "late",
        "returned-unopened": "returned", "envelope-missing": "missing",
    }  # fmt: skip
    for name, outcome in told.items():
        (standing,) = (note for note in said_of(accepted(name)).says if note.name == "standing")
        assert standing.values["outcome"] == outcome, name
