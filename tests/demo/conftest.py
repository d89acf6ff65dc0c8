"""The demo's town, made once; each test gets a copy of its stopped home."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger.cli.demo.seeding import open_demo
from tests.cli.conftest import siegel
from tests.ocds.conftest import check_standard, extension_address

__all__ = ["check_standard", "extension_address", "siegel"]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town without anything altered, stopped; of the years before the story it has none, as they take their time."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with open_demo(home, tampering=False, procedures=0):
        pass
    return home


@pytest.fixture
def town(played: Path, tmp_path: Path) -> Path:
    """A stopped town of one's own."""
    copy = tmp_path / "town"
    shutil.copytree(played, copy)
    copy.chmod(0o700)
    return copy
