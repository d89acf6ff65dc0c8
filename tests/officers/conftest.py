"""A world of rounds without a browser, and a served town with browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.chromium import launched
from tests.cli.conftest import siegel
from tests.cli.opening_desk import Tender
from tests.officers.officer import Arriving, Officer, unlock
from tests.officers.officer import arrive as arrive_at
from tests.officers.opening_town import OpeningTown, opening_town
from tests.opening.rounds import Round, World, opened_world

__all__ = ["siegel"]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One town for all tests; each has a round of its own."""
    with opened_world(tmp_path_factory.mktemp("town")) as made:
        yield made


@pytest.fixture
def round_(world: World) -> Round:
    """A new round of bids."""
    return world.round()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with launched() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpeningTown]:
    """One server; each test has a procedure of its own."""
    with opening_town(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def tender(town: OpeningTown) -> Tender:
    """A procedure whose round is open."""
    return town.tender()


@pytest.fixture
def arriving(browser: Browser, town: OpeningTown, tender: Tender) -> Iterator[Arriving]:
    """Somebody opens the page with the own keys, in a browser context of the own."""
    contexts: list[BrowserContext] = []

    def arrive(name: str, of: Tender = tender) -> Officer:
        context = browser.new_context(
            locale="de-DE",
            viewport={"width": 1280, "height": 900},
        )
        contexts.append(context)
        officer = arrive_at(context, name, town.page(of))
        unlock(officer, town.files(name))
        return officer

    yield arrive
    for context in contexts:
        context.close()
