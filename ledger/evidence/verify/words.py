"""The words of a verification in both languages, one table for all verifiers (``words.json``)."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from ledger.bid_number import spoken_bid, spoken_bids
from ledger.errors import MOMENTS, SiegelError, shown_moment
from ledger.evaluation.figures import shown
from ledger.evidence.verify.report import Note, ReceiptStep, Step, Verdict

_WORDS: dict[str, Any] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
_PLACES = {"price": 2, "points": 3, "ratio": 9}
"""Decimal places of exact figures."""

_STEPS: dict[type, dict[str, Any]] = {
    kind: {step["name"]: step for step in _WORDS[table]}
    for kind, table in ((Step, "steps"), (ReceiptStep, "receiptSteps"))
}


def step_words(step: Step | ReceiptStep, what: str, language: str) -> str:
    """``title`` or ``question`` of a step, in ``de`` or ``en``."""
    text: str = _STEPS[type(step)][step][what][language]
    return text


def fault_words(step: Step | ReceiptStep, refusal: SiegelError | None, language: str) -> str:
    """Whose fault it would be that a step failed, where it failed for this."""
    words = _STEPS[type(step)][step]
    of_refusal = {} if refusal is None else words.get("faultOf", {}).get(refusal.name, {})
    text: str = of_refusal.get(language) or words["fault"][language]
    return text


def verdict_words(verdict: Verdict, language: str) -> str:
    """What a verdict is called."""
    text: str = _WORDS["verdicts"][verdict][language]
    return text


def flag_words(flag: str, language: str) -> str:
    """What a reader must still judge of an act, as part of a sentence."""
    text: str = _WORDS["flags"][flag][language]
    return text


def named_value(name: str, value: Any, language: str) -> Any:
    """The value ``name`` of a refusal: what it names in words of ``language``; all else as it is."""
    for known, words in _WORDS["named"].get(name, {}).items():
        if isinstance(value, str) and (value == known or value.startswith(known + " ")):
            return words[language] + value[len(known) :]
    return value


def note_words(note: Note, language: str) -> str:
    """A note as a sentence; bytes in it as hex, moments as people write them."""
    sentence: str = _WORDS["notes"][note.name][language]
    return sentence.format_map({name: _shown(name, value, language) for name, value in note.values.items()})


def _shown(name: str, value: Any, language: str) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if name == "flag":
        return flag_words(value, language)
    if name == "outcome":
        return _WORDS["outcomes"][value][language]
    if name == "custodians":
        return ", ".join(called for _, called in value)
    if name == "tally":
        return ", ".join(f"{number} {_WORDS['tallied'][outcome][language]}" for outcome, number in value)
    if name in _PLACES:
        figure = shown(Fraction(value), _PLACES[name])
        return figure.replace(".", ",") if language == "de" else figure
    if name == "bid":
        return spoken_bid(value)
    if name == "order":
        return spoken_bids(value)
    return shown_moment(value) if name in MOMENTS else value
