"""The words of an audit's report in both languages (``words.json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.audit.findings import Finding, Open

_WORDS: dict[str, Any] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))


def finding_words(finding: Finding, what: str, language: str) -> str:
    """``title``, ``meaning`` or ``fault`` of a finding, in ``de`` or ``en``."""
    words = _WORDS["findings"][finding.kind.value][what]
    if what == "fault" and finding.refusal is not None:
        words = _WORDS["faults"].get(finding.refusal.name, words)
    text: str = words[language]
    return text


def open_words(open_: Open, language: str) -> str:
    """Why something could not be shown; bytes as hex."""
    shown = {name: value.hex() if isinstance(value, bytes) else value for name, value in open_.values.items()}
    sentence: str = _WORDS["open"][open_.name][language]
    return sentence.format_map(shown)


def report_words(name: str, language: str, **values: Any) -> str:
    """A heading or sentence of the report."""
    sentence: str = _WORDS["report"][name][language]
    return sentence.format_map(values) if values else sentence


def key_words(name: str, language: str) -> str:
    """What a value of a finding's place, or a field of a list, is called; a name that a server made up as it is."""
    words = _WORDS["keys"].get(name)
    return name if words is None else str(words[language])


def value_words(name: str, value: str, language: str) -> str:
    """A value that has a word in this field; any other as it is."""
    words = _WORDS["values"].get(name, {}).get(value)
    return value if words is None else str(words[language])


def limits(language: str) -> list[str]:
    """What no audit shows."""
    return [limit[language] for limit in _WORDS["limits"]]
