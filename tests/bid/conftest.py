"""A browser for the bidder's page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.chromium import launched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with launched() as chromium:
        yield chromium


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A tenderer who reads German."""
    with browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900}) as context:
        yield context
