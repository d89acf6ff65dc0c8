"""The demo's town, made once; each test gets a copy of its stopped home."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger.cli.demo.seeding import open_demo


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town without anything altered, stopped."""
    home = tmp_path_factory.mktemp("demo") / "home"
    with open_demo(home, tampering=False):
        pass
    return home


@pytest.fixture
def town(played: Path, tmp_path: Path) -> Path:
    """A stopped town of one's own."""
    copy = tmp_path / "town"
    shutil.copytree(played, copy)
    copy.chmod(0o700)
    return copy
