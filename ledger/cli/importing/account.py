"""The account of imported files, for people and for programs.

People get each document in full where there are few. Where there are many they get sums, and for each reason of
refusal how often it came and where first; ``--json`` tells everything of all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ledger.cli.language import say, say_error
from ledger.errors import ReleaseConflict
from ledger.ocds.report import Refusal
from ledger.store.import_journal import sums_of
from ledger.store.intake import ImportedDocument

SHOWN: Final = 5
"""Repairs, and unused parts, told of one document; --json tells all."""

IN_FULL: Final = 20
"""Documents up to which each is told in full."""

EXAMPLES: Final = 3
"""Refusals told of each reason where there are more documents."""

LONGEST: Final = 60

_SUMS: Final = ("leaves", "mapped", "repaired", "unused", "refused")


def name_of(document: ImportedDocument) -> str:
    """What people call a document: its file, the member of a ZIP, the line."""
    place, parts = document.place, [str(document.path)]
    if place.member is not None:
        parts.append(place.member)
    if place.line is not None:
        parts.append(say("line {number}", number=place.line))
    return ", ".join(parts)


@dataclass(slots=True)
class Accounts:
    """What became of all documents. ``full``: keep everything of each, for --json; else what people are told."""

    full: bool
    documents: int = 0
    new: int = 0
    known: int = 0
    passed_over: int = 0
    with_refusals: int = 0
    contradictory: int = 0
    files: set[Path] = field(default_factory=set)
    sums: list[int] = field(default_factory=lambda: [0] * len(_SUMS))
    reasons: Counter[str] = field(default_factory=Counter)
    told: list[dict[str, Any]] = field(default_factory=list)
    first: list[ImportedDocument] = field(default_factory=list)
    examples: dict[str, list[tuple[str, Refusal]]] = field(default_factory=dict)

    def add(self, document: ImportedDocument) -> None:
        """Take note of a document."""
        report = document.report
        self.documents += 1
        self.files.add(document.path)
        self.new += len(document.new)
        self.known += len(document.known)
        self.with_refusals += bool(report.refused)
        self.contradictory += len(report.contradictory)
        self.sums = [total + part for total, part in zip(self.sums, sums_of(report), strict=True)]
        for refusal in report.refused:
            self.reasons[refusal.error.name] += 1
            examples = self.examples.setdefault(refusal.error.name, [])
            if len(examples) < EXAMPLES:
                examples.append((name_of(document), refusal))
        if self.full:
            self.told.append(_as_json(document))
        elif len(self.first) <= IN_FULL:
            self.first.append(document)

    def pass_over(self, _: str) -> None:
        """Take note of something that is not looked at."""
        self.passed_over += 1

    def totals(self) -> dict[str, Any]:
        """Sums over all documents; the leaves are those mapped, repaired, unused and refused together."""
        return {
            "files": len(self.files),
            "documents": self.documents,
            "new": self.new,
            "known": self.known,
            "conflicting": self.reasons[ReleaseConflict.__name__],
            "passed_over": self.passed_over,
            "contradictory": self.contradictory,
            **dict(zip(_SUMS, self.sums, strict=True)),
            "reasons": dict(self.reasons),
        }

    def lines(self) -> Iterator[str]:
        """All documents where they are few, else sums and examples."""
        if self.documents <= IN_FULL:
            for document in self.first:
                yield from _lines_of(document)
        else:
            yield from self._summary()
        if self.passed_over:
            yield say("{count} other files in folders or ZIPs were passed over.", count=self.passed_over)
        if self.contradictory:
            yield say(
                "{count} dates contradict others; they are kept as they stand. --json tells which.",
                count=self.contradictory,
            )

    def _summary(self) -> Iterator[str]:
        yield _sums_line(say("{documents} documents", documents=self.documents), self.new, self.known, self.sums)
        for reason, count in self.reasons.most_common():
            yield say("refused {count} times: {reason}", count=count, reason=reason)
            for name, refusal in self.examples[reason]:
                yield f"  {name}{refusal.path and ' ' + refusal.path}: {say_error(refusal.error)}"
            if count > EXAMPLES:
                yield "  " + say("and {count} more; --json tells all", count=count - EXAMPLES)


def _as_json(document: ImportedDocument) -> dict[str, Any]:
    """Everything; it quotes values of the file, which may be personal data."""
    report = document.report
    return {
        "path": document.path,
        "member": document.place.member,
        "line": document.place.line,
        "new": len(document.new),
        "known": len(document.known),
        "conflicting": sum(isinstance(each.error, ReleaseConflict) for each in report.refused),
        "sums": dict(zip(_SUMS, sums_of(report), strict=True)),
        **report.as_json(),
    }


def _lines_of(document: ImportedDocument) -> Iterator[str]:
    """One line for the document, then what was refused, repaired and unused, with reasons."""
    report = document.report
    yield _sums_line(name_of(document), len(document.new), len(document.known), list(sums_of(report)))
    for refusal in report.refused:
        where = refusal.path or say("the whole file")
        yield "  " + say("refused") + f": {where}: {say_error(refusal.error)} [{refusal.error.name}]"
    yield from _some([f"{each.path} ({each.why})" for each in report.contradictory], say("contradictory"))
    yield from _some(
        [f"{each.path}: {_short(each.was)} → {_short(each.now)} ({each.why})" for each in report.repaired],
        say("repaired"),
    )
    yield from _some([f"{each.path} ({each.why})" for each in report.unused], say("unused"))


def _sums_line(name: str, new: int, known: int, sums: list[int]) -> str:
    leaves, mapped, repaired, unused, refused = sums
    return say(
        "{path}: {new} new, {known} known; of {leaves} values {mapped} taken, {repaired} repaired, {unused} unused, "
        "{refused} refused",
        path=name,
        new=new,
        known=known,
        leaves=leaves,
        mapped=mapped,
        repaired=repaired,
        unused=unused,
        refused=refused,
    )


def _some(told: list[str], word: str) -> Iterator[str]:
    for line in told[:SHOWN]:
        yield f"  {word}: {line}"
    if len(told) > SHOWN:
        yield f"  {word}: " + say("and {count} more; --json tells all", count=len(told) - SHOWN)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def total_bytes(files: list[Path]) -> int:
    """Length of all files, for the progress bar."""
    return sum(path.stat().st_size for path in files)
