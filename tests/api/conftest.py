"""A served town for the tests of the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.index.sync import Synchroniser
from tests.api.receiving import desk
from tests.api.sealed_town import SealedTown, sealed_town
from tests.explorer.site import Site, served
from tests.ocds.conftest import check_standard

__all__ = ["check_standard", "desk"]


@dataclass(frozen=True)
class Api:
    """The API of a served town."""

    site: Site
    client: httpx.Client

    def get(self, path: str, **named: Any) -> httpx.Response:
        """The answer of a path below ``/api/v1``."""
        return self.client.get(f"/api/v1{path}", **named)

    def take_in(self) -> None:
        """Let the index follow the chain to its head."""
        services = self.site.services
        Synchroniser(services.index, services.chain, services.store).run_once()

    def process(self, ocid: str) -> str:
        """Path of the process under an ocid."""
        (row,) = self.site.services.queries.processes_by_ocid(ocid)
        return f"/processes/0x{row.process_id.hex()}"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A town with an open, an awarded, an observed and an ordinary process, served on the loopback."""
    folder: Path = tmp_path_factory.mktemp("api")
    with served(folder) as site, httpx.Client(base_url=site.url) as client:
        yield Api(site, client)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SealedTown]:
    """A town with an open and a closed sealed procedure, served on the loopback."""
    with sealed_town(tmp_path_factory.mktemp("sealed")) as made:
        yield made
