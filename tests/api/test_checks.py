"""Checks that many readers share."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

import pytest

from api.checks import Checks
from ledger.errors import NodeUnreachable
from ledger.index.check import Difference, check_process
from tests.api.conftest import Api
from tests.explorer.site import ALTERED


class Counted:
    """Makes checks that count how often they were made; ``failing`` lets them fail."""

    def __init__(self, api: Api, seconds: float = 3_600) -> None:
        services = api.site.services
        (row,) = services.queries.processes_by_ocid(ALTERED)
        self.process_id, self.made, self.failing = row.process_id, 0, False
        self._check = partial(check_process, services.index, services.chain, services.store)
        self.checks = Checks(self.check, services.queries, services.store, seconds=seconds)

    def check(self, process_id: bytes) -> Sequence[Difference]:
        self.made += 1
        if self.failing:
            raise NodeUnreachable(url="http://node", reason="refused")
        return self._check(process_id)

    def ask(self) -> Sequence[Difference]:
        return self.checks.of(self.process_id)


def test_check_asked_by_many_at_once_made_once(api: Api) -> None:
    """Readers of one page wait for the one who checks."""
    counted = Counted(api)
    readers = [threading.Thread(target=counted.ask) for _ in range(20)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert (counted.made, list(counted.ask())) == (1, [])


def test_check_after_its_time_made_anew(api: Api) -> None:
    """Rows of the database can be altered without a file being touched, so no finding is kept for long."""
    counted = Counted(api, seconds=-1)
    counted.ask()
    counted.ask()
    assert counted.made == 2


def test_check_of_a_touched_file_made_at_once(api: Api) -> None:
    """An alteration of a stored release is told to the next reader, not after a pause."""
    counted = Counted(api)
    assert not counted.ask()
    site = api.site
    (release,) = site.services.queries.releases(counted.process_id)
    path = site.services.store.path(release.digest)
    intact = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(intact.replace(b"24900.5", b"29900.5"))
    assert [difference.now for difference in counted.ask()] == ["29900.5"]
    path.write_bytes(intact)
    assert (list(counted.ask()), counted.made) == ([], 3)


def test_check_that_fails_kept_as_well(api: Api) -> None:
    """A node that hangs must not keep a worker for every reader."""
    counted = Counted(api)
    counted.failing = True
    for _ in range(3):
        with pytest.raises(NodeUnreachable, match="refused"):
            counted.ask()
    assert counted.made == 1
