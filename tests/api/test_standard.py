"""Every package that is served for real releases of four countries passes the standard's own checker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.chain.acts import Notice, PublishNotices
from ledger.index.sync import Synchroniser
from ledger.ocds.privacy import policy_named
from ledger.store.importing import prepare_import
from ledger.terms import NoticeKind
from tests.api.conftest import Api
from tests.explorer.site import AWARDED, Site, open_services, serving
from tests.index.town import embedded_town
from tests.ocds.conftest import Check


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Iterator[Api]:
    """All OCDS files of the test data, imported by the observer, anchored, indexed and served."""
    folder = tmp_path_factory.mktemp("imported")
    with embedded_town(folder) as town, open_services(folder, town.chain) as services:
        for _ in prepare_import([test_data / "ocds"], services.releases, town.observer, policy_named("standard")):
            pass
        waiting = services.releases.waiting(town.observer)
        for start in range(0, len(waiting), 100):
            notices = tuple(
                Notice(prepared.ocid, NoticeKind.OTHER, prepared.digest, prepared.source_digest or bytes(32))
                for prepared in waiting[start : start + 100]
            )
            town.chain.send(PublishNotices(town.observer, town.expires(), notices), town.publisher)
        Synchroniser(services.index, town.chain, services.store).run_once()
        with serving(services) as url, httpx.Client(base_url=url) as client:
            yield Api(Site(url, town, services, folder), client)


def test_packages_of_real_releases_pass_the_checker(imported: Api, check_standard: Check) -> None:
    """Releases and record of every process: no error, no additional field, our extension applied from where we serve
    it.

    The checker takes seconds to begin and little for each release, so what stands in all packages goes to it in one,
    around it what the last of them said.
    """
    processes = imported.get("/processes?limit=200").json()["processes"]
    assert len(processes) > 30
    for name, listed in (("releases", "releases"), ("record", "records")):
        served: list[dict[str, Any]] = []
        package: dict[str, Any] = {}
        for process in processes:
            answer = imported.client.get(process["links"][name])
            assert answer.status_code == 200
            package = answer.json()
            assert set(package) >= {"uri", "publishedDate", "version", "extensions"}
            served += package[listed]
        assert check_standard({**package, listed: served}) == []
        if listed == "releases":
            assert len(served) == sum(process["releases"] for process in processes) > 60
        else:
            assert len(served) == len(processes)


def test_packages_of_own_releases_pass_the_checker(api: Api, check_standard: Check) -> None:
    """The fictional town's, with redacted fields."""
    for name in ("releases", "record"):
        assert check_standard(api.get(f"{api.process(AWARDED)}/{name}").json()) == []


def test_index_of_real_releases_says_who_what_and_how_much(imported: Api) -> None:
    """Nearly every real process has a title, a buyer and a status; none stopped the indexing."""
    rows = imported.site.services.queries.processes(limit=200).items
    assert sum(row.title is not None for row in rows) > 0.6 * len(rows)
    assert sum(row.buyer_name is not None for row in rows) > 0.9 * len(rows)
    assert {row.mode for row in rows} == {"observed"}
    assert sum(row.problems for row in rows) == 0
    assert sum(row.status != "unknown" for row in rows) > 0.9 * len(rows)
