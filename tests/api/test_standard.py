"""Every package that is served for real releases of four countries passes the standard's own checker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.observer import with_observer
from ledger.chain.acts import Notice, PublishNotices
from ledger.index.sync import Synchroniser
from ledger.ocds.privacy import policy_named
from ledger.store.importing import prepare_import
from ledger.terms import NoticeKind
from tests.api.conftest import Api
from tests.explorer.site import AWARDED, OBSERVED, Site, open_services, serving
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


def test_packages_of_an_observed_process_say_who_observed_it(api: Api, check_standard: Check) -> None:
    """Nobody takes it for the buyer's own, neither in a package nor in the bulk file; the releases stay as they are."""
    process, own = api.process(OBSERVED), api.process(AWARDED)
    package, records = api.get(f"{process}/releases").json(), api.get(f"{process}/record").json()
    for each in (package, records):
        assert "beobachtet von DE-HRB 4711, nicht vom Auftraggeber" in each["publisher"]["name"]
        assert "observed" not in api.get(f"{own}/releases").json()["publisher"]["name"]
        assert check_standard(each) == []
    (record,) = records["records"]
    assert record["releases"] == package["releases"]
    assert not any("observer" in party["roles"] for each in package["releases"] for party in each["parties"])
    lines = [json.loads(line) for line in api.get("/records.jsonl").text.splitlines()]
    told = {each["ocid"]: observers(each) for each in lines if "compiledRelease" in each}
    assert told[OBSERVED] == observers(record) == [("DE-HRB-4711", "DE-HRB 4711")]
    assert told[AWARDED] == []


def test_compiled_release_names_the_observer_whatever_a_source_says_of_it() -> None:
    """A notice that brings a party of the observer's number does not speak for it."""
    observer = {"id": "DE-HRB-4711", "name": "the observer", "roles": ["observer"]}
    compiled = {"ocid": "x", "parties": [{"id": "1"}, {"id": "DE-HRB-4711", "name": "the buyer", "roles": ["buyer"]}]}
    assert with_observer(compiled, observer)["parties"] == [{"id": "1"}, observer]
    assert with_observer({"ocid": "x"}, observer)["parties"] == [observer]
    assert with_observer(compiled, None) == compiled


def observers(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Who observed a process, as its compiled release says."""
    parties = record["compiledRelease"].get("parties", ())
    return [(party["id"], party["name"]) for party in parties if "observer" in party.get("roles", ())]
