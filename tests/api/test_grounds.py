"""Grounds of closes: officers of the round give and fetch them, and nobody else."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from api.grounds import MOST_BYTES
from ledger.store import AuditTrail, grounds
from ledger.store.grounds import GIVEN, Grounds
from ledger.store.objects import StoreClass
from tests.api.sealed_town import CLERK, CLOSED, CLOSING, CUSTODIANS, OPEN, OUTSIDER, SealedTown
from tests.api.test_entitled import problem

SALT = bytes(range(32))
EXCUSE = b"The receiver failed from 10 to 12 o'clock."
DIGEST = hashlib.sha256(SALT + EXCUSE).digest()


def given(salted: bytes = SALT + EXCUSE) -> dict[str, Any]:
    """What an officer sends."""
    return {"salted": salted.hex()}


def test_ground_that_one_officer_gives_another_fetches(town: SealedTown) -> None:
    """Durable and salted among the confidential objects, as one named on the command line; given again it is one."""
    one, two = town.town.officer_one, town.town.officer_two
    for _ in range(2):
        answered = town.post(one, CLOSING, "grounds", given())
        assert (answered.status_code, answered.json()["digest"]) == (200, "0x" + DIGEST.hex())
    fetched = town.get(two, CLOSING, f"grounds/0x{DIGEST.hex()}")
    assert (fetched.content, fetched.headers["cache-control"]) == (SALT + EXCUSE, "no-store")
    assert town.services.store.whole(DIGEST) == (StoreClass.CONFIDENTIAL, SALT, EXCUSE)
    with town.services.state.reading() as connection:
        noted = [each for each in AuditTrail(connection).entries() if each.action == GIVEN]
    assert [each.detail["digest"] for each in noted] == ["0x" + DIGEST.hex()]
    assert EXCUSE.decode() not in str(noted)


def test_ground_is_for_officers_of_its_round_alone(town: SealedTown) -> None:
    """The digest stands on the ledger for all to see; it is no key to the document, nor in another round."""
    town.post(town.town.officer_one, CLOSING, "grounds", given())
    where = f"grounds/0x{DIGEST.hex()}"
    for who in (CUSTODIANS[0], town.town.publisher, town.town.bidder_one, OUTSIDER, CLERK):
        assert problem(town.get(who, CLOSING, where)) == (403, "AccessForbidden")
        assert problem(town.post(who, CLOSING, "grounds", given())) == (403, "AccessForbidden")
    assert problem(town.get(town.town.officer_one, OPEN, where)) == (404, "GroundNotHere")
    assert town.client.get(f"/api/v1/documents/0x{DIGEST.hex()}").status_code == 404


def test_ground_names_no_other_confidential_object(town: SealedTown) -> None:
    """What lies in the store for another reason is not given out by its digest."""
    other = town.services.store.put(StoreClass.CONFIDENTIAL, b"another buyer's contract", salt=SALT)
    answered = town.get(town.town.officer_one, CLOSING, f"grounds/0x{other.hex()}")
    assert problem(answered) == (404, "GroundNotHere")


def test_ground_after_the_close_is_not_taken(town: SealedTown) -> None:
    """What the close rests on is there before it."""
    assert problem(town.post(town.town.officer_one, CLOSED, "grounds", given())) == (409, "RoundForbids")


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (given(SALT), (400, "InvalidParameter")),
        ({"salted": "no hex"}, (400, "InvalidParameter")),
        ({}, (400, "InvalidParameter")),
        (given(bytes(MOST_BYTES // 2 + 1)), (413, "BodyTooLarge")),
    ],
)
def test_ground_of_another_form_is_refused(town: SealedTown, body: dict[str, Any], failure: tuple[int, str]) -> None:
    """A salt alone, no hex, nothing, too much."""
    assert problem(town.post(town.town.officer_one, CLOSING, "grounds", body)) == failure


def test_grounds_beyond_what_a_round_can_have_are_refused(town: SealedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """One officer does not fill the disk; what is here already is still answered."""
    monkeypatch.setattr(grounds, "MOST", 2)
    one = town.town.officer_one
    for number in range(2):
        assert town.post(one, OPEN, "grounds", given(SALT + b"%d" % number)).status_code == 200
    assert problem(town.post(one, OPEN, "grounds", given(SALT + b"3"))) == (409, "GroundsTooMany")
    assert town.post(one, OPEN, "grounds", given(SALT + b"1")).status_code == 200
    kept = Grounds(town.services.state, town.services.store, town.town.process(OPEN), 1)
    assert kept.get(hashlib.sha256(SALT + b"0").digest()) == SALT + b"0"
