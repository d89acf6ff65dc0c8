"""Two real witnesses cosign the demo's log, and refuse it once it was written anew."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from ledger.cli.demo.seeding import LOG_ORIGIN
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Step, Verdict
from ledger.evidence.verify.verifier import verify
from tests.cli.conftest import Siegel
from tests.evidence.litewitness import lite_witness
from tests.evidence.test_witnesses import REWRITTEN, grow, start_anew
from tests.verifier.peer import result_of

SEALED = "ocds-demo00-2026-02"


def test_demo_log_is_cosigned_by_two_witnesses_who_refuse_it_rewritten(
    siegel: Siegel, town: Path, tmp_path: Path
) -> None:
    """As an operator does it who finds witnesses later; then as one who signs another tree with the log's key."""
    log = LogFolder(town / "log" / "1")
    size = log.newest().size
    with lite_witness("witness.example/w1") as first, lite_witness("witness.example/w2") as second:
        for witness in (first, second):
            witness.know(LOG_ORIGIN, str(log.verifier_key))
            assert siegel("witness", "add", witness.signer.verifier_key, witness.url, home=town).exit_code == 0
        assert siegel("witness", "feed", home=town).exit_code == 0
        # The story took place in months, and its witnesses came today.
        demanded = ("--max-log-delay", "4000d", "--name", "demo", "-o", tmp_path / "policy.json")
        assert siegel("policy", *demanded, home=town).exit_code == 0
        assert siegel("evidence", SEALED, "-o", tmp_path / "proof.zip", home=town).exit_code == 0
        policy = read_policy((tmp_path / "policy.json").read_bytes())
        assert policy.log is not None
        assert policy.log.threshold == 2
        report = verify(io.BytesIO((tmp_path / "proof.zip").read_bytes()), policy)
        assert report.verified
        assert result_of(report, Step.LOG).verdict is Verdict.PASSED

        shutil.copytree(town, tmp_path / "rewritten")
        rewritten = LogFolder(tmp_path / "rewritten" / "log" / "1")
        start_anew(rewritten)
        grow(rewritten, size + 1, REWRITTEN)
        assert siegel("witness", "feed", home=tmp_path / "rewritten").exit_code == 1
        feedings = CosignatureBook(rewritten.folder.parent).feedings(LOG_ORIGIN)
        assert [each.failure.name for each in feedings if each.failure] == ["WitnessRefusesTree"] * 2
