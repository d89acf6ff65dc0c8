"""The chain's folder: made once, held by one process, whole after a crash."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

from ledger.chain.node import EmbeddedNode, genesis
from ledger.chain.node.mark import holder
from ledger.errors import ChainClosed, ChainDamaged, ChainExists, ChainInUse, ChainMissing
from tests.node.board import BYTECODE, Signer, statuses
from tests.node.process import NodeProcess, ask


def test_create_twice_makes_two_different_chains(tmp_path: Path) -> None:
    """Genesis and chain id are random: signatures of one installation mean nothing on another."""
    found = set()
    for name in ("one", "two"):
        genesis.create(tmp_path / name, genesis_time=1_700_000_000)
        with EmbeddedNode.open(tmp_path / name) as node:
            block = node.request("eth_getBlockByNumber", ["0x0", False])
            found |= {block["hash"], node.request("eth_chainId"), node.request("net_version")}
            assert block["timestamp"] == hex(1_700_000_000)
            assert 2**32 <= node.chain_id < 2**48
            assert node.chain_id == 2**32 + int(block["hash"], 16) % (2**48 - 2**32)
    assert len(found) == 6


def test_create_with_chain_id_uses_it(tmp_path: Path) -> None:
    """A chain id can be given, for a chain that has to be somebody's."""
    genesis.create(tmp_path, chain_id=4711)
    with EmbeddedNode.open(tmp_path) as node:
        assert node.chain_id == 4711


def test_create_over_a_chain_is_refused(folder: Path) -> None:
    """A chain is never overwritten."""
    with pytest.raises(ChainExists):
        genesis.create(folder)


def test_open_without_a_chain_is_refused(tmp_path: Path) -> None:
    """An empty folder, or one where the creation was cut off, holds no chain."""
    with pytest.raises(ChainMissing):
        EmbeddedNode.open(tmp_path)
    (tmp_path / "chain.sqlite.new").write_bytes(b"cut off")
    with pytest.raises(ChainMissing):
        EmbeddedNode.open(tmp_path)
    genesis.create(tmp_path)
    EmbeddedNode.open(tmp_path).close()


def test_create_where_a_write_ahead_log_was_left_ignores_it(killed: tuple[Path, list[str]]) -> None:
    """The log of a removed chain is not replayed into the new one."""
    folder, _ = killed
    (folder / "chain.sqlite").unlink()
    genesis.create(folder)
    with EmbeddedNode.open(folder) as node:
        node.verify()
        assert node.request("eth_blockNumber") == "0x0"


def test_open_by_a_second_process_is_refused_until_the_first_ends(folder: Path) -> None:
    """One chain, one process; the refusal names the other, and a killed one holds nothing."""
    process = NodeProcess(folder)
    with pytest.raises(ChainInUse) as refused:
        EmbeddedNode.open(folder)
    assert refused.value.values["process"] == str(process.identifier)
    with pytest.raises(RuntimeError, match=r"ChainInUse: The chain at .* is in use by process"):
        NodeProcess(folder)
    assert holder(folder) == str(process.identifier)
    process.kill()
    assert holder(folder) is None
    with EmbeddedNode.open(folder), pytest.raises(ChainInUse):
        EmbeddedNode.open(folder)


def test_request_after_close_is_refused(folder: Path) -> None:
    """A closed node says so; closing twice is nothing."""
    node = EmbeddedNode.open(folder)
    node.close()
    node.close()
    with pytest.raises(ChainClosed):
        node.request("eth_blockNumber")


def test_stop_of_a_process_is_clean(folder: Path) -> None:
    """SIGTERM ends the process with 0 and leaves no write-ahead log behind."""
    process = NodeProcess(folder)
    assert ask(process.url, "eth_blockNumber")["result"] == "0x0"
    assert process.stop() == 0
    assert not list(folder.glob("*-wal"))


@pytest.fixture
def killed(tmp_path: Path) -> tuple[Path, list[str]]:
    """A folder left by a killed node, with a write-ahead log in it, and what had been answered."""
    folder = tmp_path / "killed"
    genesis.create(folder, genesis_time=int(time.time()) - 100)
    process = NodeProcess(folder)
    signer = Signer(int(ask(process.url, "eth_chainId")["result"], 16))
    keys = [ask(process.url, "eth_sendRawTransaction", signer.sign(None, BYTECODE))["result"] for _ in range(25)]
    process.kill()
    assert (folder / "chain.sqlite-wal").stat().st_size > 100_000
    return folder, keys


def test_open_with_damaged_write_ahead_log_never_loses_an_answer_silently(
    killed: tuple[Path, list[str]], tmp_path: Path
) -> None:
    """SQLite drops the log from a damaged frame on; the node then refuses, unless the frame was no longer needed."""
    folder, keys = killed
    chance = random.Random(3)
    refused = 0
    for turn in range(25):
        copy = tmp_path / f"copy {turn}"
        shutil.copytree(folder, copy)
        path = copy / "chain.sqlite-wal"
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        path.write_bytes(data)
        try:
            with EmbeddedNode.open(copy) as node:
                assert node.await_check(30)
                while node.request("txpool_status")["pending"] != "0x0":
                    time.sleep(0.01)
                assert statuses(node, keys) == ["0x1"] * len(keys)
        except ChainDamaged:
            refused += 1
    assert refused > 20


def test_open_with_torn_last_write_drops_only_what_was_not_answered(
    killed: tuple[Path, list[str]], tmp_path: Path
) -> None:
    """Half a frame behind the last answered commit, as a crash leaves it, is dropped; all answers are there."""
    folder, keys = killed
    path = folder / "chain.sqlite-wal"
    frames = path.read_bytes()
    path.write_bytes(frames + frames[32 : 32 + 1_000])
    with EmbeddedNode.open(folder) as node:
        while node.request("txpool_status")["pending"] != "0x0":
            time.sleep(0.01)
        assert statuses(node, keys) == ["0x1"] * len(keys)
        node.verify()


def test_open_without_write_ahead_log_after_a_kill_refuses(killed: tuple[Path, list[str]]) -> None:
    """Whoever 'tidies up' the log file removes answered data, and is told so."""
    folder, _ = killed
    (folder / "chain.sqlite-wal").unlink()
    with pytest.raises(ChainDamaged, match="were answered"):
        EmbeddedNode.open(folder)
