"""A disk without room while a block is written, and a mark that cannot be raised."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ledger.chain.node import EmbeddedNode, genesis
from ledger.errors import ChainStorageFailed
from tests.node.board import BYTECODE, Signer, send
from tests.waiting import wait_until

OTHER = "0x" + "11" * 20


def served_folder(tmp_path: Path) -> Path:
    """A new chain for the wall clock, closed."""
    folder = tmp_path / "chain"
    genesis.create(folder, genesis_time=int(time.time()) - 100)
    return folder


def test_write_a_block_on_a_full_disk_stops_by_name_and_loses_nothing_answered(tmp_path: Path) -> None:
    """What was answered waits on the disk and is in a block after a start with room."""
    folder = served_folder(tmp_path)
    with EmbeddedNode.open(folder) as node:
        buyer = Signer(node.chain_id)
        with node._making:
            # No block is made before there is no room left for one.
            answered = [send(node, buyer.sign(OTHER, "0x" + "aa" * 3_000, gas=200_000)) for _ in range(30)]
            (pages,) = node.store._writer.execute("PRAGMA page_count").fetchone()
            node.store._writer.execute(f"PRAGMA max_page_count = {pages}")
        wait_until(lambda: node.failure is not None)
        for _ in range(2):
            with pytest.raises(ChainStorageFailed, match="full"):
                node.request("eth_blockNumber")
    with EmbeddedNode.open(folder) as node:
        wait_until(lambda: node.waiting_count == 0)
        assert all(node.request("eth_getTransactionReceipt", [key])["status"] == "0x1" for key in answered)
        node.verify()


def test_raise_the_mark_on_a_full_disk_stops_by_name_and_is_no_damage(tmp_path: Path) -> None:
    """The transaction is in the database, but nobody was answered: after a start it is in a block, once."""
    folder = served_folder(tmp_path)
    with EmbeddedNode.open(folder) as node:
        buyer = Signer(node.chain_id)
        mark = node.store._mark._file
        node.store._mark._file = os.open("/dev/full", os.O_RDWR)
        with pytest.raises(ChainStorageFailed, match="No space left"):
            send(node, buyer.sign(None, BYTECODE))
        with pytest.raises(ChainStorageFailed):
            send(node, buyer.sign(None, BYTECODE))
        os.close(node.store._mark._file)
        node.store._mark._file = mark
    with EmbeddedNode.open(folder) as node:
        wait_until(lambda: node.request("eth_blockNumber") == "0x1")
        assert node.request("eth_getTransactionCount", [buyer.address, "latest"]) == "0x1"
        node.verify()
