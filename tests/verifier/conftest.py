"""One town whose evidence both verifiers read, and a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import launched
from tests.evidence.bundles import Proving, proving_town


@pytest.fixture(scope="session")
def proving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proving]:
    """Nobody adds to it."""
    with proving_town(tmp_path_factory.mktemp("proving")) as found:
        yield found


@pytest.fixture(scope="session")
def bundle(proving: Proving) -> bytes:
    """Of the anchored process."""
    return proving.process()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with launched() as chromium:
        yield chromium
