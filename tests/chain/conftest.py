"""The town on both nodes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chain.nodes import anvil, embedded
from tests.chain.town import Town, settle


@pytest.fixture(scope="module", params=["py-evm", "anvil"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A settled town, once on each node."""
    if request.param == "anvil":
        with anvil() as node:
            yield settle(node)
    else:
        with embedded(tmp_path_factory.mktemp("town") / "chain") as node:
            yield settle(node)
