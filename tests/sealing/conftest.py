"""Envelopes that several tests look at; nobody changes them."""

from __future__ import annotations

import pytest

from tests.sealing.peer_actors import ALONE, BOTH, Sealed, seal


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """For three officers and three custodians, two of each."""
    return seal(tmp_path_factory.mktemp("both") / "bid.siegel", BOTH)


@pytest.fixture(scope="session")
def sealed_alone(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """For three officers, two of them."""
    return seal(tmp_path_factory.mktemp("alone") / "bid.siegel", ALONE)
