"""``siegel evidence --opened`` in the demo's town: a file from which auditors compute the ranking again."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.identifiers import organisation_id, process_id
from ledger.cli.demo.school_run import EVALUATION, OCID
from ledger.cli.demo.seeding import POLICY
from ledger.cli.demo.town import BUYER
from ledger.opening.opened import FILE, opened_folder
from tests.cli.conftest import Called, Siegel
from tests.demo.conftest import played, town
from tests.evidence.bundles import entries_of

__all__ = ["played", "town"]

PROCESS = process_id(organisation_id(BUYER.scheme, BUYER.uid), OCID)


@pytest.fixture
def folder(town: Path) -> Path:
    """What the opening left behind in the officers' home."""
    return opened_folder(town, PROCESS, 1)


@pytest.fixture
def evidence(siegel: Siegel, town: Path, tmp_path: Path) -> Callable[..., Called]:
    """The command; it writes ``shown.zip``."""
    return lambda *given: siegel("evidence", OCID, *given, "--out", tmp_path / "shown.zip", home=town)


def steps(siegel: Siegel, town: Path, bundle: Path) -> dict[str, Any]:
    """What each step came to."""
    done = siegel("verify", bundle, "--policy", town / POLICY, "--json", home=town)
    assert done.exit_code == 0, done.err
    return {step["step"]: step for step in done.data["steps"]}


def test_evidence_with_bids_ranks_them_again(
    evidence: Callable[..., Called], siegel: Siegel, town: Path, folder: Path, tmp_path: Path
) -> None:
    """The corrected sum and the exclusion count; who must not see the bids, cannot read the file."""
    done = evidence("--opened", folder / FILE, "--evaluation", folder / EVALUATION)
    assert done.exit_code == 0, done.err
    assert "give it only to those who may see them" in done.out
    assert stat.S_IMODE((tmp_path / "shown.zip").stat().st_mode) == 0o600
    found = steps(siegel, town, tmp_path / "shown.zip")
    assert (found["bids"]["verdict"], found["ranking"]["verdict"]) == ("passed", "passed")
    ranked, first, _ = found["ranking"]["notes"]
    assert (ranked["note"], ranked["values"]["order"]) == ("ranked", [4, 2])
    assert (first["note"], first["values"]["bid"], first["values"]["points"]) == ("placedByPoints", 4, "96")


def test_evidence_for_everybody_shows_no_bid(
    evidence: Callable[..., Called], siegel: Siegel, town: Path, tmp_path: Path
) -> None:
    """The criteria are in it, and what the acts say."""
    assert evidence().exit_code == 0
    kinds = {name.split("/")[0] for name in entries_of((tmp_path / "shown.zip").read_bytes())}
    assert "criteria" in kinds
    assert not kinds & {"bids", "evaluations", "rankings"}
    found = steps(siegel, town, tmp_path / "shown.zip")
    assert [note["note"] for note in found["ranking"]["notes"]] == ["bidsConcealed"]


def test_evidence_without_the_evaluation_says_what_is_missing(
    evidence: Callable[..., Called], siegel: Siegel, town: Path, folder: Path, tmp_path: Path
) -> None:
    """Nobody is given zero points by silence."""
    assert evidence("--opened", folder / FILE).exit_code == 0
    found = steps(siegel, town, tmp_path / "shown.zip")
    assert [note["note"] for note in found["ranking"]["notes"]] == ["evaluationElsewhere"]


def test_evidence_by_another_evaluation_than_was_anchored_says_so(
    evidence: Callable[..., Called], siegel: Siegel, town: Path, folder: Path, tmp_path: Path
) -> None:
    """An officer writes better points down after the award."""
    altered = tmp_path / "evaluation.json"
    altered.write_bytes((folder / EVALUATION).read_bytes().replace(b'"points":"6"', b'"points":"10"'))
    assert evidence("--opened", folder / FILE, "--evaluation", altered).exit_code == 0
    ranking = steps(siegel, town, tmp_path / "shown.zip")["ranking"]
    assert (ranking["verdict"], ranking["notes"][0]["note"]) == ("notProvable", "evaluationUnanchored")


def test_evidence_with_an_altered_price_refused(evidence: Callable[..., Called], folder: Path, tmp_path: Path) -> None:
    """What an officer altered at home is not written, and nothing else is."""
    content = json.loads((folder / FILE).read_text("utf-8"))
    opened = next(bid for bid in content["bids"] if bid["outcome"] == "opened")
    opened["disclosures"] = opened["disclosures"][1:]
    (tmp_path / FILE).write_text(json.dumps(content), "utf-8")
    refused = evidence("--opened", tmp_path / FILE)
    assert (refused.exit_code, "[BidRootDiffers]" in refused.err) == (1, True)
    assert not (tmp_path / "shown.zip").exists()


def test_evidence_with_an_evaluation_of_another_process_refused(
    evidence: Callable[..., Called], folder: Path, tmp_path: Path
) -> None:
    """It has no place in the file."""
    foreign = tmp_path / "evaluation.json"
    written = (folder / EVALUATION).read_bytes()
    foreign.write_bytes(written.replace(PROCESS.hex().encode(), b"11" * 32))
    assert "[ArgumentInvalid]" in evidence("--opened", folder / FILE, "--evaluation", foreign).err
    foreign.write_bytes(written.replace(b'"round":1', b'"round":2'))
    refused = evidence("--opened", folder / FILE, "--evaluation", foreign)
    assert "[ArgumentInvalid]" in refused.err
    assert "whose bids are not shown" in refused.err


@pytest.mark.parametrize("given", [("--evaluation", "evaluation.json"), ("--organisation", "--opened", "round.json")])
def test_evidence_with_options_that_do_not_fit_refused(evidence: Callable[..., Called], given: tuple[str, ...]) -> None:
    """Bids are shown of one process, and an evaluation beside them only."""
    assert "[ArgumentInvalid]" in evidence(*given).err
