"""The report of an audit: as JSON (``siegel-audit/1``, ``docs/auditing.md``) and as one HTML file."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from ledger.audit import telling
from ledger.audit.auditing import Audited
from ledger.audit.book import Book
from ledger.audit.findings import Finding
from ledger.audit.standing import SILENT_DAYS
from ledger.audit.words import finding_words, limits, open_words, report_words
from ledger.errors import SiegelError

FORMAT: Final = "siegel-audit/1"

Sentence = Callable[[SiegelError], str]
"""A failure's sentence in the language of the report."""


def report_of(
    audited: Audited, policy_ranges: list[dict[str, Any]], book: Book, language: str, sentence: Sentence
) -> dict[str, Any]:
    """The report as plain values of JSON. Signed checkpoints that convict somebody are kept in the book's folder and
    named by file; ``policy_ranges`` are the validators as the policy has them."""
    node = audited.node
    validators = None if node is None or node.validators is None else node.validators
    counts = audited.counts | ({} if node is None else {"acts": node.acts, "blocks": node.blocks})
    return {
        "format": FORMAT,
        "server": audited.server,
        "secondServer": audited.second,
        "policy": audited.policy,
        "began": audited.began,
        "ended": audited.ended,
        "block": audited.block,
        "time": audited.time,
        "since": audited.since,
        "logs": [
            {
                "origin": log.origin,
                "size": log.size,
                "root": log.root.hex(),
                "added": log.added,
                "witnesses": list(log.witnesses),
            }
            for log in audited.logs
        ],
        "counts": counts,
        "clean": not audited.findings,
        "findings": [_finding(finding, book, language, sentence) for finding in audited.findings],
        "open": [
            {"name": each.name, "values": _plain(each.values), "sentence": open_words(each, language)}
            for each in {repr(one): one for one in audited.open}.values()
        ],
        "silentDays": SILENT_DAYS,
        "silent": [
            {
                "process": _plain(each.id),
                "ocid": each.ocid,
                "title": each.facts["title"],
                "deadline": each.facts["deadline"],
            }
            for each in audited.silent
        ],
        "observed": [
            {
                "kind": each.kind,
                "day": each.day,
                "ocid": each.ocid,
                "release": each.release,
                "process": _plain(each.process),
                "observation": _plain(each.observation),
            }
            for each in audited.observed
        ],
        "validators": None if validators is None else {"ranges": validators, "inPolicy": validators == policy_ranges},
    }


def as_html(report: dict[str, Any], language: str) -> str:
    """The report as a page. All that a server or a bidder wrote is escaped, and nothing is loaded or run."""

    def word(name: str, **values: Any) -> str:
        return report_words(name, language, **values)

    return _template().render(
        report=report,
        language=language,
        word=word,
        limits=limits(language),
        moment=telling.moment,
        shown=lambda value: telling.value(value, language),
        where=lambda finding: telling.where(finding, language),
        sides=lambda finding: telling.both_sides(finding, language),
        reason=telling.reason,
    )


def _finding(finding: Finding, book: Book, language: str, sentence: Sentence) -> dict[str, Any]:
    refusal = finding.refusal
    return {
        "kind": finding.kind.value,
        "title": finding_words(finding, "title", language),
        "meaning": finding_words(finding, "meaning", language),
        "fault": finding_words(finding, "fault", language),
        "where": _plain(finding.where),
        "expected": _plain(finding.expected),
        "got": _plain(finding.got),
        "refusal": None if refusal is None else {"error": refusal.name, "sentence": sentence(refusal)},
        "notes": [book.keep_note(note) for note in finding.notes if note],
    }


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return "0x" + value.hex()
        case Enum():
            return value.value
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
    return str(value)


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("report.html")
