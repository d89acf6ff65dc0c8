"""Reading ahead, deriving once for many batches, and what a lying node's logs are refused for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.acts import Notice, PublishNotices
from ledger.chain.client import Chain
from ledger.chain.rpc import Transport
from ledger.errors import ActsIncomplete, ChainMoved, LogMalformed, NodeAnswerMalformed, NodeUnreachable, SiegelError
from ledger.index import reading
from ledger.index.database import Index
from ledger.index.derive import derive
from ledger.index.history import History
from ledger.index.queries import Queries
from ledger.index.reading import Batch, Reader
from ledger.index.sync import Synchroniser
from ledger.store import ObjectStore
from ledger.terms import NoticeKind
from tests.index.town import Town, anvil_town, release

Log = dict[str, Any]


class Lying:
    """A node whose logs are altered on their way; all else is as it is."""

    url = "lying"

    def __init__(self, honest: Transport, lie: Callable[[list[Log]], list[Log]]) -> None:
        self._honest, self._lie = honest, lie

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """The answer, or the lie."""
        answer = self._honest.request(method, params)
        return self._lie([dict(log) for log in answer]) if method == "eth_getLogs" else answer

    def close(self) -> None:
        """Nothing to let go of."""


def two_in_a_block(town: Town) -> None:
    """Two notices of two processes, recorded in the same block."""
    notices = [Notice(f"ocds-a2ef3d-{n}", NoticeKind.CALL, town.keep(release(f"ocds-a2ef3d-{n}"))) for n in (1, 2)]
    town.chain.send(PublishNotices(town.buyer, town.expires(), tuple(notices)), town.publisher)


def last(**altered: Any) -> Callable[[list[Log]], list[Log]]:
    """The lie that alters the last log."""
    return lambda logs: [*logs[:-1], {**logs[-1], **altered}]


@pytest.mark.parametrize(
    ("lie", "failure"),
    [
        (lambda logs: [*logs, logs[-1]], NodeAnswerMalformed),
        (lambda logs: logs[::-1], NodeAnswerMalformed),
        (last(address="0x" + "77" * 20), NodeAnswerMalformed),
        (last(removed=True), NodeAnswerMalformed),
        (last(blockNumber="0xffff"), NodeAnswerMalformed),
        (lambda logs: [{**logs[0], "blockNumber": "0x0", "logIndex": "0x7"}, *logs[1:]], NodeAnswerMalformed),
        (last(blockHash="0x" + "55" * 32), NodeAnswerMalformed),
        (lambda logs: [*logs[:-2], *(log | {"blockHash": "0x" + "55" * 32} for log in logs[-2:])], ChainMoved),
        (lambda logs: [*logs[:-1], {**logs[-1], "topics": ["0x" + "66" * 32]}], NodeAnswerMalformed),
        (lambda logs: [*logs[:-1], {**logs[-1], "data": logs[-1]["data"][:-64]}], LogMalformed),
        (lambda logs: [*logs[:-1], {**logs[-1], "data": logs[-1]["data"][:-2] + "01"}], LogMalformed),
        (lambda logs: logs[:-1], ActsIncomplete),
        (lambda logs: [logs[0], *logs[2:]], ActsIncomplete),
    ],
    ids=[
        "twice", "out of order", "another contract's", "removed", "beyond the range", "before the range",
        "two hashes of a block", "another hash of the newest block", "another event", "cut off", "altered", "left out",
        "registry's left out",
    ],
)  # fmt: skip
def test_run_node_lies_about_logs_refused_by_name_and_nothing_stored(
    town: Town, sqlite_index: Index, lie: Callable[[list[Log]], list[Log]], failure: type[SiegelError]
) -> None:
    """Whatever is wrong with the logs: a named failure, an index as it was, and a node that comes to its senses is
    read."""
    two_in_a_block(town)
    before = sqlite_index.digest()
    chain = Chain.connect(Lying(town.chain.transport, lie), town.chain.deployment)
    with pytest.raises(failure):
        Synchroniser(sqlite_index, chain, town.store).run_once()
    assert sqlite_index.digest() == before
    Synchroniser(sqlite_index, town.chain, town.store).run_once()
    assert Queries(sqlite_index).processes().total == 2


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The processes that are derived, each as often as it is."""
    found: list[bytes] = []

    def counted(history: History, load: Any) -> Any:
        found.append(history.process_id)
        return derive(history, load)

    monkeypatch.setattr("ledger.index.writer.derive", counted)
    return found


def test_run_process_touched_in_every_batch_is_derived_once(
    town: Town, sqlite_index: Index, derived: list[bytes]
) -> None:
    """Catching up costs a process its acts, not its acts times the batches they lie in."""
    for number in range(1, 13):
        town.notice("ocds-a2ef3d-long", town.keep(release("ocds-a2ef3d-long", number)))
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store, batch=2)
    assert synchroniser.run_once().acts == 15
    assert derived == [town.process("ocds-a2ef3d-long")]
    town.notice("ocds-a2ef3d-long", town.keep(release("ocds-a2ef3d-long", 13)))
    synchroniser.run_once()
    assert len(derived) == 2
    assert Queries(sqlite_index).process(town.process("ocds-a2ef3d-long")).acts == 13


