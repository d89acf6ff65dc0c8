"""Stores and states for the tests, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from ledger.ocds.privacy import DisclosurePolicy, policy_named
from ledger.store import ObjectStore, ReleaseStore, State

# A busy machine is no failure of the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

BUYER = b"\x01" * 32
OBSERVER = b"\x02" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """A migrated state database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'state.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_url")
    state = State(url)
    state.migrate()
    yield state
    state.close()


@pytest.fixture
def releases(state: State, tmp_path: Path) -> ReleaseStore:
    """An empty store of releases."""
    return ReleaseStore(ObjectStore(tmp_path / "store"), state)


@pytest.fixture
def policy() -> DisclosurePolicy:
    """The standard policy: contacts and natural persons are concealed."""
    return policy_named("standard")
