"""Processes that go on from the history kept in memory: the same rows as derived whole, at the cost of what is new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from ledger.chain.acts import CancelTender, CommitBid, Reinstate
from ledger.chain.record import ZERO, ActRecord
from ledger.errors import ActsIncomplete
from ledger.index import schema
from ledger.index.database import Index
from ledger.index.history import History
from ledger.index.long_histories import LongHistories
from ledger.index.queries import Queries
from ledger.index.raw import record_of
from ledger.index.sync import Synchroniser
from ledger.store import ObjectStore
from tests.chain import story
from tests.chain.nodes import anvil
from tests.chain.town import settle
from tests.index.test_synchronising import Forgetful, publish
from tests.index.town import DAY, START, Town, anvil_town, release

OCID = "ocds-a2ef3d-school"


class Counting(LongHistories):
    """Keeps histories of any length, and counts those that went on."""

    def __init__(self) -> None:
        super().__init__(least=1)
        self.resumed = 0

    def resume(self, connection: Any, process_id: bytes) -> History | None:
        """As it is, counted."""
        history = super().resume(connection, process_id)
        self.resumed += history is not None
        return history


@pytest.mark.parametrize(("postgresql", "step"), [(False, 1), (True, 7)], ids=["sqlite", "postgresql"])
def test_story_followed_bit_by_bit_same_rows_as_derived_whole(
    request: pytest.FixtureRequest, tmp_path: Path, postgresql: bool, step: int
) -> None:
    """Every act of the statute: after each ``step`` blocks the tables are those of an index that keeps nothing."""
    url = request.getfixturevalue("postgres_url") if postgresql else f"sqlite:///{tmp_path / 'kept.sqlite'}"
    kept, whole = Index.open(url), Index.open(f"sqlite:///{tmp_path / 'whole.sqlite'}")
    store, long = ObjectStore(tmp_path / "store"), Counting()
    with anvil() as node:
        town = settle(node)
        story.tell(town)
        follows = Synchroniser(kept, town.chain, store, long=long)
        derives_whole = Synchroniser(whole, town.chain, store, long=LongHistories(least=1_000_000))
        blocks = [*range(town.chain.deployment.block, town.chain.block_number(), step), town.chain.block_number()]
        for block in blocks:
            follows.run_once(block)
            derives_whole.run_once(block)
            assert kept.digest() == whole.digest(), block
    assert long.resumed > len(blocks) / 3
    kept.close()
    whole.close()


@pytest.fixture
def tendering(tmp_path: Path) -> Iterator[Town]:
    """A sealed process that takes bids, on anvil, where anybody may send for anybody."""
    with anvil_town(tmp_path / "town") as town:
        town.accept_key_set()
        town.tender(OCID, town.keep(release(OCID)), START + 30 * DAY)
        yield town


def commit(town: Town, number: int) -> None:
    """One bid more."""
    bid = CommitBid(town.process(OCID), 1, number.to_bytes(32, "big"), ZERO, town.expires())
    town.chain.send(bid, town.bidder_one)


def taking_bids(town: Town, index: Index, number: int) -> tuple[Counting, Synchroniser]:
    """An index that knows so many bids, and what its synchroniser keeps."""
    long = Counting()
    synchroniser = Synchroniser(index, town.chain, town.store, long=long)
    for bid in range(1, number + 1):
        commit(town, bid)
    synchroniser.run_once()
    return long, synchroniser


def require_as_derived_whole(index: Index, synchroniser: Synchroniser) -> None:
    """Every row is what reading all anew gives."""
    grown = index.digest()
    synchroniser.rebuild()
    assert index.digest() == grown


def test_one_bid_more_reads_one_act_and_writes_one_bid(
    tendering: Town, sqlite_index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many bids there are, the next one costs what it is."""
    town = tendering
    long, synchroniser = taking_bids(town, sqlite_index, 20)
    commit(town, 21)
    read: list[Any] = []

    def noted(row: Any) -> ActRecord:
        read.append(row)
        return record_of(row)

    monkeypatch.setattr("ledger.index.writer.record_of", noted)
    written: dict[tuple[str, str], int] = {}

    def note(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "DELETE")):
            verb, _, table = statement.split(" ")[:3]
            written[verb, table.strip('"')] = cursor.rowcount

    with sqlite_index.reading() as connection:
        listening = (connection.engine, "after_cursor_execute", note)
    event.listen(*listening)
    synchroniser.run_once()
    event.remove(*listening)
    assert (long.resumed, len(read)) == (1, 1)
    assert (written["DELETE", "bids"], written["INSERT", "bids"]) == (0, 1)
    assert written["INSERT", "lookup"] == written["DELETE", "lookup"] + 1 < 5
    assert len(Queries(sqlite_index).rounds(town.process(OCID))[0].bids) == 21


