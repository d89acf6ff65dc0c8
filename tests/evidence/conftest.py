"""Recorded answers of a real Besu QBFT network, read in place."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def qbft() -> Any:
    """A function that loads one recorded file by name."""
    root = os.environ.get("SIEGEL_TEST_DATA")
    if not root:
        pytest.skip("SIEGEL_TEST_DATA is not set: the recorded Besu network is not at hand")
    return lambda name: json.loads((Path(root) / "qbft" / f"{name}.json").read_text())
