"""Key sets in the index, and the rounds that custodians hold shares of."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from ledger.chain.acts import CloseRound
from ledger.chain.identifiers import key_set_id, organisation_id
from ledger.chain.registry import AcceptKeySet, KeySet, Person, Recipient, RegisterKeySet, RetireKeySet
from ledger.errors import InvalidCursor, InvalidParameter, KeySetUnknown
from ledger.index.check import check
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import CustodianRound, KeySetRow, WholeKeySet
from ledger.index.sync import Synchroniser
from ledger.terms import OrganisationKind, Role
from tests.chain.town import sealing_key
from tests.index.test_synchronising import explained
from tests.index.town import DAY, START, Town, release, signer

ONE, TWO, THREE, FOUR = (organisation_id("DE-LEITWEG", f"custodian-{number}") for number in (1, 2, 3, 4))
DEADLINES = {"roof": 5, "road": 9, "pool": 9, "hall": 7}


def register(town: Town, *custodians: bytes) -> bytes:
    """A key set of the three officers and some custodians that nobody has accepted yet; its id."""
    officers = sorted(bytes(12) + who.account for who in town.officers)
    key_set = KeySet(
        2,
        2 if custodians else 0,
        tuple(Recipient(who, sealing_key(f"another key of {who.hex()}")) for who in officers),
        tuple(Recipient(who, sealing_key(f"another key of {who.hex()}")) for who in sorted(custodians)),
    )
    town.jointly(RegisterKeySet(town.buyer, key_set, town.expires()))
    return key_set_id(town.buyer, key_set)


def accept(town: Town, key_set: bytes, number: int) -> int:
    """A custodian takes its part of a key set; when."""
    custodian = organisation_id("DE-LEITWEG", f"custodian-{number}")
    done = town.chain.send(AcceptKeySet(key_set, custodian, town.expires()), signer(f"custodian {number}"))
    return done.records[0].time


def tender(town: Town, name: str) -> str:
    """A sealed tender with one round to the town's newest key set; its ocid."""
    ocid = f"ocds-a2ef3d-{name}"
    town.tender(ocid, town.keep(release(ocid, title=f"Ausschreibung {name}")), START + DEADLINES[name] * DAY)
    return ocid


def close(town: Town, ocid: str) -> None:
    """Close the round of a process without bids, which opens it at once."""
    town.jointly(CloseRound(town.call(ocid), 1, 0, (), ()))


def named(rows: tuple[CustodianRound, ...]) -> list[str]:
    """The last part of the rounds' ocids."""
    return [row.ocid.removeprefix("ocds-a2ef3d-") for row in rows]


def whole(queries: Queries, key_set: bytes) -> list[Any]:
    """Who has accepted a key set when, in the order of its custodians, and since when it is ready and retired."""
    found = queries.key_set(key_set)
    return [[each.accepted_time for each in found.custodians], found.ready_time, found.retired_time]


