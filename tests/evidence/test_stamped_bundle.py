"""Bundles whose checkpoints outside authorities stamped: a real authority, made with OpenSSL."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ledger.evidence.policy import policy_of
from ledger.evidence.verify.checkpoint import of_log_alone
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.evidence.verify.report import Step, Verdict
from ledger.evidence.verify.timestamp import strict_form, verify_timestamp
from tests.evidence.bundles import OCID, entries_of, failed_step, proving_town, remade
from tests.evidence.log_actors import FIRST, SECOND
from tests.evidence.test_logged_bundle import DELAY, Logged, under
from tests.evidence.test_timestamp import content_of
from tests.evidence.tsa import Authority, Holder, certify, sign_token, stamper
from tests.verifier.peer import result_of

VALID = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """A logged town, seen by two witnesses."""
    folder = tmp_path_factory.mktemp("stamped")
    with proving_town(folder) as proving:
        made = Logged.begin(proving, folder / "witnessed", FIRST, SECOND)
        made.publish(60, FIRST, SECOND)
        yield made


@pytest.fixture(scope="module")
def roots() -> tuple[Holder, Holder]:
    """Two authorities' roots."""
    return certify("Root One", valid=VALID), certify("Root Two", valid=VALID)


def trusting(logged: Logged, threshold: int, *roots: Holder) -> Policy:
    """The policy with these roots."""
    content = policy_of(logged.proving.town.chain, "stamped", logged.folder)
    content["log"] = {
        "logs": [str(logged.log.verifier_key)],
        "witnesses": [FIRST.verifier_key],
        "threshold": 1,
        "maxLogDelay": DELAY,
    }
    content["timestamps"] = {"roots": [base64.b64encode(root.der).decode() for root in roots], "threshold": threshold}
    return read_policy(json.dumps(content).encode())


def stamped(bundle: bytes, *roots: Holder, data: bytes | None = None) -> bytes:
    """The bundle with a stamp of an authority under each root for its checkpoint (or for ``data``)."""
    (name,) = [name for name in entries_of(bundle) if name.startswith("checkpoints/")]
    checkpoint = entries_of(bundle)[name]
    added: dict[str, bytes | None] = {}
    for number, root in enumerate(roots):
        wanted = of_log_alone(checkpoint) if data is None else data
        response = strict_form(Authority(stamper(f"Stamper {number}", root), (root,)).stamp(wanted), [root.der])
        found = verify_timestamp(response, wanted, [root.der])
        added[f"{name}.{hashlib.sha256(found.certificate).hexdigest()}"] = response
    return remade(bundle, added)


def test_verify_stamped_bundle_passes(logged: Logged, roots: tuple[Holder, Holder]) -> None:
    """Two authorities, and a policy that wants both; cosignatures that come later change nothing."""
    made = stamped(logged.bundle(OCID), *roots)
    report = under(trusting(logged, 2, *roots), made)
    assert report.verified
    assert result_of(report, Step.TIMESTAMPS).verdict is Verdict.PASSED


def test_verify_with_too_few_stamps_fails(logged: Logged, roots: tuple[Holder, Holder]) -> None:
    """One of two, or none: a policy is not downgraded by leaving stamps out."""
    policy = trusting(logged, 2, *roots)
    for made in (stamped(logged.bundle(OCID), roots[0]), logged.bundle(OCID)):
        assert failed_step(under(policy, made)) is Step.TIMESTAMPS


def test_verify_stamp_of_another_authority_fails(logged: Logged, roots: tuple[Holder, Holder]) -> None:
    """Under a root that the policy does not name."""
    made = stamped(logged.bundle(OCID), roots[1])
    report = under(trusting(logged, 1, roots[0]), made)
    assert failed_step(report) is Step.TIMESTAMPS
    assert result_of(report, Step.TIMESTAMPS).refusal.name == "TimestampForeign"  # type: ignore[union-attr]


def test_verify_stamp_over_other_bytes_fails(logged: Logged, roots: tuple[Holder, Holder]) -> None:
    """A good stamp of something else."""
    made = stamped(logged.bundle(OCID), roots[0], data=b"something else")
    assert failed_step(under(trusting(logged, 1, roots[0]), made)) is Step.TIMESTAMPS


def test_verify_stamp_from_before_the_block_fails(logged: Logged, roots: tuple[Holder, Holder]) -> None:
    """Who stamps a tree that holds a block cannot have done so before there was the block."""
    bundle = logged.bundle(OCID)
    (name,) = [name for name in entries_of(bundle) if name.startswith("checkpoints/")]
    holder = stamper("Stamper", roots[0], valid=VALID)
    wanted = of_log_alone(entries_of(bundle)[name])
    content = content_of(strict_form(Authority(holder).stamp(wanted), [roots[0].der]))
    (moment,) = re.findall(rb"\d{14}Z", content)
    early = sign_token(content.replace(moment, b"20251231235959Z"), holder)
    response = strict_form(early, [roots[0].der])
    certificate = hashlib.sha256(holder.der).hexdigest()
    report = under(trusting(logged, 1, roots[0]), remade(bundle, {f"{name}.{certificate}": response}))
    assert failed_step(report) is Step.TIMESTAMPS
    assert result_of(report, Step.TIMESTAMPS).refusal.name == "StampedEarly"  # type: ignore[union-attr]
