"""The verifiers that are held against the corpus, each asked for many bundles and policies at once."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.errors import PolicyInvalid
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Step, Verdict
from ledger.evidence.verify.verifier import verify
from tests.verifier.peer import peer


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


def in_typescript(pairs: Sequence[Pair]) -> list[Said]:
    """What ``explorer/client/verifier`` says, in one process of its own."""
    return [_in_typescript(*pair) for pair in pairs]


VERIFIERS: Mapping[str, Callable[[Sequence[Pair]], list[Said]]] = {"python": in_python, "typescript": in_typescript}


def _in_python(bundle: bytes, policy: bytes) -> Said:
    try:
        trusted = read_policy(policy)
    except PolicyInvalid as error:
        return _policy_refused(error.name)
    report = verify(io.BytesIO(bundle), trusted)
    verdicts = {str(result.step): str(result.verdict) for result in report.results}
    refused = next((result.refusal for result in report.results if result.refusal is not None), None)
    name = None if refused is None else refused.name
    if refused is not None and name == "ActImpossible":
        name = f"ActImpossible {refused.values['refusal']}"
    return Said(report.verified, verdicts, name)


def _in_typescript(bundle: bytes, policy: bytes) -> Said:
    try:
        answer = peer().verify(bundle, policy)
    except UnicodeDecodeError:  # what is no text goes as a file
        with tempfile.NamedTemporaryFile() as file:
            file.write(policy)
            file.flush()
            answer = peer().ask(bundle={"hex": bundle.hex()}, policy=file.name)
    if "refusal" in answer:
        return _policy_refused(answer["refusal"]["error"])
    verdicts = {step["step"]: step["verdict"] for step in answer["steps"]}
    refused = next((step["refusal"] for step in answer["steps"] if step["refusal"] is not None), None)
    name = None if refused is None else refused["error"]
    if refused is not None and name == "ActImpossible":
        name = f"ActImpossible {refused['values']['refusal']}"
    return Said(answer["verified"], verdicts, name)


def _policy_refused(name: str) -> Said:
    """No verification begins; for the corpus the step that compares with the policy is the one that refused."""
    verdicts = dict.fromkeys(map(str, Step), str(Verdict.NOT_CHECKED))
    return Said(False, {**verdicts, Step.POLICY: Verdict.FAILED}, name)
