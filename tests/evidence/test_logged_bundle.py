"""Bundles of a chain that is logged and witnessed: what the log says of when a block was there."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.chain.acts import CloseRound
from ledger.errors import EvidenceNotYet
from ledger.evidence.bundle import write_process_bundle
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, create_log
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.checkpoint import checkpoint_body
from ledger.evidence.verify.logged import read_inclusion
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.evidence.verify.report import Report, Step, Verdict
from tests.evidence.bundles import OCID, SEALED, Proving, entries_of, failed_step, proving_town, remade
from tests.evidence.log_actors import FIRST, SECOND, THIRD, Signer
from tests.index.town import DAY, START, release
from tests.verifier.peer import agreed, result_of

DELAY = 3600


@dataclass
class Logged:
    """A town whose chain is logged, with three witnesses in the test's hands."""

    proving: Proving
    log: LogFolder
    folder: Path

    @classmethod
    def begin(cls, proving: Proving, folder: Path, *witnesses: Signer) -> Logged:
        """A log of its own, of which these witnesses are asked."""
        made = cls(proving, create_log(folder, "log.example/vergabe"), folder)
        for each in witnesses:
            CosignatureBook(folder).add(each.verifier_key, "http://127.0.0.1:9")
        proving.sources = replace(proving.sources, logs=folder)
        return made

    def publish(self, after: int, *witnesses: Signer) -> None:
        """Log what the chain has, and have it cosigned so many seconds after the newest block."""
        self.proving.index()
        chain = self.proving.town.chain
        tree = self.log.newest()
        body, moment = checkpoint_body(self.log.origin, tree.size, tree.root), chain.block(chain.block_number()).time
        for each in witnesses:
            book = CosignatureBook(self.folder)
            book.record(self.log.origin, tree, each.name, moment + after, each.line(body, moment + after))

    def policy(self, threshold: int, *witnesses: Signer) -> Policy:
        """That trusts these witnesses."""
        content = policy_of(self.proving.town.chain, "logged", self.folder)
        content["log"] = {
            "logs": [str(self.log.verifier_key)],
            "witnesses": [each.verifier_key for each in witnesses],
            "threshold": threshold,
            "maxLogDelay": DELAY,
        }
        return read_policy(json.dumps(content).encode())

    def bundle(self, ocid: str = SEALED) -> bytes:
        """Of a process, proven for the newest block that most witnesses saw."""
        out = io.BytesIO()
        write_process_bundle(self.proving.sources, self.proving.town.process(ocid), out)
        return out.getvalue()


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """The sealed round is closed and seen by all a minute later; then two more notices, the last seen by nobody yet."""
    folder = tmp_path_factory.mktemp("logged")
    with proving_town(folder) as proving:
        town = proving.town
        made = Logged.begin(proving, folder / "witnessed", FIRST, SECOND, THIRD)
        made.publish(60, FIRST, SECOND, THIRD)
        town.advance_to(START + 31 * DAY)
        town.jointly(CloseRound(town.call(SEALED), 1, 0, (), ()))
        made.publish(60, FIRST, SECOND)
        town.advance_to(START + 32 * DAY)
        town.notice(SEALED, town.keep(release(SEALED, 2)))
        made.publish(60, FIRST, SECOND, THIRD)
        town.notice(SEALED, town.keep(release(SEALED, 3)))
        made.publish(60)
        yield made


def under(policy: Policy, bundle: bytes) -> Report:
    """What both verifiers say."""
    return agreed(bundle, policy)


def test_verify_logged_bundle_passes_and_speaks_of_what_most_witnesses_saw(logged: Logged) -> None:
    """The newest notice is in no cosigned tree yet, so the bundle speaks of the block before it."""
    report = under(logged.policy(2, FIRST, SECOND, THIRD), bundle := logged.bundle())
    assert report.verified
    assert result_of(report, Step.LOG).verdict is Verdict.PASSED
    assert sum(name.startswith("releases/") for name in entries_of(bundle)) == 2
    assert report.block == logged.proving.town.chain.block_number() - 1


def test_bundle_carries_the_earliest_checkpoint_over_the_closing(logged: Logged) -> None:
    """The block in which the round was closed has its own place, under the checkpoint that was cosigned first."""
    entries = entries_of(logged.bundle())
    sizes = {name: read_inclusion(data).size for name, data in entries.items() if name.endswith("/inclusion")}
    assert len(sizes) == 2
    closing, proven = sorted(sizes)
    assert sizes[closing] < sizes[proven]
    assert closing.split("/")[1] < proven.split("/")[1]


def test_verify_with_a_threshold_of_none_says_that_nobody_saw_it(logged: Logged) -> None:
    """Only the log's own word."""
    report = under(logged.policy(0), logged.bundle())
    assert report.verified
    assert [note.name for note in result_of(report, Step.LOG).notes] == ["noWitnesses"]


def test_verify_with_too_few_cosignatures_fails_at_log(logged: Logged) -> None:
    """The closing was seen by two; a policy that wants three is not content."""
    report = under(logged.policy(3, FIRST, SECOND, THIRD), logged.bundle())
    assert failed_step(report) is Step.LOG
    assert result_of(report, Step.LOG).refusal.name == "CosignaturesTooFew"  # type: ignore[union-attr]