def test_key_set_accepted_one_by_one_ready_with_the_last(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """Each acceptance is read when it comes; the set is ready when nobody is missing, whatever the order."""
    town.accept_key_set()
    key_set = register(town, ONE, TWO, THREE)
    synchroniser.run_once()
    queries = Queries(index)
    assert whole(queries, key_set) == [[None, None, None], None, None]
    times = {}
    for number in (2, 1, 3):
        times[organisation_id("DE-LEITWEG", f"custodian-{number}")] = accept(town, key_set, number)
        synchroniser.run_once()
        found = [times.get(custodian) for custodian in sorted((ONE, TWO, THREE))]
        assert whole(queries, key_set) == [found, max(times.values()) if number == 3 else None, None]
    retired = town.jointly(RetireKeySet(key_set, b"\x05" * 32, town.expires())).records[0].time
    synchroniser.run_once()
    assert whole(queries, key_set)[2] == retired
    assert whole(queries, town.key_set)[2] is None


def test_key_set_read_is_the_one_registered(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """Thresholds, holders and keys in their order give the id; without custodians it is ready at once."""
    town.accept_key_set()
    alone = register(town)
    synchroniser.run_once()
    queries = Queries(index)
    for key_set in (town.key_set, alone):
        found = queries.key_set(key_set)
        assert (found.key_set, key_set_id(found.organisation_id, _made(found))) == (key_set, key_set)
    assert queries.key_set(alone).ready_time == queries.key_set(alone).registered_time
    assert {each.identifier for each in queries.key_set(town.key_set).custodians} == {
        "custodian-1", "custodian-2", "custodian-3",
    }  # fmt: skip
    assert queries.key_sets(town.buyer) == {town.key_set: KeySetRow(2, 3, 2, 3), alone: KeySetRow(2, 3, 0, 0)}
    assert queries.key_sets(ONE) == {}
    with pytest.raises(KeySetUnknown):
        queries.key_set(b"\x01" * 32)


def _made(found: WholeKeySet) -> KeySet:
    return KeySet(
        found.officer_threshold,
        found.custodian_threshold,
        tuple(Recipient(each.holder, each.key) for each in found.officers),
        tuple(Recipient(each.holder, each.key) for each in found.custodians),
    )


@pytest.fixture
def custody(town: Town, index: Index, synchroniser: Synchroniser) -> Queries:
    """Three rounds of three custodians, one of them opened, and one of a key set with a fourth in the third's place."""
    town.accept_key_set()
    for name in ("roof", "road", "pool"):
        tender(town, name)
    people = (Person(signer(f"{who} 4").account, Role.OFFICER) for who in ("custodian", "deputy"))
    town._admit("DE-LEITWEG", "custodian-4", OrganisationKind.CUSTODIAN, tuple(people))
    town.key_set = register(town, ONE, TWO, FOUR)
    for number in (1, 2, 4):
        accept(town, town.key_set, number)
    tender(town, "hall")
    town.advance_to(START + 6 * DAY)
    close(town, "ocds-a2ef3d-roof")
    synchroniser.run_once()
    return Queries(index)


def test_rounds_of_a_custodian_latest_deadline_first(town: Town, custody: Queries) -> None:
    """Of all its key sets together, narrowed to one state; equal deadlines by process, and nobody else's."""
    by_id = sorted(("road", "pool"), key=lambda name: town.process(f"ocds-a2ef3d-{name}"), reverse=True)
    page = custody.rounds_of_custodian(ONE)
    assert (named(page.items), page.total, page.next_cursor) == ([*by_id, "hall", "roof"], 4, None)
    assert named(custody.rounds_of_custodian(ONE, "open").items) == [*by_id, "hall"]
    assert named(custody.rounds_of_custodian(ONE, "opened").items) == ["roof"]
    assert custody.rounds_of_custodian(ONE, "closed").total == 0
    assert named(custody.rounds_of_custodian(THREE).items) == [*by_id, "roof"]
    assert named(custody.rounds_of_custodian(FOUR).items) == ["hall"]
    row = page.items[2]
    assert (row.title, row.buyer_name, row.state, row.deadline, row.key_set) == (
        "Ausschreibung hall", "Stadt Musterlingen", "open", START + 7 * DAY, town.key_set,
    )  # fmt: skip


def test_rounds_of_nobody_and_of_an_officer_none(town: Town, custody: Queries) -> None:
    """An officer's account as a holder, the buyer and the governors hold no custodian's share."""
    for other in (bytes(12) + town.officer_one.account, town.buyer, bytes(32)):
        assert custody.rounds_of_custodian(other).total == 0


def test_rounds_one_by_one_are_the_same_list(custody: Queries) -> None:
    """Cursors lead through all of them; one that the list did not give out is refused."""
    cursor, found = None, list[CustodianRound]()
    while True:
        page = custody.rounds_of_custodian(TWO, cursor=cursor, limit=1)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert tuple(found) == custody.rounds_of_custodian(TWO).items
    assert len(found) == 4
    for wrong in (
        "",
        "x",
        "WzEsMl0",
        "WzEsMiwzXQ",
        "bnVsbA",
        "WzEsIjAxIixudWxsXQ",
        "Wy0xLCIwMSIsMV0",
        "W3RydWUsIjAxIiwxXQ",
    ):
        with pytest.raises(InvalidCursor):
            custody.rounds_of_custodian(TWO, cursor=wrong)
    with pytest.raises(InvalidParameter):
        custody.rounds_of_custodian(TWO, limit=0)


def test_rounds_of_a_custodian_go_by_indexes(custody: Queries, index: Index) -> None:
    """Neither the key sets nor the rounds of others are gone through."""
    asked: list[tuple[str, Any]] = []
    with index.reading() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        event.listen(*listening)
        assert custody.rounds_of_custodian(ONE, "open").total == 3
        event.remove(*listening)
        of_rounds = [query for query in asked if "rounds" in query[0]]
        assert len(of_rounds) == 2
        for query in of_rounds:
            plan = explained(connection, *query)
            assert "ix_key_set_recipients_holder" in plan, plan
            assert "ix_rounds_key_set" in plan, plan
            assert "SCAN rounds" not in plan, plan
            assert "Seq Scan" not in plan, plan


def test_rebuild_and_check_give_the_same_key_sets(
    town: Town, index: Index, synchroniser: Synchroniser, custody: Queries
) -> None:
    """What was added act by act is what all acts give at once."""
    town.jointly(RetireKeySet(town.key_set, b"\x05" * 32, town.expires()))
    synchroniser.run_once()
    followed = index.digest()
    assert check(index, town.chain, town.store) == ()
    synchroniser.rebuild()
    assert index.digest() == followed


def test_run_after_reorganisation_acceptance_and_retirement_taken_back(reorganising: Town, index: Index) -> None:
    """What only blocks that are gone said of a key set is gone: who retired it, who accepted it, then itself."""
    town = reorganising
    town.accept_key_set()
    synchroniser, queries = Synchroniser(index, town.chain, town.store), Queries(index)
    synchroniser.run_once()
    ready = whole(queries, town.key_set)
    key_set = register(town, ONE, TWO, THREE)
    accept(town, key_set, 1)
    town.chain.send(RetireKeySet(key_set, b"\x05" * 32, town.expires()), town.officer_one)
    town.chain.send(RetireKeySet(key_set, b"\x05" * 32, town.expires()), town.officer_two)
    synchroniser.run_once()
    assert whole(queries, key_set)[2] is not None
    for depth, expected in ((1, 1), (3, 0)):
        _reorganise(town, depth)
        synchroniser.run_once()
        accepted, _, retired = whole(queries, key_set)
        assert (sum(time is not None for time in accepted), retired) == (expected, None)
        _is_as_made_from_scratch(index, synchroniser)
    _reorganise(town, 5)
    synchroniser.run_once()
    with pytest.raises(KeySetUnknown):
        queries.key_set(key_set)
    assert whole(queries, town.key_set) == ready
    _is_as_made_from_scratch(index, synchroniser)


def _reorganise(town: Town, depth: int) -> None:
    town.chain.transport.request("anvil_reorg", [depth, []])


def _is_as_made_from_scratch(index: Index, synchroniser: Synchroniser) -> None:
    rolled_back = index.digest()
    synchroniser.rebuild()
    assert index.digest() == rolled_back
