"""What a verification says: each step with its verdict, and the whole (``docs/bundle-1.md``, steps;
``docs/siegel-1.md``, the receipt)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from ledger.errors import SiegelError


class Verdict(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_PROVABLE = "notProvable"
    NOT_CHECKED = "notChecked"


class Step(StrEnum):
    """The steps of a bundle, in their order."""

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


class ReceiptStep(StrEnum):
    """The steps of a receipt, in their order."""

    FORMAT = "format"
    ENVELOPE = "envelope"
    TRANSACTION = "transaction"
    PROMISE = "promise"
    PROOF = "proof"
    SECRET = "secret"  # noqa: S105 - the name of an entry


S = TypeVar("S", Step, ReceiptStep)

REQUIRED: frozenset[Step] = frozenset({Step.FORMAT, Step.POLICY, Step.HEADER, Step.STATE, Step.ACTS, Step.STATUTE})
"""Without these nothing is verified; the others may be not provable."""

REQUIRED_OF_RECEIPTS = frozenset({ReceiptStep.FORMAT, ReceiptStep.ENVELOPE, ReceiptStep.PROOF})
"""The same of a receipt."""


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
class Result(Generic[S]):
    """One step's verdict; ``refusal`` says what was expected and got if it failed."""

    step: S
    verdict: Verdict
    refusal: SiegelError | None = None
    notes: tuple[Note, ...] = ()

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return list[str](type(self.step)).index(self.step) + 1


@dataclass(frozen=True, slots=True)
class Report:
    """``identity`` names the bundle (32 bytes); it speaks of ``block`` and its ``time`` (seconds since 1970), which are
    None as long as no header was read."""

    results: tuple[Result[Step], ...]
    policy: str
    identity: bytes | None = None
    subject: tuple[str, bytes] | None = None
    block: int | None = None
    time: int | None = None

    @property
    def verified(self) -> bool:
        """Whether nothing failed and all that is required passed."""
        return is_verified(self.results, REQUIRED)


def is_verified(results: Sequence[Result[S]], required: frozenset[S]) -> bool:
    """Whether no step failed and each required one passed."""
    passed = {result.step for result in results if result.verdict is Verdict.PASSED}
    return passed >= required and all(result.verdict is not Verdict.FAILED for result in results)
