"""Verifies a bundle step by step (``docs/bundle-1.md``, steps).

Each step is a function of what was read and of what earlier steps proved. It returns notes for the reader, and raises a
refusal that says what was expected and got, or ``NotProvable``. A step that needs one that did not pass is not checked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from ledger.errors import ProofUnverified, SiegelError
from ledger.evidence.verify import steps
from ledger.evidence.verify.contents import Contents, read_contents
from ledger.evidence.verify.ended import check_bids
from ledger.evidence.verify.histories import check_acts
from ledger.evidence.verify.judged import check_statute
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.published import check_releases
from ledger.evidence.verify.ranked import check_ranking
from ledger.evidence.verify.report import REQUIRED, Note, NotProvable, Report, Result, Step, Verdict

_Check = Callable[[Contents, Policy, Proven], list[Note]]

_STEPS: tuple[tuple[Step, _Check, frozenset[Step]], ...] = (
    (Step.POLICY, steps.check_policy, frozenset()),
    (Step.HEADER, steps.check_headers, frozenset({Step.POLICY})),
    (Step.LOG, steps.check_log, frozenset({Step.HEADER})),
    (Step.TIMESTAMPS, steps.check_timestamps, frozenset({Step.HEADER})),
    (Step.STATE, steps.check_state, frozenset({Step.HEADER})),
    (Step.ACTS, check_acts, frozenset({Step.STATE})),
    (Step.RELEASES, check_releases, frozenset({Step.ACTS})),
    (Step.STATUTE, check_statute, frozenset({Step.ACTS})),
    (Step.BIDS, check_bids, frozenset({Step.STATUTE})),
    (Step.RANKING, check_ranking, frozenset({Step.BIDS})),
)
"""After ``format``: the step, what it does, and which must have passed before."""


def verify(stream: BinaryIO, policy: Policy, proven: Proven | None = None) -> Report:
    """Verify a bundle that is read from ``stream`` once, from its beginning to its end.

    ``proven``, empty, takes up what the steps that passed have proven, for whoever wants to go on with it. Memory grows
    with the acts and the largest release, not with documents. Failures of the bundle are in the report; raised is only
    what the stream itself raises.
    """
    try:
        contents = read_contents(stream)
    except SiegelError as error:
        others = tuple(Result(step, Verdict.NOT_CHECKED) for step, _, _ in _STEPS)
        return Report((Result(Step.FORMAT, Verdict.FAILED, error), *others), policy.name)
    results = [Result(Step.FORMAT, Verdict.PASSED)]
    proven = Proven() if proven is None else proven
    passed = {Step.FORMAT}
    for step, check, needed in _STEPS:
        if not needed <= passed:
            results.append(Result(step, Verdict.NOT_CHECKED))
            continue
        result = _carried_out(step, check, contents, policy, proven)
        if result.verdict is Verdict.PASSED:
            passed.add(step)
        results.append(result)
    manifest = contents.manifest
    header = proven.headers.get(manifest.block)
    return Report(
        tuple(results),
        policy.name,
        contents.identity,
        (manifest.subject_kind, manifest.subject_id),
        manifest.block,
        None if header is None else header.time,
    )


def prove(stream: BinaryIO, policy: Policy) -> Proven:
    """What a bundle proves that is verified. Raises ProofUnverified."""
    proven = Proven()
    for result in verify(stream, policy, proven).results:
        is_open = result.step in REQUIRED and result.verdict is not Verdict.PASSED
        if is_open or result.verdict is Verdict.FAILED:
            raise ProofUnverified(number=result.number)
    return proven


def _carried_out(step: Step, check: _Check, contents: Contents, policy: Policy, proven: Proven) -> Result[Step]:
    try:
        return Result(step, Verdict.PASSED, notes=tuple(check(contents, policy, proven)))
    except NotProvable as why:
        return Result(step, Verdict.NOT_PROVABLE, notes=why.notes)
    except SiegelError as error:
        return Result(step, Verdict.FAILED, error)
