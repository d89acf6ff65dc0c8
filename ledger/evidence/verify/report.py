"""What a verification says: each step with its verdict, and the whole (``docs/bundle-1.md``, steps)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ledger.errors import SiegelError


class Verdict(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_PROVABLE = "notProvable"
    NOT_CHECKED = "notChecked"


class Step(StrEnum):
    """The steps, in their order."""

    FORMAT = "format"
    POLICY = "policy"
    HEADER = "header"
    LOG = "log"
    TIMESTAMPS = "timestamps"
    STATE = "state"
    ACTS = "acts"
    RELEASES = "releases"
    STATUTE = "statute"
    BIDS = "bids"
    RANKING = "ranking"


REQUIRED = frozenset({Step.FORMAT, Step.POLICY, Step.HEADER, Step.STATE, Step.ACTS, Step.STATUTE})
"""Without these nothing is verified; the others may be not provable."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader should know: why a step is not provable, or what is left to judge. ``name`` is looked up in
    the words of a language, ``values`` belong into its sentence."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)


class NotProvable(Exception):
    """What a step asks cannot be shown, under this policy or with this bundle; ``notes`` say why."""

    def __init__(self, *notes: Note) -> None:
        super().__init__()
        self.notes = notes


@dataclass(frozen=True, slots=True)
class Result:
    """One step's verdict; ``refusal`` says what was expected and got if it failed."""

    step: Step
    verdict: Verdict
    refusal: SiegelError | None = None
    notes: tuple[Note, ...] = ()

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return list(Step).index(self.step) + 1


@dataclass(frozen=True, slots=True)
class Report:
    """``identity`` names the bundle (32 bytes); it speaks of ``block`` and its ``time`` (seconds since 1970), which are
    None as long as no header was read."""

    results: tuple[Result, ...]
    policy: str
    identity: bytes | None = None
    subject: tuple[str, bytes] | None = None
    block: int | None = None
    time: int | None = None

    @property
    def verified(self) -> bool:
        """Whether nothing failed and all that is required passed."""
        return is_verified(self.results)


def is_verified(results: Sequence[Result]) -> bool:
    """Whether no step failed and each required one passed."""
    passed = {result.step for result in results if result.verdict is Verdict.PASSED}
    return passed >= REQUIRED and all(result.verdict is not Verdict.FAILED for result in results)
