"""What neither the controls of the attacks nor their forgeries have: notes and absences, alike in both verifiers."""

from __future__ import annotations

import json

from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Report, Result, Step
from ledger.evidence.verify.series import split_acts
from tests.attacks import acts, entries
from tests.attacks.draft import Draft, control, take_apart
from tests.attacks.refit import refit
from tests.evidence.recording import read
from tests.verifier.peer import agreed

PROCESS = "acts/process-*"


def drafted(name: str) -> Draft:
    """A control to be altered."""
    return take_apart(*control(name))


def judged(draft: Draft) -> Report:
    """What both say of it."""
    return agreed(draft.packed(), read_policy(json.dumps(draft.policy).encode()))


def of(report: Report, step: Step) -> Result:
    """How a step ended."""
    (found,) = [result for result in report.results if result.step is step]
    return found


def test_statute_without_an_envelope_flagged_without_a_ground() -> None:
    """Nobody gives a ground for what is not there; the officers' word stands for it."""
    draft = drafted("sealed.qbft")
    acts.alter(draft, PROCESS, 7, detail={"present": [0b0111]})
    for number in range(12, 7, -1):
        acts.omit(draft, PROCESS, number)
    refit(draft)
    (note,) = [note for note in of(judged(draft), Step.STATUTE).notes if note.values.get("flag") == "EnvelopesMissing"]
    assert note.name == "flag"
    assert (note.values["act"], note.values["bids"]) == (7, (3,))


def test_releases_without_an_ocid_foreign() -> None:
    """It says of no process that it is one of it."""
    draft = drafted("notices.qbft")
    acts.anchor(draft, PROCESS, 3, "releases/835aec*", '{"tender":{}}')
    refit(draft)
    refusal = of(judged(draft), Step.RELEASES).refusal
    assert refusal is not None
    assert (refusal.name, refusal.values["got"]) == ("ReleaseForeign", "none")


def test_releases_of_a_tender_left_out_missing() -> None:
    """Only a notice can be under embargo."""
    draft = drafted("sealed.qbft")
    name = draft.named(PROCESS)
    tender, *_ = split_acts(name, draft.entries[name])
    entries.leave_out(draft, f"releases/{read(tender).release.hex()}")
    refusal = of(judged(draft), Step.RELEASES).refusal
    assert refusal is not None
    assert refusal.name == "EntryMissing"
