"""One town for all tests of a module; each test has a process of its own in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.opening.rounds import Round, World, opened_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A town on its embedded chain, logged and witnessed."""
    with opened_world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def round_(world: World) -> Round:
    """A round of bids that is still open."""
    return world.round()