def test_batches_are_as_long_as_their_acts_allow_and_one_ahead(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges grow over empty blocks and shrink where there are acts; no more than one batch waits to be stored."""
    monkeypatch.setattr(reading, "ENOUGH_ACTS", 3)
    monkeypatch.setattr(reading, "FIRST_BLOCKS", 8)
    for _ in range(20):
        two_in_a_block_of(town)
    reader = Reader(town.chain, 1_000)
    begun: list[tuple[int, int]] = []
    read = reader.read

    def noted(first: int, last: int) -> Batch:
        begun.append((first, last))
        return read(first, last)

    monkeypatch.setattr(reader, "read", noted)
    head = town.chain.block_number()
    taken = []
    for number, batch in enumerate(reader.batches(0, head), 1):
        assert len(begun) <= number + 1
        taken.append((batch.bottom.number, batch.top.number))
    assert taken == begun
    assert [low for low, _ in taken] == [0, *(high + 1 for _, high in taken[:-1])]
    assert taken[-1][1] == head
    assert {high - low + 1 for low, high in taken[2:]} == {1}


def two_in_a_block_of(town: Town) -> None:
    """Two notices of one process, recorded in the same block."""
    ocid = "ocds-a2ef3d-twice"
    notices = [Notice(ocid, NoticeKind.CALL, town.keep(release(ocid, n))) for n in (1, 2)]
    town.chain.send(PublishNotices(town.buyer, town.expires(), tuple(notices)), town.publisher)


class Failing:
    """A chain whose node is gone from some block on."""

    def __init__(self, chain: Chain, since: int) -> None:
        self._chain, self._since = chain, since

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def logs(self, first: int, last: int, topics: Sequence[bytes] = ()) -> Iterator[Any]:
        """The logs, as long as there is a node."""
        if last >= self._since:
            raise NodeUnreachable(url="http://127.0.0.1:1", reason="gone")
        return self._chain.logs(first, last, topics)


def test_run_node_gone_while_reading_ahead_whole_transactions_stay(town: Town, index: Index) -> None:
    """The failure of the thread that reads ahead is the run's own, and what was stored before it stays."""
    for number in range(1, 11):
        town.notice(f"ocds-a2ef3d-{number}", town.keep(release(f"ocds-a2ef3d-{number}")))
    head = town.chain.block_number()
    failing: Any = Failing(town.chain, head - 2)
    with pytest.raises(NodeUnreachable):
        Synchroniser(index, failing, town.store, batch=2, enough=3).run_once()
    stood = index.status().indexed_block
    assert stood is not None
    assert head - 8 < stood < head - 2
    Synchroniser(index, town.chain, town.store, batch=2, enough=3).run_once()
    assert Queries(index).processes().total == 10


class Counting(ObjectStore):
    """A store that counts the releases it is asked for."""

    asked = 0

    def exists(self, digest: bytes) -> bool:
        """As the store; counted."""
        self.asked += 1
        return super().exists(digest)


def test_run_many_releases_awaited_store_is_not_asked_for_each_every_time(town: Town, sqlite_index: Index) -> None:
    """Releases of others are awaited for ever; looking for one that comes must not cost as many questions."""
    kept = town.keep(release("ocds-a2ef3d-1"))
    content = town.store.path(kept).read_bytes()
    others = [Notice(f"ocds-c0ffee-{n}", NoticeKind.CALL, n.to_bytes(2, "big") * 16) for n in range(257, 1957, 17)]
    town.store.discard(kept)
    town.chain.send(PublishNotices(town.buyer, town.expires(), tuple(others[:100])), town.publisher)
    town.notice("ocds-a2ef3d-1", kept)
    store = Counting(town.store.folder)
    synchroniser = Synchroniser(sqlite_index, town.chain, store)
    synchroniser.run_once()
    settle(store)
    synchroniser.run_once()
    store.asked = 0
    synchroniser.run_once()
    assert store.asked == 0
    place = store.folder / "public" / kept.hex()[:2]
    place.mkdir(exist_ok=True)
    (place / f"{kept.hex()}.salted").write_bytes(content)
    synchroniser.run_once()
    assert 1 <= store.asked <= 10
    assert Queries(sqlite_index).process(town.process("ocds-a2ef3d-1")).title == "Neubau der Feuerwache"
    assert Queries(sqlite_index).processes().total == 101


def settle(store: ObjectStore) -> None:
    """As if the folders of the store had been written to a while ago."""
    for folder in store.folder.glob("*/*"):
        if folder.is_dir():
            os.utime(folder, (1_767_600_000, 1_767_600_000))


FOLLOWS = """
import sys
from pathlib import Path
from ledger.cli import indexing, session
from ledger.chain.client import Chain
from ledger.chain.deployment import Deployment
from ledger.index.database import Index
from ledger.index.follower import Follower
from ledger.index.sync import Synchroniser
from ledger.store import ObjectStore

url, deployment, store, index_url = sys.argv[1:]
chain = Chain.connect(url, Deployment.load(Path(deployment)))
print(Synchroniser(Index.open(index_url), chain, ObjectStore(Path(store))).run_once().acts)
print(sorted({"web3", "eth", "eth_tester", "eth_account", "ledger.chain.node"} & sys.modules.keys()))
"""


def test_run_on_a_node_over_http_needs_neither_evm_nor_web3(tmp_path: Path) -> None:
    """They would be half of the memory that an indexer takes."""
    with anvil_town(tmp_path / "town") as town:
        town.notice("ocds-a2ef3d-1", town.keep(release("ocds-a2ef3d-1")))
        town.chain.deployment.save(tmp_path / "deployment.json")
        arguments = [town.chain.transport.url, tmp_path / "deployment.json", town.store.folder]
        command = [sys.executable, "-c", FOLLOWS, *map(str, arguments), f"sqlite:///{tmp_path / 'index.sqlite'}"]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.splitlines() == ["4", "[]"]
