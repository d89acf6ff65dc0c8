"""The one table of words holds what the verifier can say, in both languages."""

from __future__ import annotations

import json
import re

import ledger.errors
from ledger.errors import OtherChain, ProofNodeMismatch, SiegelError
from ledger.evidence.verify.report import REQUIRED, REQUIRED_OF_RECEIPTS, Note, ReceiptStep, Step, Verdict
from ledger.evidence.verify.words import fault_words, flag_words, named_value, note_words, step_words, verdict_words
from ledger.terms import STATUTE, Outcome
from tests.chain.nodes import ROOT

VERIFY = ROOT / "ledger/evidence/verify"
SOURCES = "".join(path.read_text("utf-8") for path in VERIFY.glob("*.py"))
WORDS = json.loads((VERIFY / "words.json").read_text("utf-8"))


def test_steps_of_the_table_are_those_of_the_report() -> None:
    """Number, name, and whether nothing is verified without it."""
    told = [(step["number"], step["name"], step["required"]) for step in WORDS["steps"]]
    assert told == [(number, step.value, step in REQUIRED) for number, step in enumerate(Step, 1)]
    told = [(step["number"], step["name"], step["required"]) for step in WORDS["receiptSteps"]]
    assert told == [(number, step.value, step in REQUIRED_OF_RECEIPTS) for number, step in enumerate(ReceiptStep, 1)]
    assert set(WORDS["verdicts"]) == {verdict.value for verdict in Verdict}


def test_every_note_and_flag_has_its_words_and_no_other_is_there() -> None:
    """Named in the code, or an act that always needs a ground."""
    assert set(WORDS["notes"]) == set(re.findall(r'Note\("(\w+)"', SOURCES))
    always = {entry.name for entry in STATUTE.values() if entry.series == "process" and entry.ground == "must"}
    assert set(WORDS["flags"]) == always | set(re.findall(r'flag\(\s*record,\s*"(\w+)"', SOURCES))


def test_every_outcome_of_a_bid_has_its_words() -> None:
    """And a bid that has none yet, in an open round and in a closed one."""
    assert set(WORDS["outcomes"]) == {each.name.lower() for each in Outcome if each} | {"open", "closed"}


def test_words_are_there_in_both_languages() -> None:
    """Each of them."""
    of_both = [*WORDS["steps"], *WORDS["receiptSteps"]]
    steps = [step[part] for step in of_both for part in ("title", "question", "fault")]
    steps += [words for step in of_both for words in step.get("faultOf", {}).values()]
    tables = (*(WORDS[kind] for kind in ("verdicts", "notes", "flags", "outcomes")), *WORDS["named"].values())
    for words in (*steps, *(each for table in tables for each in table.values())):
        assert set(words) == {"de", "en"}
        assert all(words.values())


def test_words_of_steps_and_verdicts_are_those_of_the_table() -> None:
    """By their names, in the language that was asked for."""
    assert step_words(Step.TIMESTAMPS, "question", "en") == WORDS["steps"][4]["question"]["en"]
    assert [verdict_words(Verdict.NOT_PROVABLE, language) for language in ("de", "en")] == [
        "nicht beweisbar",
        "not provable",
    ]


def test_fault_of_a_step_that_finds_another_contract_may_be_nobodys() -> None:
    """Whoever verifies with the policy of another ledger blames nobody; any other failure is the step's own."""
    assert fault_words(Step.STATE, OtherChain(), "en").startswith("Nobody's, if the file is from another ledger")
    assert fault_words(Step.STATE, OtherChain(), "de").startswith("Niemandes, wenn die Datei von einem anderen")
    for refusal in (ProofNodeMismatch(), None):
        assert fault_words(Step.STATE, refusal, "en") == WORDS["steps"][5]["fault"]["en"]
    names = {name for step in (*WORDS["steps"], *WORDS["receiptSteps"]) for name in step.get("faultOf", {})}
    assert all(issubclass(getattr(ledger.errors, name), SiegelError) for name in names)


def test_words_of_a_note_have_its_values_in_their_places() -> None:
    """Digests as hex, a flag in its own words."""
    values = {"flag": "BidExcluded", "act": 9, "ocid": "ocds-a2ef3d-1", "ground": b"\xab" * 32}
    assert flag_words("BidExcluded", "en") == "a bid was excluded"
    assert note_words(Note("flagWithGround", values), "en") == (
        f"Left to judge is act 9 of ocds-a2ef3d-1: a bid was excluded. Ground: {'ab' * 32}"
    )
    assert note_words(Note("erased", {"release": b"\xcd" * 32, "act": 1, "by": 3}), "de") == (
        f"Veröffentlichung {'cd' * 32} (Vorgang 1) wurde gelöscht; Vorgang 3 nennt die Begründung."
    )
    assert values["flag"] == "BidExcluded"
    assert note_words(Note("standing", {"block": 7, "time": 1_800_000_000, "outcome": "late"}), "en") == (
        "As of block 7 of 2027-01-15 08:00:00 UTC, not of now: the bid was late and not admitted."
    )
    assert note_words(Note("inTime", {"deadline": 0}), "en") == "That is in time: the deadline is 0."


def test_all_that_a_policy_can_differ_in_is_named() -> None:
    """As ``OtherChain`` gives it."""
    assert set(WORDS["named"]["what"]) == set(re.findall(r'(?:\(|what=)"(the [a-z ]+)"', SOURCES))


def test_value_that_names_a_thing_is_said_in_words() -> None:
    """Alone or before what follows; all else is as it was."""
    assert named_value("what", "the chain id", "de") == "Die Kennung der Kette"
    assert named_value("entry", "proof of the account 7f", "de") == "mit dem Beweis des Kontos 7f"
    for name, value in (("what", "the chain ids"), ("field", "log"), ("got", "the chain id"), ("what", 7)):
        assert named_value(name, value, "de") == value
