"""An officer's own home: joined to a town that exists, with nothing but the own key, and good for approving."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Siegel, start_siegel
from tests.cli.notices import SCHEME, UID

TERMS = ("--deadline", "2099-12-01T12:00+01:00", "--standstill", "10d")


@pytest.fixture
def node(home: Path, key_set: str) -> Iterator[str]:
    """The town's chain, served by a process of its own; its address."""
    with start_siegel(home, "node", "--port", "0") as process:
        assert process.stdout is not None
        try:
            (address,) = re.findall(r"http://\S+", process.stdout.readline())
            yield address
        finally:
            process.terminate()
            process.wait(30)


def test_join_second_officer_approves_from_a_home_of_their_own(
    siegel: Siegel, home: Path, node: str, tender_file: Path, tmp_path: Path
) -> None:
    """The mailed proposal and the town's public deployment.json are all that the second officer needs."""
    file, own = tmp_path / "offer.json", tmp_path / "own"
    made = siegel("tender", "publish", "--release", tender_file, *TERMS, "--propose", file, home=home)
    assert made.exit_code == 0, made.err
    joined = siegel(
        "join", home / "deployment.json", "--rpc-url", node, "--scheme", SCHEME, "--identifier", UID, home=own
    )
    assert joined.exit_code == 0, joined.err
    assert not list((own / "keys").iterdir())
    shutil.move(home / "keys" / "officer-two.json", own / "keys" / "officer-two.json")
    saved = tmp_path / "saved"
    shown = siegel("approve", file, "--as", "officer-two", "--save", saved, home=own)
    assert "[ApprovalDeclined]" in shown.err
    assert "Estimated value: 1000 EUR" in shown.out
    (release,) = saved.iterdir()
    assert json.loads(release.read_bytes())["parties"][0]["contactPoint"]["name"] == "Frau Beispiel"
    done = siegel("approve", file, "--as", "officer-two", "--yes", "--json", home=own)
    assert done.exit_code == 0, done.err
    assert [act["name"] for act in done.data["acts"]] == ["TenderPublished"]
    state = [each for each in siegel("doctor", "--json", home=home).data["findings"] if each["check"] == "state"]
    assert [each["ok"] for each in state] == [True]


def test_join_node_of_another_chain_is_refused(siegel: Siegel, home: Path, node: str, tmp_path: Path) -> None:
    """A home is made only where the node serves what the file names."""
    other = json.loads((home / "deployment.json").read_text())
    (tmp_path / "deployment.json").write_text(json.dumps({**other, "chainId": other["chainId"] + 1}))
    own = tmp_path / "own"
    refused = siegel("join", tmp_path / "deployment.json", "--rpc-url", node, "--identifier", UID, home=own)
    assert "[WrongChain]" in refused.err
    assert not own.exists()
