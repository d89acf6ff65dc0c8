"""A chain of one's own for each test, with a clock that starts in the past."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.chain.node import DevelopmentClock, EmbeddedNode, genesis
from tests.node.board import Signer, deploy


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=20, help="how often the node is killed under load")


@pytest.fixture
def long_ago() -> int:
    """A second a good month ago: seconds enough for every story."""
    return int(time.time()) - 40 * 86_400


@pytest.fixture
def clock(long_ago: int) -> DevelopmentClock:
    return DevelopmentClock(long_ago)


@pytest.fixture
def folder(tmp_path: Path, long_ago: int) -> Path:
    """Where a new chain lies, closed."""
    path = tmp_path / "chain"
    genesis.create(path, genesis_time=long_ago)
    return path


@pytest.fixture
def node(folder: Path, clock: DevelopmentClock) -> Iterator[EmbeddedNode]:
    with EmbeddedNode.open(folder, clock=clock) as opened:
        yield opened


@pytest.fixture
def buyer(node: EmbeddedNode) -> Signer:
    return Signer(node.chain_id)


@pytest.fixture
def board(node: EmbeddedNode, buyer: Signer) -> str:
    """A deployed board's account."""
    return deploy(node, buyer)