def test_verify_with_unknown_witnesses_fails_at_log(logged: Logged) -> None:
    """Cosignatures of others than the policy's witnesses do not count."""
    others = [Signer(f"witness.example/other{number}", 4) for number in (1, 2)]
    assert failed_step(under(logged.policy(1, *others), logged.bundle())) is Step.LOG


def test_verify_under_another_logs_key_fails_at_log(logged: Logged) -> None:
    """A log that the policy does not know."""
    policy = logged.policy(1, FIRST)
    content = policy_of(logged.proving.town.chain, "other", logged.folder)
    content["log"] = {"logs": [Signer("other.example", 1).verifier_key], "witnesses": [], "threshold": 0,
                      "maxLogDelay": DELAY}  # fmt: skip
    assert under(policy, logged.bundle()).verified
    assert failed_step(under(read_policy(json.dumps(content).encode()), logged.bundle())) is Step.LOG


Forge = Callable[[bytes], Mapping[str, bytes | None]]


def _without(ending: str, place: int) -> Forge:
    def forged(bundle: bytes) -> Mapping[str, bytes | None]:
        names = sorted(name for name in entries_of(bundle) if name.endswith(ending) and name.startswith("blocks/"))
        return {names[place]: None}

    return forged


@pytest.mark.parametrize("place", [0, 1])
def test_verify_without_inclusion_fails_at_log(logged: Logged, place: int) -> None:
    """A policy with a log is not downgraded by leaving the log's proof out."""
    bundle = logged.bundle()
    assert (
        failed_step(under(logged.policy(1, FIRST), remade(bundle, _without("/inclusion", place)(bundle)))) is Step.LOG
    )


def test_verify_without_the_closing_block_fails_at_acts(logged: Logged) -> None:
    """Whoever closed a round has to show when that was logged."""
    bundle = logged.bundle()
    closing = min(name.split("/")[1] for name in entries_of(bundle) if name.startswith("blocks/"))
    size = read_inclusion(entries_of(bundle)[f"blocks/{closing}/inclusion"]).size
    left_out = {f"blocks/{closing}/{part}": None for part in ("header", "proofs", "inclusion")}
    forged = remade(bundle, {**left_out, f"checkpoints/{size:012}": None})
    assert failed_step(under(logged.policy(1, FIRST), forged)) is Step.ACTS


def test_verify_earlier_block_with_another_head_fails(logged: Logged) -> None:
    """The earlier block's state holds fewer acts: a proof of the newest block does not fit its header."""
    bundle = logged.bundle()
    entries = entries_of(bundle)
    closing, proven = sorted({name.split("/")[1] for name in entries if name.startswith("blocks/")})
    forged = remade(bundle, {f"blocks/{closing}/proofs": entries[f"blocks/{proven}/proofs"]})
    assert failed_step(under(logged.policy(1, FIRST), forged)) is Step.STATE


def test_verify_rewrite_that_was_logged_late_fails_at_log(logged: Logged, tmp_path: Path) -> None:
    """The operator writes the chain anew and logs it a week after: each block is in the log, cosigned, and too late."""
    with proving_town(tmp_path) as proving:
        town = proving.town
        late = Logged.begin(proving, tmp_path / "late", FIRST)
        late.publish(DELAY + 1, FIRST)
        report = under(late.policy(1, FIRST), late.bundle(OCID))
        assert failed_step(report) is Step.LOG
        assert result_of(report, Step.LOG).refusal.name == "CosignedLate"  # type: ignore[union-attr]
        assert report.block == town.chain.block_number()
        # The same, seen in time, is accepted.
        in_time = Logged.begin(proving, tmp_path / "in time", FIRST)
        in_time.publish(DELAY, FIRST)
        assert under(in_time.policy(1, FIRST), in_time.bundle(OCID)).verified


def test_verify_block_from_the_future_of_its_witnesses_fails_at_log(logged: Logged, tmp_path: Path) -> None:
    """A chain whose clock runs ahead ends deadlines early: cosigned two minutes before its own time."""
    with proving_town(tmp_path) as proving:
        early = Logged.begin(proving, tmp_path / "early", FIRST)
        early.publish(-120, FIRST)
        report = under(early.policy(1, FIRST), early.bundle(OCID))
        assert result_of(report, Step.LOG).refusal.name == "CosignedEarly"  # type: ignore[union-attr]


def test_bundle_of_a_process_that_no_witness_saw_yet_refused(logged: Logged) -> None:
    """It began after what most witnesses saw: nothing is handed out that would prove nothing."""
    town, ocid = logged.proving.town, "ocds-a2ef3d-brand-new"
    town.notice(ocid, town.keep(release(ocid, 1)))
    logged.publish(60, FIRST)
    with pytest.raises(EvidenceNotYet):
        logged.bundle(ocid)


def test_bundle_identity_is_of_the_whole(logged: Logged) -> None:
    """The same process, the same block, the same bytes."""
    assert logged.bundle() == logged.bundle()
