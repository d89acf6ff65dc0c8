"""What two officers freeze when they close a round."""

from __future__ import annotations

import random

import pytest

from ledger.chain.acts import CloseRound
from ledger.chain.record import ZERO
from ledger.errors import AdmissionInvalid, AlreadyApproved, GroundMissing, RoleMissing, RoundForbids
from ledger.opening.closing import close
from ledger.opening.facts import Bid, RoundFacts, read_round
from ledger.terms import Outcome, RoundState
from tests.opening.rounds import Round, World
from tests.sealing.actors import digest


def _bids(*arrivals: int) -> RoundFacts:
    bids = [
        Bid(number, digest(f"author {number}")[:20], digest(f"bid {number}"), arrival, arrival, False)
        for number, arrival in enumerate(arrivals)
    ]
    return RoundFacts(digest("process"), 1, key_set=digest("key set"), deadline=100, bids=bids)


def _here(facts: RoundFacts, *numbers: int) -> set[tuple[bytes, bytes]]:
    return {(facts.bids[number].commitment, facts.bids[number].author) for number in numbers}


def test_close_counts_up_to_the_last_bid_in_time() -> None:
    """A late bid in between is counted as late by its own arrival; those behind stand outside."""
    facts = _bids(10, 101, 100, 102)
    made = close(facts, _here(facts, 0, 1, 3))
    assert (made.counted, made.present, made.admitted) == (3, (0b011,), (0,))
    assert (made.here, made.missing, made.late) == ((0, 1), (2,), (1, 3))


def test_close_late_bid_between_two_calls_gives_equal_arguments() -> None:
    """Whoever hands in late between the calls of two officers does not stop them."""
    first, second = _bids(10, 20, 101), _bids(10, 20, 101, 102)
    one, two = close(first, _here(first, 0, 1)), close(second, _here(second, 0, 1, 3))
    assert (one.counted, one.present, one.admitted) == (two.counted, two.present, two.admitted)


def test_close_same_facts_in_any_order_gives_equal_arguments() -> None:
    """What the server lists in another order, or twice, is the same."""
    facts = _bids(*[10] * 600)
    numbers = random.Random(1).sample(range(600), 300)
    assert close(facts, _here(facts, *numbers)) == close(facts, _here(facts, *sorted(numbers)))
    made = close(facts, _here(facts, *numbers))
    assert len(made.present) == len(made.admitted) == 3
    assert sum(word.bit_count() for word in made.present) == 300


def test_close_admitted_late_bid_is_counted() -> None:
    """An excused bid behind the last one in time moves the end."""
    facts = _bids(10, 101, 102)
    made = close(facts, _here(facts, 0, 1, 2), [1])
    assert (made.counted, made.present, made.admitted, made.late) == (2, (0b11,), (0b10,), (2,))


def test_close_round_without_bids_is_empty() -> None:
    """Nobody came."""
    made = close(_bids(), set())
    assert (made.counted, made.present, made.admitted) == (0, (), ())


@pytest.mark.parametrize(("number", "why"), [(0, "in time"), (1, "not here"), (2, "withdrawn"), (9, "no such bid")])
def test_close_admitting_another_than_a_late_one_that_is_here_is_refused(number: int, why: str) -> None:
    """Two officers excuse what came late, and nothing else."""
    facts = _bids(10, 101, 102)
    facts.bids[2].gone = Outcome.WITHDRAWN
    with pytest.raises(AdmissionInvalid, match=why):
        close(facts, _here(facts, 0, 2), [number])


def test_close_on_the_ledger_freezes_what_was_computed(world: World, round_: Round) -> None:
    """A bid in time, one withdrawn, one replaced by another, one whose envelope never came, a late one."""
    first, second = round_.bid("bidder 1"), round_.bid("bidder 2")
    third = round_.bid("bidder 3")
    round_.withdraw(second)
    round_.commit(round_.make("bidder 3"), supersedes=third.commitment)
    round_.bid("bidder 4").envelope = b""
    round_.pass_deadline()
    round_.bid("bidder 5")
    round_.close()
    facts = round_.facts
    assert facts.state is RoundState.CLOSED
    ends = [facts.follows(bid).name.lower() for bid in facts.bids]
    assert ends == ["none", "withdrawn", "superseded", "none", "missing", "late"]
    assert facts.bids[0].commitment == first.commitment
    assert facts.closing is not None
    assert (facts.closing.counted, facts.closing.present) == (5, (0b01111,))


def test_close_by_one_officer_alone_stays_a_proposal(world: World, round_: Round) -> None:
    """One officer, also one who calls twice, closes nothing; nor does a publisher."""
    round_.bid("bidder 1")
    round_.pass_deadline()
    made, town = close(round_.facts, round_.here()), round_.town
    call = CloseRound(town.call(round_.ocid), 1, made.counted, made.present, made.admitted)
    town.chain.send(call, town.officer_one)
    with pytest.raises(AlreadyApproved):
        town.chain.send(call, town.officer_one)
    with pytest.raises(RoleMissing):
        town.chain.send(call, town.publisher)
    assert round_.facts.state is RoundState.OPEN


def test_close_before_the_deadline_is_refused_by_the_ledger(world: World, round_: Round) -> None:
    """Two officers cannot end a round early."""
    round_.bid("bidder 1")
    made, town = close(round_.facts, round_.here()), round_.town
    with pytest.raises(RoundForbids):
        town.jointly(CloseRound(town.call(round_.ocid), 1, made.counted, made.present, made.admitted))


def test_close_admitting_without_a_ground_is_refused_by_the_ledger(world: World, round_: Round) -> None:
    """An excuse has a reason in writing."""
    round_.bid("bidder 1")
    round_.pass_deadline()
    round_.bid("bidder 2")
    with pytest.raises(GroundMissing):
        round_.close([1])
    round_.close([1], ground=digest("ground"))
    facts = round_.facts
    assert (facts.is_late(facts.bids[1]), facts.follows(facts.bids[1])) == (True, Outcome.NONE)


def test_read_a_round_that_is_not_there_is_refused(round_: Round) -> None:
    """The process has one round."""
    with pytest.raises(RoundForbids):
        read_round(round_.records(), 2)
    assert round_.facts.key_set != ZERO
