"""The opening's result for those whose bids were opened, and for nobody else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ledger.chain.acts import BidOutcome, CloseRound, OpenBids, OpenRound, RoundTerms
from ledger.chain.signers import KeySigner
from ledger.store import AuditTrail
from ledger.store.opening_results import TOLD
from ledger.terms import Outcome, RoundKind, RoundState
from tests.api.sealed_town import CLOSED, CLOSING, CUSTODIANS, DEADLINE, OPEN, OUTSIDER, SealedTown
from tests.api.test_entitled import problem
from tests.chain.town import digest
from tests.index.town import DAY, signer


def result_of(town: SealedTown, ocid: str, **changed: Any) -> dict[str, Any]:
    """A result as officers write it."""
    told = {"format": "siegel-opening-result/1", "processId": town.town.process(ocid).hex(), "round": 1, "lots": []}
    return told | changed


def put(town: SealedTown, who: KeySigner, ocid: str, told: Any) -> httpx.Response:
    """Give a result."""
    return town.client.put(town.path(ocid, "result"), json=told, headers=town.signed(who, ocid))


@pytest.fixture(scope="module")
def opened(town: SealedTown) -> SealedTown:
    """The closed round is opened: bidder one's bid opens, bidder two's is unreadable, the others are missing."""
    one, two, three = town.bids[CLOSED]
    header = one.header
    accounts = [signer(f"bidder {number}").account for number in (1, 2, 3)]
    unreadable = town.commitment(CLOSED, two), digest("evidence")
    outcomes = (
        BidOutcome(Outcome.OPENED, accounts[0], header.bid_root, header.rest_digest),
        BidOutcome(Outcome.UNREADABLE, accounts[1], *unreadable),
        BidOutcome(Outcome.MISSING, accounts[2], town.commitment(CLOSED, three)),
        BidOutcome(Outcome.MISSING, OUTSIDER.account, town.commitment(CLOSED, one)),
    )
    assert problem(put(town, town.town.officer_one, CLOSED, result_of(town, CLOSED))) == (409, "RoundNotOpened")
    town.town.jointly(OpenBids(town.town.call(CLOSED), 1, 0, outcomes))
    town.take_in()
    return town


def test_result_reaches_whose_bid_was_opened_and_the_officers(opened: SealedTown) -> None:
    """As it was given, the later one if there are two; each is on the audit trail."""
    town = opened.town
    assert problem(opened.get(town.bidder_one, CLOSED, "result")) == (404, "OpeningResultMissing")
    first = put(opened, town.officer_one, CLOSED, result_of(opened, CLOSED))
    assert (first.status_code, first.json()["tenderers"]) == (200, 1)
    later = result_of(opened, CLOSED, title="corrected")
    assert put(opened, town.officer_two, CLOSED, later).status_code == 200
    for who in (town.bidder_one, town.officer_one):
        answer = opened.get(who, CLOSED, "result")
        assert (answer.json()["result"], answer.headers["cache-control"]) == (later, "no-store")
        assert "access-control-allow-origin" not in answer.headers
    with opened.services.state.reading() as connection:
        told = [each for each in AuditTrail(connection).entries() if each.action == TOLD]
    assert [each.actor for each in told] == [f"0x{who.account.hex()}" for who in (town.officer_one, town.officer_two)]


def test_result_is_for_nobody_else(opened: SealedTown) -> None:
    """Not for a custodian, an outsider, an unreadable bid's author, or one whose envelope never came."""
    put(opened, opened.town.officer_one, CLOSED, result_of(opened, CLOSED))
    others = (CUSTODIANS[0], OUTSIDER, opened.town.bidder_two, signer("bidder 3"), opened.town.publisher)
    for who in others:
        assert problem(opened.get(who, CLOSED, "result")) == (403, "AccessForbidden")
    assert problem(opened.client.get(opened.path(CLOSED, "result"))) == (401, "AccessMissing")


def test_result_is_given_by_officers_alone_for_their_own_opened_round(opened: SealedTown) -> None:
    """A tenderer cannot write what the others see, and no result stands at another round."""
    told = result_of(opened, CLOSED)
    for who in (opened.town.bidder_one, CUSTODIANS[0], opened.town.publisher):
        assert problem(put(opened, who, CLOSED, told)) == (403, "AccessForbidden")
    for ocid in (OPEN, CLOSING):
        assert problem(put(opened, opened.town.officer_one, ocid, result_of(opened, ocid))) == (409, "RoundNotOpened")
    deep: dict[str, Any] = {}
    for _ in range(253):
        deep = {"lots": deep}
    # What is kept can be answered: one level less is as deep as that goes.
    assert put(opened, opened.town.officer_one, CLOSED, told | deep["lots"]).status_code == 200
    assert opened.get(opened.town.bidder_one, CLOSED, "result").json()["result"] == told | deep["lots"]
    for changed in ({"format": "x"}, {"round": 2}, {"round": True}, {"round": 1.0}, {"processId": "00" * 32}, deep):
        refused = put(opened, opened.town.officer_one, CLOSED, told | changed)
        assert problem(refused) == (400, "InvalidParameter")


def test_result_of_answers_is_taken_from_no_officer(opened: SealedTown) -> None:
    """What was explained stays secret (§ 15(1) no. 2 VOB/A), also from one who sends it past the command line; the
    result of the bids stays."""
    town, due = opened.town, DEADLINE + DAY
    told = result_of(opened, CLOSED)
    put(opened, town.officer_one, CLOSED, told)
    town.jointly(OpenRound(town.call(CLOSED), RoundTerms(RoundKind.SUPPLEMENT, due, town.key_set)))
    town.advance_to(due + 60)
    town.jointly(CloseRound(town.call(CLOSED), 2, 0, (), ()))
    assert town.chain.round(town.process(CLOSED), 2).state is RoundState.OPENED
    opened.take_in()
    headers = opened.signed(town.officer_one, CLOSED, round=2)
    path = opened.path(CLOSED, "result", 2)
    refused = opened.client.put(path, json=result_of(opened, CLOSED, round=2), headers=headers)
    assert problem(refused) == (409, "AnswersNotTold")
    assert problem(opened.client.get(path, headers=headers)) == (404, "OpeningResultMissing")
    assert opened.get(town.officer_one, CLOSED, "result").json()["result"] == told
