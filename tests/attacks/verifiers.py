"""The verifiers that are held against the corpus, each asked for many bundles and policies at once."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.errors import PolicyInvalid
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Step, Verdict
from ledger.evidence.verify.verifier import verify


@dataclass(frozen=True)
class Said:
    """What a verifier said: how each step ended, by its name, and by which name the first that failed refused."""

    verified: bool
    verdicts: Mapping[str, str]
    refusal: str | None = None

    @property
    def failed(self) -> str | None:
        """The step that failed, all of them if there are more."""
        return " ".join(step for step, verdict in self.verdicts.items() if verdict == Verdict.FAILED) or None


Pair = tuple[bytes, bytes]
"""A bundle and a policy."""


def in_python(pairs: Sequence[Pair]) -> list[Said]:
    """What ``ledger.evidence.verify`` says."""
    return [_in_python(*pair) for pair in pairs]


VERIFIERS: Mapping[str, Callable[[Sequence[Pair]], list[Said]]] = {"python": in_python}


def _in_python(bundle: bytes, policy: bytes) -> Said:
    try:
        trusted = read_policy(policy)
    except PolicyInvalid as error:
        # No verification begins; for the corpus the step that compares with the policy is the one that refused.
        verdicts = dict.fromkeys(map(str, Step), str(Verdict.NOT_CHECKED))
        return Said(False, {**verdicts, Step.POLICY: Verdict.FAILED}, error.name)
    report = verify(io.BytesIO(bundle), trusted)
    verdicts = {str(result.step): str(result.verdict) for result in report.results}
    refused = next((result.refusal for result in report.results if result.refusal is not None), None)
    name = None if refused is None else refused.name
    if refused is not None and name == "ActImpossible":
        name = f"ActImpossible {refused.values['refusal']}"
    return Said(report.verified, verdicts, name)
