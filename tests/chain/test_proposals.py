"""First halves of joint acts: which of them count, as the ledger itself decides, and what it costs to find them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.acts import CancelTender, CloseRound, Reinstate, ResumeRound, RevokeApproval
from ledger.chain.proposals import LONGEST, Standing, standing_proposals
from ledger.chain.registry import ChangePeople, Person
from ledger.terms import Act, Role
from tests.chain.nodes import Counting
from tests.chain.town import digest
from tests.index.town import DAY, START, Town, embedded_town

OCID = "ocds-a2ef3d-halves"
DEADLINE = START + 2 * DAY


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """One round, whose deadline has passed."""
    with embedded_town(tmp_path) as town:
        town.accept_key_set()
        town.tender(OCID, digest("tender"), DEADLINE)
        town.advance_to(DEADLINE + 60)
        yield town


def close(town: Town, **other: Any) -> CloseRound:
    """The act that closes the round; none of its bids is there."""
    return CloseRound(replace(town.call(OCID), **other), 1, 0)


def standing(town: Town, now: int | None = None) -> list[Standing]:
    """What waits for a second officer."""
    found = town.chain.block(town.chain.block_number()).time if now is None else now
    return standing_proposals(town.chain, town.process(OCID), 1, (Act.ROUND_CLOSED, Act.BIDS_OPENED), found)


def test_proposal_counts_until_a_second_officer_executes_it(town: Town) -> None:
    """Another one, with other arguments, goes on standing on the ledger."""
    one, other = close(town), close(town, ground=digest("another ground"))
    town.chain.send(one, town.officer_one)
    town.chain.send(other, town.officer_three)
    assert [each.call for each in standing(town)] == [one, other]
    town.chain.send(one, town.officer_two)
    assert [(each.call, each.account) for each in standing(town)] == [(other, town.officer_three.account)]


def test_proposal_of_a_resumed_round_no_longer_counts(town: Town) -> None:
    """Who agreed before the outage was made good has not agreed since; agreeing anew counts, once."""
    act = close(town)
    town.chain.send(act, town.officer_one)
    later = DEADLINE + DAY
    town.jointly(ResumeRound(town.call(OCID, ground=digest("outage"), release=digest("resumed")), 1, later))
    assert standing(town) == []
    town.advance_to(later + 60)
    town.chain.send(act, town.officer_two)
    assert [(each.call, each.account) for each in standing(town)] == [(act, town.officer_two.account)]


def test_proposal_of_a_cancelled_and_reinstated_process_no_longer_counts(town: Town) -> None:
    """Neither while it is cancelled nor after a review body has it reinstated."""
    town.chain.send(close(town), town.officer_one)
    town.jointly(CancelTender(town.call(OCID, ground=digest("no money"), release=digest("cancelled"))))
    assert standing(town) == []
    town.jointly(Reinstate(town.call(OCID, ground=digest("order"), release=digest("reinstated"))))
    assert standing(town) == []


def test_proposal_of_somebody_who_is_no_officer_any_more_does_not_count(town: Town) -> None:
    """The next officer's call would be the first half; it is told as such."""
    act = close(town)
    town.chain.send(act, town.officer_one)
    left = (Person(town.officer_one.account, Role.PUBLISHER),)
    change = ChangePeople(town.buyer, left, town.expires())
    town.chain.send(change, town.officer_two)
    town.chain.send(change, town.officer_three)
    assert standing(town) == []
    assert not town.chain.send(act, town.officer_two).records
    assert [each.account for each in standing(town)] == [town.officer_two.account]


def test_proposal_revoked_and_made_again_counts_once(town: Town) -> None:
    """It comes where it was made again."""
    one, other = close(town), close(town, ground=digest("another ground"))
    key = town.chain.send(one, town.officer_one).proposals[0].key
    town.chain.send(other, town.officer_one)
    town.chain.send(RevokeApproval(key), town.officer_one)
    assert [each.call for each in standing(town)] == [other]
    town.chain.send(one, town.officer_one)
    assert [each.call for each in standing(town)] == [other, one]


def test_proposal_counts_to_its_last_second(town: Town) -> None:
    """``expires`` is that second."""
    act = close(town)
    town.chain.send(act, town.officer_one)
    assert len(standing(town, act.call.expires)) == 1
    assert standing(town, act.call.expires + 1) == []


def test_finding_proposals_costs_the_same_in_a_long_history(town: Town) -> None:
    """Neither what came before the deadline, nor what became of other processes, nor what has expired is read."""
    act = close(town)
    town.chain.send(act, town.officer_one)
    few = Counting(town.chain.transport)
    town.chain.transport = few
    assert [each.call for each in standing(town)] == [act]
    town.chain.transport = few.inner
    for number in range(20):
        ocid = f"{OCID}-{number}"
        town.tender(ocid, digest(ocid), DEADLINE + 2 * DAY)
    town.advance_to(DEADLINE + 2 * DAY + 60)
    for number in range(20):
        town.chain.send(replace(act, call=town.call(f"{OCID}-{number}")), town.officer_one)
    many = Counting(town.chain.transport)
    town.chain.transport = many
    assert [each.call for each in standing(town)] == [act]
    town.chain.transport = many.inner
    kinds = [[method for method, _ in each.asked if method != "eth_getBlockByNumber"] for each in (few, many)]
    assert kinds[0] == kinds[1]
    # Where the range begins is found by halving.
    halvings = len(many.asked) - len(kinds[1])
    assert halvings <= town.chain.block_number().bit_length()
    (first,) = (int(params[0]["fromBlock"], 16) for method, params in many.asked if method == "eth_getLogs")
    assert town.chain.block(first - 1).time < DEADLINE <= town.chain.block(first).time

    late = Counting(town.chain.transport)
    town.chain.transport = late
    assert standing(town, act.call.expires + LONGEST + DAY) == []
    town.chain.transport = late.inner
    asked = [params for method, params in late.asked if method == "eth_getLogs"]
    assert asked == []
