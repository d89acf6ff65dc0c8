"""All processes compared with the chain in turn: what is found, how far it is, and what it may cost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from api.checks import Checks
from api.comparison import SHARE, Comparison, ComparisonStatus
from ledger.errors import NodeUnreachable
from ledger.index.check import Difference, check_process
from tests.api.conftest import Api
from tests.explorer.site import ALTERED, alter_notice
from tests.waiting import wait_until


class Town:
    """Checks of the served town that are never kept; ``failing`` lets all fail, ``seconds`` makes them slow."""

    def __init__(self, api: Api) -> None:
        self.services = api.site.services
        (row,) = self.services.queries.processes_by_ocid(ALTERED)
        self.altered, self.failing, self.seconds = row.process_id, False, 0.0
        self.asked: list[bytes] = []
        self.checks = Checks(self.check, self.services.queries, self.services.store, seconds=-1)

    def check(self, process_id: bytes) -> Sequence[Difference]:
        self.asked.append(process_id)
        time.sleep(self.seconds)
        if self.failing:
            raise NodeUnreachable(url="http://node", reason="refused")
        return check_process(self.services.index, self.services.chain, self.services.store, process_id)

    def comparison(self) -> Comparison:
        return Comparison(self.checks, self.services.queries.process_after, shortest_pause=0.001)

    @contextmanager
    def altered_file(self) -> Iterator[None]:
        """Somebody changes a stored release; afterwards it is as it was."""
        path, intact = alter_notice(self.services)
        try:
            yield
        finally:
            path.write_bytes(intact)


@pytest.fixture
def town(api: Api) -> Town:
    """The served town."""
    return Town(api)


def whole_pass(comparison: Comparison) -> ComparisonStatus:
    """One step after the other until the pass ends."""
    before = comparison.status().last
    while comparison.status().last is before:
        comparison.round()
    return comparison.status()


def test_pass_over_all_processes_finds_the_altered_one_and_its_repair(town: Town) -> None:
    """Nobody opens its page; the next pass says when it is as it was recorded again."""
    comparison = town.comparison()
    number = town.services.status().processes
    with town.altered_file():
        found = whole_pass(comparison)
        assert found.last is not None
        assert (found.last.compared, found.last.failed) == (number, 0)
        assert (found.differing, found.processes) == (1, (town.altered,))
        assert town.checks.differs(town.altered)
    assert len(set(town.asked)) == len(town.asked) == number
    assert (found.compared, found.failed) == (0, 0)
    assert (whole_pass(comparison).differing, town.checks.differs(town.altered)) == (0, False)


def test_pass_without_the_chain_says_what_was_not_compared_and_forgets_nothing(town: Town) -> None:
    """A node that cannot be asked is no sign that all is well."""
    comparison = town.comparison()
    with town.altered_file():
        whole_pass(comparison)
    town.failing = True
    found = whole_pass(comparison)
    assert found.last is not None
    assert (found.last.compared, found.last.failed) == (0, town.services.status().processes)
    assert found.processes == (town.altered,)


def test_reader_of_a_page_finds_it_for_all(town: Town) -> None:
    """What the check for one reader found is told to the readers of lists and status as well."""
    with town.altered_file():
        town.checks.of(town.altered)
        assert town.comparison().status().processes == (town.altered,)


def test_step_that_took_long_is_followed_by_a_long_pause(town: Town) -> None:
    """Comparing takes a fixed share of the time, whatever the checks cost; a failing chain is not pestered."""
    comparison = town.comparison()
    town.seconds = 0.05
    assert comparison.round() >= 0.05 * (SHARE - 1)
    town.seconds, town.failing = 0.0, True
    assert comparison.round() >= 5


def test_thread_goes_on_after_a_failure_and_ends_when_told(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """It says since when it compares, survives what nobody foresaw, and stops within a step."""
    asked: list[bytes] = []

    def after(process_id: bytes) -> bytes | None:
        asked.append(process_id)
        raise ValueError("unforeseen")

    comparison = Comparison(town.checks, after, shortest_pause=0.001)
    assert comparison.status().since is None
    comparison.start()
    wait_until(lambda: bool(asked))
    comparison.stop()
    assert "the comparison with the chain stands still" in caplog.text
    since = comparison.status().since
    assert since is not None
    assert since <= time.time()


def test_status_and_metrics_tell_what_differs(api: Api) -> None:
    """For programs and for the operator's alarm."""
    services = api.site.services
    (row,) = services.queries.processes_by_ocid(ALTERED)
    assert api.get("/status").json()["comparison"] == {
        "since": None, "compared": 0, "failed": 0, "last": None, "differing": 0, "processes": [],
    }  # fmt: skip
    with Town(api).altered_file():
        whole_pass(services.comparison)
        told = api.get("/status").json()["comparison"]
        assert (told["differing"], told["processes"]) == (1, ["0x" + row.process_id.hex()])
        assert told["last"]["compared"] == services.status().processes
        assert "siegel_differing_processes 1.0\n" in api.client.get("/metrics").text
    services.checks.of(row.process_id)
    assert "siegel_differing_processes 0.0\n" in api.client.get("/metrics").text
