"""The one table of words holds what the verifier can say, in both languages."""

from __future__ import annotations

import json
import re

from ledger.evidence.verify.report import REQUIRED, Step, Verdict
from ledger.terms import STATUTE
from tests.chain.nodes import ROOT

VERIFY = ROOT / "ledger/evidence/verify"
SOURCES = "".join(path.read_text("utf-8") for path in VERIFY.glob("*.py"))
WORDS = json.loads((VERIFY / "words.json").read_text("utf-8"))


def test_steps_of_the_table_are_those_of_the_report() -> None:
    """Number, name, and whether nothing is verified without it."""
    told = [(step["number"], step["name"], step["required"]) for step in WORDS["steps"]]
    assert told == [(number, step.value, step in REQUIRED) for number, step in enumerate(Step, 1)]
    assert set(WORDS["verdicts"]) == {verdict.value for verdict in Verdict}


def test_every_note_and_flag_has_its_words_and_no_other_is_there() -> None:
    """Named in the code, or an act that always needs a ground."""
    assert set(WORDS["notes"]) == set(re.findall(r'Note\("(\w+)"', SOURCES))
    always = {entry.name for entry in STATUTE.values() if entry.series == "process" and entry.ground == "must"}
    assert set(WORDS["flags"]) == always | set(re.findall(r'flag\(\s*record,\s*"(\w+)"', SOURCES))


def test_words_are_there_in_both_languages() -> None:
    """Each of them."""
    steps = [step[part] for step in WORDS["steps"] for part in ("title", "question", "fault")]
    for words in (*steps, *(each for kind in ("verdicts", "notes", "flags") for each in WORDS[kind].values())):
        assert set(words) == {"de", "en"}
        assert all(words.values())
