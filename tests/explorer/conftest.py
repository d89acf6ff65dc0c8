"""One served town for the reading tests, one to be altered, and a browser."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from tests.chromium import launched
from tests.explorer.site import Site, alter, served


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served town as it should be; nobody changes it."""
    with served(tmp_path_factory.mktemp("town")) as site:
        yield site


@pytest.fixture(scope="session")
def altered_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same town after somebody changed a stored notice and a row of the database."""
    with served(tmp_path_factory.mktemp("altered")) as site:
        alter(site)
        yield site


@pytest.fixture
def reader(site: Site) -> Iterator[httpx.Client]:
    """Somebody without JavaScript who reads German."""
    with httpx.Client(base_url=site.url, headers={"accept-language": "de"}, follow_redirects=True) as client:
        yield client


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with launched() as chromium:
        yield chromium
