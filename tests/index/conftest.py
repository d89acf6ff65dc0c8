"""A town and an index, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.index.database import Index
from ledger.index.long_histories import LongHistories
from ledger.index.sync import Synchroniser
from tests.index.town import Town, anvil_town, embedded_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A fresh town on the embedded chain."""
    with embedded_town(tmp_path / "town") as town:
        yield town


@pytest.fixture
def reorganising(tmp_path: Path) -> Iterator[Town]:
    """A town on a node that can reorganise its chain."""
    with anvil_town(tmp_path / "town") as town:
        yield town


@pytest.fixture(params=["sqlite", "postgresql"])
def index_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty database, once on each."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'index.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def index(index_url: str) -> Iterator[Index]:
    """An empty index, once on each database."""
    index = Index.open(index_url)
    yield index
    index.close()


@pytest.fixture
def sqlite_index(tmp_path: Path) -> Iterator[Index]:
    """An empty index on SQLite, for what does not depend on the database."""
    index = Index.open(f"sqlite:///{tmp_path / 'index.sqlite'}")
    yield index
    index.close()


@pytest.fixture
def synchroniser(index: Index, town: Town) -> Synchroniser:
    """Reads the town's ledger into the index. It keeps every history, be it short: these towns have no long ones."""
    return Synchroniser(index, town.chain, town.store, long=LongHistories(least=1))
