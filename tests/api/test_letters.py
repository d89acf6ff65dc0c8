"""Letters to tenderers: each reads the own ones, and nobody another's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.chain.acts import OpenRound, RoundTerms
from ledger.store import AuditTrail
from ledger.store.letters import FETCHED, SENT, Letters
from ledger.terms import RoundKind
from tests.api.sealed_town import CLOSED, CUSTODIANS, DEADLINE, OPEN, OUTSIDER, SealedTown, sealed_town
from tests.api.test_entitled import problem
from tests.index.town import DAY, signer


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SealedTown]:
    """Of the closed procedure round 2 takes answers, round 3 is no supplement round, the answers' deadline of round 4
    is long over. The index has read none of it."""
    with sealed_town(tmp_path_factory.mktemp("town")) as made:
        town = made.town
        for kind, deadline in (
            (RoundKind.SUPPLEMENT, int(time.time()) + DAY),
            (RoundKind.NEGOTIATION, int(time.time()) + DAY),
            (RoundKind.SUPPLEMENT, DEADLINE + DAY),
        ):
            town.jointly(OpenRound(town.call(CLOSED), RoundTerms(kind, deadline, town.key_set)))
        yield made


def letter(to: bytes, **changed: Any) -> dict[str, Any]:
    """What an officer writes."""
    written = {"to": "0x" + to.hex(), "subject": "Nachforderung", "text": "Bitte das Preisblatt.", "answerRound": 2}
    return written | changed


def test_letter_reaches_its_tenderer_alone_and_fetching_is_written_down(town: SealedTown) -> None:
    """The officer sees when it was first fetched; a second look changes nothing."""
    one, two, officer = town.town.bidder_one, town.town.bidder_two, town.town.officer_one
    sent = town.post(officer, CLOSED, "letters", letter(one.account))
    assert sent.status_code == 200
    town.post(officer, CLOSED, "letters", letter(two.account, subject="Frage", answerRound=None))
    (waiting, _) = town.get(officer, CLOSED, "letters").json()["letters"]
    assert (waiting["number"], waiting["readAt"]) == (sent.json()["number"], None)
    (mine,) = town.get(one, CLOSED, "letters").json()["letters"]
    assert (mine["subject"], mine["text"], mine["answerRound"]) == ("Nachforderung", "Bitte das Preisblatt.", 2)
    (again,) = town.get(one, CLOSED, "letters").json()["letters"]
    fetched, other = town.get(officer, CLOSED, "letters").json()["letters"]
    assert fetched["readAt"] == again["readAt"] is not None
    assert other["readAt"] is None
    with town.services.state.reading() as connection:
        actions = [each.action for each in AuditTrail(connection).entries() if each.action in (SENT, FETCHED)]
    assert actions == [SENT, SENT, FETCHED]


def test_letter_written_while_others_are_fetched_is_not_told_without_counting_as_fetched(
    town: SealedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second officer writes right after the letters were marked: what is told is what was marked."""
    state, recipient = town.services.state, OUTSIDER.account
    book = Letters(state, b"\x07" * 32, 1)
    reading = state.reading

    def late() -> AbstractContextManager[Connection]:
        monkeypatch.setattr(state, "reading", reading)
        book.send(recipient, town.town.officer_two.account, "Frage", "Bitte antworten.", None)
        return reading()

    book.send(recipient, town.town.officer_one.account, "Frage", "Bitte antworten.", None)
    monkeypatch.setattr(state, "reading", late)
    assert [each.read_at is not None for each in book.fetch(recipient)] == [True]


def test_letters_are_for_those_who_take_part(town: SealedTown) -> None:
    """A custodian and a publisher write and read none; an outsider with a copied commitment reads only own ones; a
    bid of another round has its own letters."""
    for who in (CUSTODIANS[0], town.town.publisher):
        assert problem(town.get(who, CLOSED, "letters")) == (403, "AccessForbidden")
    for who in (town.town.bidder_one, CUSTODIANS[0], town.town.publisher):
        body = letter(town.town.bidder_one.account)
        assert problem(town.post(who, CLOSED, "letters", body)) == (403, "AccessForbidden")
    town.post(town.town.officer_one, CLOSED, "letters", letter(town.town.bidder_one.account))
    assert town.get(OUTSIDER, CLOSED, "letters").json()["letters"] == []
    assert town.get(town.town.bidder_one, OPEN, "letters").json()["letters"] == []


@pytest.mark.parametrize(
    ("changed", "failure"),
    [
        ({"to": "0x" + signer("nobody").account.hex()}, (404, "TendererUnknown")),
        ({"to": "0x12"}, (400, "InvalidParameter")),
        ({"subject": " "}, (400, "InvalidParameter")),
        ({"subject": "x" * 201}, (400, "InvalidParameter")),
        ({"text": "x" * 50_001}, (400, "InvalidParameter")),
        ({"text": "a\0b"}, (400, "InvalidParameter")),
        ({"answerRound": 0}, (400, "InvalidParameter")),
        ({"answerRound": True}, (400, "InvalidParameter")),
        ({"answerRound": 1}, (409, "AnswerRoundUnfit")),
        ({"answerRound": 3}, (409, "AnswerRoundUnfit")),
        ({"answerRound": 4}, (409, "AnswerRoundUnfit")),
        ({"answerRound": 5}, (404, "RoundUnknown")),
    ],
)
def test_letter_that_is_none_is_refused(town: SealedTown, changed: dict[str, Any], failure: tuple[int, str]) -> None:
    """Nothing is kept that cannot be shown, or to somebody who has no bid, or that names a round in which it cannot be
    answered: none, one of bids or negotiation, one whose deadline is over."""
    body = letter(town.town.bidder_one.account) | changed
    assert problem(town.post(town.town.officer_one, CLOSED, "letters", body)) == failure
