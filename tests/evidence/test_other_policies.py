"""What a bundle that verifies comes to under a policy that differs in one thing, and by which nobody is accused."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from ledger.errors import ProofUnverified
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Report, Step, Verdict
from ledger.evidence.verify.verifier import prove
from tests.attacks.draft import Draft, control, take_apart
from tests.verifier.peer import agreed, result_of


def _notices() -> Draft:
    return take_apart(*control("notices.qbft"))


def _under(policy: dict[str, Any], draft: Draft) -> Report:
    """What both verifiers say."""
    return agreed(draft.packed(), read_policy(json.dumps(policy).encode()))


def test_verify_before_the_validators_of_the_policy_not_provable() -> None:
    """The policy names validators from the block after the proven one on: what rests on the header is not checked."""
    draft = _notices()
    block = draft.original.block
    (only,) = draft.policy["consensus"]["validators"]
    assert _under({**draft.policy, "consensus": _from(only, block)}, draft).verified
    report = _under({**draft.policy, "consensus": _from(only, block + 1)}, draft)
    assert not report.verified
    header = result_of(report, Step.HEADER)
    assert header.verdict is Verdict.NOT_PROVABLE
    assert [(note.name, note.values) for note in header.notes] == [("validatorsUnknown", {"block": block})]
    others = {result.verdict for result in report.results if result.step not in (Step.FORMAT, Step.POLICY, Step.HEADER)}
    assert others == {Verdict.NOT_CHECKED}


def test_prove_a_bundle_that_is_verified_or_raise() -> None:
    """What it proves is told only where all that a policy asks for is."""
    draft = _notices()
    policy, block = read_policy(json.dumps(draft.policy).encode()), draft.original.block
    assert block in prove(io.BytesIO(draft.packed()), policy).headers
    (only,) = draft.policy["consensus"]["validators"]
    later = read_policy(json.dumps({**draft.policy, "consensus": _from(only, block + 1)}).encode())
    with pytest.raises(ProofUnverified):
        prove(io.BytesIO(draft.packed()), later)


def _from(only: dict[str, Any], block: int) -> dict[str, Any]:
    return {"kind": "qbft", "validators": [{**only, "from": block}]}


def test_verify_without_checkpoints_fails_at_timestamps_too() -> None:
    """A policy with authorities is not downgraded by a bundle that has nothing to be stamped."""
    draft = _notices()
    draft.entries = {name: data for name, data in draft.entries.items() if not name.startswith("checkpoints/")}
    report = _under(draft.policy, draft)
    for step in (Step.LOG, Step.TIMESTAMPS):
        failed = result_of(report, step)
        assert failed.refusal is not None
        assert failed.refusal.name == "EntryMissing"


def test_verify_without_a_log_not_provable() -> None:
    """Validators alone may be trusted; then nothing is said of when."""
    draft = _notices()
    report = _under({**draft.policy, "log": None, "timestamps": None}, draft)
    assert report.verified
    assert {result_of(report, step).verdict for step in (Step.LOG, Step.TIMESTAMPS)} == {Verdict.NOT_PROVABLE}
