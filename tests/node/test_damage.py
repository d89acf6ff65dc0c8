"""One flipped byte in stored data is noticed, named and never repaired."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.chain.node import DevelopmentClock, EmbeddedNode
from ledger.chain.node.database import DATABASE
from ledger.chain.node.schema import COLUMNS
from ledger.errors import ChainDamaged, ChainFormatUnknown, ChainStorageFailed
from tests.node.board import Signer, deploy, send
from tests.node.damage import content, flip_one_byte, folded, places

FLIPS = 12
SEED = 7
TABLES = ["meta", *COLUMNS]
INDEXES = ["sqlite_autoindex_node_1", "sqlite_autoindex_block_1", "sqlite_autoindex_tx_1", "log_by_address"]
INDEXES += [f"log_by_topic{place}" for place in range(4)]
INDEXES += ["sqlite_autoindex_pending_1", "sqlite_schema"]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed chain with forty blocks of history and three transactions that still wait for a block."""
    import time

    from ledger.chain.node import genesis

    folder = tmp_path_factory.mktemp("damage") / "chain"
    start = int(time.time()) - 86_400
    genesis.create(folder, genesis_time=start)
    with EmbeddedNode.open(folder, clock=DevelopmentClock(start)) as node:
        buyer = Signer(node.chain_id)
        board = deploy(node, buyer)
        for number in range(39):
            send(node, buyer.post(board, number))
    with EmbeddedNode.open(folder, clock=StoppedClock(start)) as node:
        for number in range(39, 42):
            send(node, buyer.post(board, number))
    return folder


class StoppedClock:
    """A wall clock that was set back: no block can be made, everything waits."""

    is_wall = True

    def __init__(self, second: int) -> None:
        self._second = second

    def now(self) -> int:
        return self._second

    def wait_after(self, second: int) -> float:
        return 3_600.0


def refusal(folder: Path) -> ChainDamaged | None:
    """What the node says when it opens this folder and has looked at everything; None if it found nothing."""
    try:
        with EmbeddedNode.open(folder, clock=StoppedClock(0)) as node:
            assert node.await_check(30)
            node.request("eth_blockNumber")
            return None
    except ChainDamaged as damage:
        return damage


@pytest.mark.parametrize("name", TABLES + INDEXES)
def test_open_after_one_flipped_byte_refuses_every_time(name: str, chain: Path, tmp_path: Path) -> None:
    """In each table and each index, whatever byte it is: refused with a message that names a table."""
    pages = places(chain)[name]
    before = content(chain)
    chance = random.Random(f"{SEED} {name}")
    for turn in range(FLIPS):
        broken = folded(chain, tmp_path / str(turn))
        where = flip_one_byte(broken, pages, chance, before)
        damaged = (broken / DATABASE).read_bytes()
        found = refusal(broken)
        assert found is not None, f"{name}: {where} was not noticed"
        assert str(found).startswith("The chain is damaged: table ")
        assert (broken / DATABASE).read_bytes() == damaged, "a damaged chain was written to"


def test_open_undamaged_copy_is_accepted(chain: Path, tmp_path: Path) -> None:
    """The positive control: the same folder without a flip opens and passes the whole check."""
    copy = folded(chain, tmp_path / "whole")
    assert refusal(copy) is None
    with EmbeddedNode.open(copy, clock=StoppedClock(0)) as node:
        node.verify()
        assert node.request("txpool_status")["pending"] == "0x3"


def change(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        connection.execute(sql)


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("meta", "UPDATE meta SET value = x'00' WHERE name = 'chain id'"),
        ("meta", "DELETE FROM meta WHERE name = 'head'"),
        ("meta", "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'tally tx') WHERE name = 'tally log'"),
        ("node", "DELETE FROM node WHERE rowid = 20"),
        ("node", "INSERT INTO node VALUES (x'01', x'02')"),
        ("block", "DELETE FROM block WHERE number = 20"),
        ("block", "UPDATE block SET logs = 2 WHERE number = 20"),
        ("tx", "DELETE FROM tx WHERE id = 20 << 20"),
        ("tx", "UPDATE tx SET id = 5000000000 WHERE id = 20 << 20"),
        ("log", "DELETE FROM log WHERE id = 20 << 20"),
        ("log", "UPDATE log SET data = x'01' WHERE id = 20 << 20"),
        ("pending", "DELETE FROM pending WHERE id = 2"),
        ("pending", "UPDATE pending SET id = 9 WHERE id = 2"),
    ],
)
def test_open_after_a_changed_row_names_its_table(table: str, sql: str, chain: Path, tmp_path: Path) -> None:
    """A row that was changed, removed, moved or added behind the node's back is found in its table."""
    copy = folded(chain, tmp_path / "copy")
    change(copy, sql)
    found = refusal(copy)
    assert found is not None
    assert found.values["table"] == table


