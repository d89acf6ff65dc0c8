"""The account of one imported file, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.cli.language import say, say_error
from ledger.ocds.report import ImportReport

SHOWN: Final = 5
"""Repairs, and unused parts, told of one file; --json tells all."""

LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class FileAccount:
    """A file, what became of its values, and how many of its releases were new or known."""

    path: Path
    report: ImportReport
    new: int
    known: int

    def as_json(self) -> dict[str, Any]:
        """Everything; it quotes values of the file, which may be personal data."""
        return {"path": self.path, "new": self.new, "known": self.known, **self.report.as_json()}


def lines_of(account: FileAccount) -> Iterator[str]:
    """One line for the file, then what was refused, repaired and unused, with reasons."""
    report = account.report
    yield say(
        "{path}: {new} new, {known} known; of {leaves} values {mapped} taken, {repaired} repaired, {unused} unused, "
        "{refused} refused",
        path=account.path,
        new=account.new,
        known=account.known,
        leaves=report.leaves,
        mapped=report.mapped,
        repaired=sum(each.leaves for each in report.repaired),
        unused=sum(each.leaves for each in report.unused),
        refused=sum(each.leaves for each in report.refused),
    )
    for refusal in report.refused:
        where = refusal.path or say("the whole file")
        yield "  " + say("refused") + f": {where}: {say_error(refusal.error)} [{refusal.error.name}]"
    yield from _some(
        [f"{each.path}: {_short(each.was)} → {_short(each.now)} ({each.why})" for each in report.repaired],
        say("repaired"),
    )
    yield from _some([f"{each.path} ({each.why})" for each in report.unused], say("unused"))


def _some(told: list[str], word: str) -> Iterator[str]:
    for line in told[:SHOWN]:
        yield f"  {word}: {line}"
    if len(told) > SHOWN:
        yield f"  {word}: " + say("and {count} more; --json tells all", count=len(told) - SHOWN)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
