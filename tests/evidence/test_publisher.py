"""Which blocks are logged: every one with an act, and the first of each later day; as an auditor would list them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.acts import LotTerms, PublishTender, RoundTerms, TenderTerms
from ledger.chain.codec import ACT_RECORDED
from ledger.chain.identifiers import lot_id
from ledger.errors import BlockHashMismatch, ChainLeftLog
from ledger.evidence.log.folder import LogFolder, create_log
from ledger.evidence.log.keeper import LogKeeper
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.log.writer import writing
from ledger.evidence.verify.header import read_header
from ledger.index.database import Index
from ledger.index.sync import Synchroniser
from ledger.terms import RoundKind
from tests.evidence.test_log_folder import ORIGIN
from tests.evidence.written_chain import Written, indexed
from tests.index.test_reorganisation import publish, reorganise
from tests.index.town import DAY, START, Town, anvil_town, embedded_town, release
from tests.waiting import wait_until


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An empty index."""
    index = Index.open(f"sqlite:///{tmp_path / 'index.sqlite'}")
    yield index
    index.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town on the embedded chain."""
    with embedded_town(tmp_path / "town") as town:
        yield town


@pytest.fixture
def log(tmp_path: Path) -> LogFolder:
    """A new log."""
    return create_log(tmp_path / "log", ORIGIN)


def logged(log: LogFolder) -> list[int]:
    """The numbers of the logged blocks, in the log's order."""
    return [read_header(log.leaf(at)).number for at in range(log.newest().size)]


