"""What all tests share: where the test data lies, and a PostgreSQL server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import new_postgres, postgres_server, postgres_url

__all__ = ["new_postgres", "postgres_server", "postgres_url", "test_data"]

# No test measures time: a busy machine is not a fault of the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real input files named by ``SIEGEL_TEST_DATA``; skips where it is not set."""
    folder = os.environ.get("SIEGEL_TEST_DATA")
    if folder is None:
        pytest.skip("SIEGEL_TEST_DATA is not set: tests on real input files need that folder")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"SIEGEL_TEST_DATA names {path}, which is not a folder")
    return path
