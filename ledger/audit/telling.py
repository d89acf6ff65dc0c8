"""A finding as people read it: each value of its place under the word for it, what is proven beside what is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from ledger.audit.findings import FindingKind
from ledger.audit.words import key_words, report_words, value_words
from ledger.evidence.verify.report import Step
from ledger.evidence.verify.words import step_words

Plain = dict[str, Any]
"""A finding as it stands in the JSON."""

_MOMENTS: Final = ("deadline", "firstTime", "lastTime", "time")
_WITHHELD: Final = (FindingKind.RELEASE_WITHHELD, FindingKind.RECORD_WITHHELD)


def where(finding: Plain, language: str) -> list[tuple[str, str]]:
    """Where it is: words and values."""
    known = {name: value for name, value in finding["where"].items() if value is not None}
    return [(key_words(name, language), _value(name, value, language)) for name, value in known.items()]


def both_sides(finding: Plain, language: str) -> tuple[str, str] | None:
    """What is proven and what is shown; None where neither is known."""
    if finding["expected"] is None and finding["got"] is None:
        return None
    expected, got = (_side(finding, finding[side], language) for side in ("expected", "got"))
    return expected, _failure(finding, language) if finding["kind"] in _WITHHELD else got


def reason(finding: Plain) -> str | None:
    """Why something was refused, with the failure's name."""
    refusal = finding["refusal"]
    if refusal is None or finding["kind"] in _WITHHELD:
        return None
    return f"{refusal['sentence']} [{refusal['error']}]"


def value(shown: Any, language: str) -> str:
    """Any value in a cell."""
    match shown:
        case None:
            return "–"
        case bool():
            return report_words("yes" if shown else "no", language)
        case dict():
            return "; ".join(f"{name}: {value(item, language)}" for name, item in shown.items())
        case list():
            return ", ".join(value(item, language) for item in shown)
    return str(shown)


def moment(seconds: int | None) -> str:
    """A time in UTC."""
    return "–" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _side(finding: Plain, shown: Any, language: str) -> str:
    if shown is None or shown == []:
        return report_words("nothing", language)
    return _value(finding["where"].get("field", ""), shown, language)


def _failure(finding: Plain, language: str) -> str:
    if finding["refusal"] is None:
        return report_words("unknownFailure", language, failure=finding["got"])
    sentence: str = finding["refusal"]["sentence"]
    return sentence


def _value(name: str, shown: Any, language: str) -> str:
    if name == "step":
        return step_words(Step(shown), "title", language)
    if name == "field":
        return key_words(shown, language)
    if name in _MOMENTS and _is_moment(shown):
        return moment(shown)
    if isinstance(shown, str):
        # Several statuses may be right at once.
        return " / ".join(value_words(name, each, language) for each in shown.split(" / "))
    return value(shown, language)


def _is_moment(shown: Any) -> bool:
    return isinstance(shown, int) and not isinstance(shown, bool) and 0 <= shown < 253_402_300_800
