"""One served town for the reading tests, one to be altered, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.explorer.site import Site, alter, served

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