def test_open_with_swapped_rows_refuses(chain: Path, tmp_path: Path) -> None:
    """Two rows whose contents were exchanged, sums and all, are both wrong where they are now."""
    copy = folded(chain, tmp_path / "copy")
    change(copy, "UPDATE tx SET id = -id WHERE id = 20 << 20")
    change(copy, "UPDATE tx SET id = 20 << 20 WHERE id = 21 << 20")
    change(copy, "UPDATE tx SET id = 21 << 20 WHERE id = -(20 << 20)")
    found = refusal(copy)
    assert found is not None
    assert found.values["table"] == "tx"


def test_read_of_a_damaged_row_refuses_before_the_check_is_through(chain: Path, tmp_path: Path) -> None:
    """A row that is read is checked there and then, and from that moment the node answers nothing else."""
    copy = folded(chain, tmp_path / "copy")
    with EmbeddedNode.open(copy, clock=StoppedClock(0)) as node:
        assert node.await_check(30)
        change(copy, "UPDATE tx SET gas_used = 1 WHERE id = 20 << 20")
        node.request("eth_getBlockByNumber", ["0x13", True])
        for method, params in (("eth_getBlockByNumber", ["0x14", True]), ("eth_chainId", [])):
            with pytest.raises(ChainDamaged, match="table tx, key 20971520"):
                node.request(method, params)
        assert node.failure is not None


def test_open_with_fewer_commits_than_answered_refuses(chain: Path, tmp_path: Path) -> None:
    """A database from before an answer (an old copy, a lost write-ahead log) is not taken for the chain."""
    copy, later = folded(chain, tmp_path / "copy"), tmp_path / "later"
    with EmbeddedNode.open(folded(chain, later), clock=DevelopmentClock(0)) as node:
        send(node, Signer(node.chain_id).sign("0x" + "11" * 20, "0x"))
    (copy / "answered").write_bytes((later / "answered").read_bytes())
    with pytest.raises(ChainDamaged, match="were answered"):
        EmbeddedNode.open(copy)


@pytest.mark.parametrize("data", [None, b"", b"\x00" * 40])
def test_open_with_damaged_mark_refuses(data: bytes | None, chain: Path, tmp_path: Path) -> None:
    """The mark of answered commits is itself checked."""
    copy = folded(chain, tmp_path / "copy")
    if data is None:
        (copy / "answered").unlink()
    else:
        (copy / "answered").write_bytes(data)
    with pytest.raises(ChainDamaged, match="table answered"):
        EmbeddedNode.open(copy)


def test_commit_that_fails_is_not_answered_and_leaves_the_rest_whole(chain: Path, tmp_path: Path) -> None:
    """With a full disk the node refuses by name; what it had answered stays, and with room again it goes on."""
    copy = folded(chain, tmp_path / "copy")
    with EmbeddedNode.open(copy, clock=StoppedClock(0)) as node:
        assert node.await_check(30)
        stranger = Signer(node.chain_id)
        answered = [send(node, stranger.sign("0x" + "11" * 20, "0x" + "aa" * 3_000))]
        node.store._writer.execute("PRAGMA max_page_count = 1")
        with pytest.raises(ChainStorageFailed, match="full"):
            while len(answered) < 100:
                answered.append(send(node, stranger.sign("0x" + "11" * 20, "0x" + "aa" * 3_000)))
        node.store._writer.execute("PRAGMA max_page_count = 1000000")
        stranger.nonce -= 1
        answered.append(send(node, stranger.sign("0x" + "11" * 20, "0x" + "aa" * 3_000)))
        node.verify()
    with EmbeddedNode.open(copy, clock=StoppedClock(0)) as node:
        assert all(node.request("eth_getTransactionByHash", [key]) for key in answered)
        assert node.request("txpool_status")["pending"] == hex(3 + len(answered))


def test_open_format_of_another_version_refuses(chain: Path, tmp_path: Path) -> None:
    """A database of a layout this version does not know is left alone."""
    from ledger.chain.node.commit import write_meta
    from ledger.chain.node.database import connect

    copy = folded(chain, tmp_path / "copy")
    with closing(connect(copy / DATABASE, read_only=False)) as connection:
        write_meta(connection, {"format": b"\x00\x09"})
    with pytest.raises(ChainFormatUnknown, match="format 9"):
        EmbeddedNode.open(copy)
