"""Recorded answers of a real Besu QBFT network, read in place; and what a ledger recorded of a long story."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.chain import story
from tests.chain.nodes import anvil
from tests.chain.town import settle
from tests.evidence.recording import Recording, record_town


@pytest.fixture(scope="session")
def qbft() -> Any:
    """A function that loads one recorded file by name."""
    root = os.environ.get("SIEGEL_TEST_DATA")
    if not root:
        pytest.skip("SIEGEL_TEST_DATA is not set: the recorded Besu network is not at hand")
    return lambda name: json.loads((Path(root) / "qbft" / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def told() -> Recording:
    """What the ledger recorded of the story in which every act of the statute happens."""
    with anvil() as node:
        town = settle(node)
        story.tell(town)
        return record_town(town)