def test_cancelled_and_reinstated_bids_nobody_opened_change_with_it(tendering: Town, sqlite_index: Index) -> None:
    """An act about the whole process writes the bids that it changes, though it names none of them."""
    town = tendering
    long, synchroniser = taking_bids(town, sqlite_index, 3)
    outcomes = []
    for number, act in enumerate((CancelTender, Reinstate), 2):
        release_digest = town.keep(release(OCID, number))
        town.jointly(act(town.call(OCID, ground=bytes([number]) * 32, release=release_digest)))
        synchroniser.run_once()
        (round_,) = Queries(sqlite_index).rounds(town.process(OCID))
        outcomes.append([bid.outcome for bid in round_.bids])
    assert outcomes == [["returned"] * 3, ["pending"] * 3]
    assert long.resumed == 2
    require_as_derived_whole(sqlite_index, synchroniser)


def test_transaction_that_failed_leaves_no_history_behind(town: Town, index: Index) -> None:
    """A node that hides an act is refused, and what was read then does not count when it comes to its senses."""
    long = Counting()
    publish(town)
    Synchroniser(index, town.chain, town.store, long=long).run_once()
    publish(town, number=2)
    publish(town, number=3)
    block = town.chain.block_number()
    forgetful: Any = Forgetful(town.chain, lambda log: log.block_number == block)
    with pytest.raises(ActsIncomplete):
        Synchroniser(index, forgetful, town.store, long=long).run_once()
    assert long.resumed == 1
    honest = Synchroniser(index, town.chain, town.store, long=long)
    honest.run_once()
    assert long.resumed == 1
    require_as_derived_whole(index, honest)
    assert Queries(index).process(town.process("ocds-a2ef3d-fire-station")).acts == 3


def test_resume_same_acts_in_another_block_derived_whole(town: Town, sqlite_index: Index) -> None:
    """Acts that were recorded again after a reorganisation may have the same head in other blocks."""
    long = LongHistories(least=1)
    publish(town)
    Synchroniser(sqlite_index, town.chain, town.store, long=long).run_once()
    blocks = schema.blocks
    with sqlite_index.writing() as connection:
        connection.execute(update(blocks).where(blocks.c.number == town.chain.block_number()).values(hash=b"\1" * 32))
        assert long.resume(connection, town.process("ocds-a2ef3d-fire-station")) is None


def test_reorganised_chain_kept_histories_go_with_its_blocks(tendering: Town, sqlite_index: Index) -> None:
    """What went on from blocks that are gone is derived whole, and goes on from there."""
    town = tendering
    long, synchroniser = taking_bids(town, sqlite_index, 1)
    for number in range(2, 6):
        commit(town, number)
        synchroniser.run_once()
    assert long.resumed == 4
    town.chain.transport.request("anvil_reorg", [3, []])
    for number in range(10, 12):
        commit(town, number)
        synchroniser.run_once()
    require_as_derived_whole(sqlite_index, synchroniser)


def test_two_programs_on_one_index_each_goes_on_only_from_its_own_rows(town: Town, index: Index) -> None:
    """What another program wrote in between makes a history worthless."""
    ones, twos = Counting(), Counting()
    one, two = (Synchroniser(index, town.chain, town.store, long=long) for long in (ones, twos))
    for number, synchroniser in enumerate((one, two, one, one, two), 1):
        publish(town, number=number, title=f"Fassung {number}")
        synchroniser.run_once()
    assert (ones.resumed, twos.resumed) == (1, 0)
    require_as_derived_whole(index, one)


def test_keep_more_than_there_is_room_for_oldest_goes(town: Town, sqlite_index: Index) -> None:
    """Memory is bounded by the acts of all kept processes together; a process beyond it is never kept."""
    long = LongHistories(least=2, most=5)
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store, long=long)
    ocids = ("ocds-a2ef3d-one", "ocds-a2ef3d-two", "ocds-a2ef3d-three", "ocds-a2ef3d-four")
    for ocid, acts in zip(ocids, (2, 3, 1, 6), strict=True):
        for number in range(1, acts + 1):
            publish(town, ocid, number)
        synchroniser.run_once()

    def is_kept(ocid: str) -> bool:
        with sqlite_index.reading() as connection:
            return long.resume(connection, town.process(ocid)) is not None

    publish(town, ocids[1], 4)
    synchroniser.run_once()
    assert [is_kept(ocid) for ocid in ocids] == [False, True, False, False]
