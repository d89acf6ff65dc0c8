"""What one officer proposed of a round, told to the buyer's officers and nobody else."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from ledger.chain.acts import CloseRound, RevokeApproval
from ledger.chain.codec import decode_call, encode_call
from ledger.chain.proposals import standing_proposals
from ledger.terms import Act
from tests.api.sealed_town import CLOSED, CLOSING, CUSTODIANS, OPEN, OUTSIDER, SealedTown
from tests.api.test_entitled import problem
from tests.index.town import DAY


@pytest.fixture(autouse=True)
def present(town: SealedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall's clock is the ledger's."""
    chain = town.town.chain
    behind = time.time() - chain.block(chain.block_number()).time - 1
    wall = time.time
    monkeypatch.setattr(time, "time", lambda: wall() - behind)


def told(town: SealedTown, ocid: str) -> Any:
    """What officer two is told."""
    return town.get(town.town.officer_two, ocid, "proposals").json()["proposals"]


def test_proposed_close_is_told_with_all_its_arguments(town: SealedTown) -> None:
    """By whom, until when, and exactly what was sent; nothing of rounds whose close was executed, or never proposed."""
    (found,) = told(town, CLOSING)
    officer = town.town.officer_one
    assert (found["act"], found["account"]) == ("RoundClosed", "0x" + officer.account.hex())
    call = decode_call(bytes.fromhex(found["call"][2:]))
    assert isinstance(call, CloseRound)
    assert call == replace(town.close(CLOSING), call=call.call)
    assert found["expires"] == call.call.expires
    assert told(town, CLOSED) == told(town, OPEN) == []


def test_proposals_are_for_officers_of_the_buyer_alone(town: SealedTown) -> None:
    """Neither custodians, tenderers, outsiders nor anybody without a signature."""
    for somebody in (*CUSTODIANS, OUTSIDER, town.town.bidder_one):
        assert problem(town.get(somebody, CLOSING, "proposals")) == (403, "AccessForbidden")
    unsigned = town.client.get(town.path(CLOSING, "proposals"))
    assert problem(unsigned) == (401, "AccessMissing")


def test_revoked_expired_and_other_rounds_proposals_are_not_told(town: SealedTown) -> None:
    """Two proposals of officer two: one is taken back, the other one ends."""
    chain = town.town.chain
    before = told(town, CLOSING)
    made = town.close(CLOSING)
    other = replace(made, present=(0b01,))
    proposed = chain.send(other, town.town.officer_two).proposals[0]
    assert [each["call"] for each in told(town, CLOSING)] == [before[0]["call"], "0x" + encode_call(other).hex()]
    chain.send(RevokeApproval(proposed.key), town.town.officer_two)
    assert told(town, CLOSING) == before
    process = town.town.process(CLOSING)
    late = int(time.time()) + 60 * DAY
    assert standing_proposals(chain, process, 1, [Act.ROUND_CLOSED], late) == []
    assert standing_proposals(chain, process, 2, [Act.ROUND_CLOSED], 0) == []
    assert standing_proposals(chain, process, 1, [Act.BIDS_OPENED], 0) == []