def demanded(town: Town) -> list[int]:
    """The rule of docs/log.md, from the chain's own logs and every single block."""
    newest = town.chain.block_number()
    acts = {entry.block_number for entry in town.chain.logs(0, newest, [ACT_RECORDED])}
    times = [town.chain.block(number).time for number in range(newest + 1)]
    first = min(acts)
    beats = {number for number in range(first + 1, newest + 1) if times[number] // DAY > times[number - 1] // DAY}
    return sorted(acts | beats)


def propose(town: Town, ocid: str) -> None:
    """The first officer's call of a joint act: a block without an act."""
    round = RoundTerms(RoundKind.BIDS, START + 60 * DAY, town.key_set)
    terms = TenderTerms(ocid=ocid, lots=(LotTerms(lot_id("L1")),), minimum_standstill=10 * DAY, round=round)
    act = PublishTender(town.buyer, town.expires(), town.keep(release(ocid)), terms)
    recorded = town.chain.send(act, town.officer_one)
    assert not recorded.records


def test_publish_logs_acts_and_first_blocks_of_days(town: Town, index: Index, log: LogFolder) -> None:
    """A proposal of a joint act is no act: its block is logged only where it begins a day."""
    synchroniser = Synchroniser(index, town.chain, town.store)
    publisher = Publisher(log.folder.parent, town.chain, index)
    assert publisher.publish().added == 0, "the index has read nothing"
    town.accept_key_set()
    publish(town, 3)
    synchroniser.run_once()
    assert publisher.publish().added == log.newest().size > 3
    propose(town, "ocds-a2ef3d-today")
    publish(town, 1)
    town.advance_to(START + 3 * DAY)
    propose(town, "ocds-a2ef3d-later")
    propose(town, "ocds-a2ef3d-later-2")
    town.advance_to(START + 4 * DAY)
    publish(town, 2)
    synchroniser.run_once()
    published = publisher.publish()
    assert published.added == 4, "three acts and one proposal"
    assert logged(log) == demanded(town)
    assert published.tree == log.newest()
    for at in range(published.tree.size):
        header = read_header(log.leaf(at))
        assert header.block_hash == town.chain.block(header.number).hash
    before = (log.folder / "checkpoint").stat()
    assert publisher.publish().added == 0
    assert Publisher(log.folder.parent, town.chain, index).publish().added == 0
    assert (log.folder / "checkpoint").stat() == before, "nothing new is nothing signed"


def test_publish_after_the_chain_was_rewritten_signs_nothing_more(tmp_path: Path, index: Index, log: LogFolder) -> None:
    """The last logged block has another hash, or is gone: what was signed stays, and the failure says why."""
    with anvil_town(tmp_path / "town") as town:
        synchroniser = Synchroniser(index, town.chain, town.store)
        publisher = Publisher(log.folder.parent, town.chain, index)
        publish(town, 5)
        synchroniser.run_once()
        publisher.publish()
        signed = log.newest()
        reorganise(town, 2)
        synchroniser.run_once()
        for again in (publisher, Publisher(log.folder.parent, town.chain, index)):
            with pytest.raises(ChainLeftLog, match=f"Block {logged(log)[-1]} is in the log"):
                again.publish()
        publish(town, 3)
        synchroniser.run_once()
        with pytest.raises(ChainLeftLog):
            publisher.publish()
        assert log.newest() == signed


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_publish_in_any_steps_logs_what_the_rule_demands(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Days without a block, days without an act, many blocks a day, read by the index in any steps."""
    folder = tmp_path_factory.mktemp("written")
    gaps = data.draw(st.lists(st.sampled_from([1, 5, DAY // 3, DAY, 3 * DAY]), min_size=1, max_size=40))
    times = [START + sum(gaps[:at]) for at in range(len(gaps))]
    acts = data.draw(st.sets(st.integers(0, len(times) - 1)))
    stops = sorted(data.draw(st.sets(st.integers(0, len(times) - 1), max_size=4)) | {len(times) - 1})
    chain, log, index = (
        Written(times),
        create_log(folder / "log", ORIGIN),
        Index.open(f"sqlite:///{folder / 'index.sqlite'}"),
    )
    for stop in stops:
        indexed(index, chain, acts, stop)
        Publisher(folder / "log", chain, index).publish()
    first = min(acts, default=len(times))
    beats = {at for at in range(first + 1, len(times)) if times[at] // DAY > times[at - 1] // DAY}
    assert logged(log) == sorted(acts | beats)
    index.close()


def test_publish_more_than_a_tile_in_one_round(tmp_path: Path, index: Index, log: LogFolder) -> None:
    """A chain that was there before its log; the days' first blocks are found without asking for every block."""
    chain = Written([START + at * 300 for at in range(3_000)])
    acts = set(range(100, 900))
    indexed(index, chain, acts, 2_999)
    chain.asked = 0
    assert Publisher(log.folder.parent, chain, index).publish().added == log.newest().size
    beats = [at for at in range(900, 3_000) if chain.times[at] // DAY > chain.times[at - 1] // DAY]
    assert logged(log) == [*sorted(acts), *beats]
    assert chain.asked < 400


def test_publish_a_header_that_is_not_the_indexed_blocks_is_refused(index: Index, log: LogFolder) -> None:
    """The node answers with another header, of another number or of another hash; nothing of it is logged."""
    chain = Written([START, START + 1, START + 2])
    indexed(index, chain, {1}, 2)
    chain.raw[1] = chain.raw[2]
    with pytest.raises(BlockHashMismatch):
        Publisher(log.folder.parent, chain, index).publish()
    assert log.newest().size == 0


def test_publish_beside_another_process_logs_nothing_twice(index: Index, log: LogFolder) -> None:
    """What somebody else logged meanwhile is taken up from the folder."""
    chain = Written([START + at for at in range(5)])
    indexed(index, chain, {0, 1, 2, 3, 4}, 2)
    publisher = Publisher(log.folder.parent, chain, index)
    publisher.publish()
    with writing(log) as writer:
        writer.append([chain.raw[3]])
    indexed(index, chain, {0, 1, 2, 3, 4}, 4)
    assert publisher.publish().added == 1
    assert logged(log) == [0, 1, 2, 3, 4]


def test_keeper_says_why_it_stands_still_and_goes_on_afterwards(
    index: Index, log: LogFolder, caplog: pytest.LogCaptureFixture
) -> None:
    """The chain left the log, and then it is back; the log of the process says it once, not in every round."""
    chain = Written([START + at for at in range(5)])
    indexed(index, chain, {0, 1, 2, 3, 4}, 2)
    keeper = LogKeeper(log.folder.parent, chain, index, 0.01)
    keeper.start()
    wait_until(lambda: log.newest().size == 3)
    last = chain.raw[2]
    chain.raw[2] = chain.raw[1]
    wait_until(lambda: isinstance(keeper.failure, ChainLeftLog))
    with pytest.raises(ChainLeftLog):
        Publisher(log.folder.parent, chain, index).check()
    sleep(0.2)
    assert [record.message.count("ChainLeftLog") for record in caplog.records] == [1]
    chain.raw[2] = last
    wait_until(lambda: keeper.failure is None)
    assert Publisher(log.folder.parent, chain, index).check() == log.newest()
    indexed(index, chain, {0, 1, 2, 3, 4}, 4)
    wait_until(lambda: log.newest().size == 5)
    keeper.stop()
    assert keeper.failure is None
