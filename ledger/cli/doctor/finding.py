"""What one check of the doctor found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report, in the current language. ``advice`` says what to do; empty where all is well. With advice
    and ``ok`` it is a note: nothing is broken, but there is something to do."""

    check: str
    ok: bool
    sentence: str
    advice: str = ""


def well(check: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(check, True, sentence)


def note(check: str, sentence: str, advice: str) -> Finding:
    """Nothing is broken, but this is still to do."""
    return Finding(check, True, sentence, advice)


def wrong(check: str, sentence: str, advice: str) -> Finding:
    """Something is wrong, and this is what to do."""
    return Finding(check, False, sentence, advice)
