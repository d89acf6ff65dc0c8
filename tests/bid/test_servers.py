"""Which server the page asks when, and how long it waits for one while others could still be asked."""

from __future__ import annotations

import pytest

from tests.bid.peer import peer

DEADLINE = 1_000_000


def patience(left: int, others: int) -> float | None:
    """Milliseconds, None: as long as usual; ``left``: milliseconds to the deadline."""
    given: float | None = peer().ask("patience", deadline=DEADLINE, now=DEADLINE - left, others=others)
    return given


@pytest.mark.parametrize("others", [1, 2, 9])
def test_patience_before_the_deadline_leaves_a_third_of_the_time_where_nine_hang(others: int) -> None:
    """Each but the last is silent for as long as it may, once."""
    left = 120_000.0
    for after in range(others, 0, -1):
        given = patience(int(left), after)
        assert given is not None
        left -= given
    assert left >= 40_000


def test_patience_in_the_last_seconds_is_enough_for_an_answer() -> None:
    """Who answers at all answers within two seconds."""
    assert patience(500, 5) == 2_000


@pytest.mark.parametrize(("left", "others"), [(60_000, 0), (0, 3), (-5_000, 3)])
def test_patience_with_the_last_server_or_after_the_deadline_is_as_usual(left: int, others: int) -> None:
    """Nothing is won by giving up then."""
    assert patience(left, others) is None


def test_order_of_servers_has_those_last_that_did_not_answer() -> None:
    """All others stay as they are: the page's own origin first."""
    names = ["own", "away", "other", "gone", "third"]
    assert peer().ask("inOrder", names=names, silent=["gone", "away"]) == ["own", "other", "third", "away", "gone"]
