"""A thread that goes on after failures, and says each of them once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from ledger.errors import NodeUnreachable
from ledger.keeper import Keeper
from tests.waiting import wait_until


class Counting(Keeper):
    """Does what it is given round by round, and then nothing more."""

    def __init__(self, *rounds: Callable[[], object]) -> None:
        super().__init__("counting", 0.001, "nothing is counted")
        self.rounds, self.done = list(rounds), 0

    def round(self) -> None:
        """The next one."""
        self.done += 1
        if self.rounds:
            self.rounds.pop(0)()


def failing(error: Exception) -> Callable[[], object]:
    """A round that fails."""

    def fail() -> None:
        raise error

    return fail


def test_keeper_goes_on_after_failures_and_tells_the_same_one_once(caplog: pytest.LogCaptureFixture) -> None:
    """A node that does not answer for an hour makes one line, a defect makes one each time; then all is well."""
    gone = [NodeUnreachable(url="http://node.example", reason="refused") for _ in range(3)]
    kept: list[Exception | None] = []
    keeper = Counting(*map(failing, gone), failing(KeyError("defect")), lambda: kept.append(keeper.failure))
    with caplog.at_level(logging.WARNING):
        keeper.start()
        wait_until(lambda: keeper.done > 6)
        keeper.stop()
    told = [(line.levelname, line.getMessage().partition(": ")[0]) for line in caplog.records]
    assert told == [("WARNING", "nothing is counted"), ("ERROR", "nothing is counted")]
    assert isinstance(kept[0], KeyError)
    assert keeper.failure is None


def test_stop_waits_for_the_round_that_is_being_done() -> None:
    """What a round writes is whole when the program ends; none begins after it."""
    begun, go_on, ended = threading.Event(), threading.Event(), list[int]()

    def slow() -> None:
        begun.set()
        go_on.wait()
        ended.append(1)

    keeper = Counting(slow)
    keeper.start()
    begun.wait()
    stopping = threading.Thread(target=keeper.stop)
    stopping.start()
    wait_until(keeper._stop.is_set)
    assert (stopping.is_alive(), ended) == (True, [])
    go_on.set()
    stopping.join()
    assert (ended, keeper.done) == ([1], 1)


def test_stop_of_a_keeper_that_never_began_returns() -> None:
    """As where a service fails to start."""
    Counting().stop()
