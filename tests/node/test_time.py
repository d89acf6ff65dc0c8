"""Block times: strictly increasing, one block a second at most, never ahead of the clock."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path

import pytest
import rlp
from eth_hash.auto import keccak

from ledger.chain.node import DevelopmentClock, EmbeddedNode, WallClock, genesis, maker
from ledger.errors import ClockAheadOfNow, DevelopmentClockNeeded
from tests.node.board import BYTECODE, Signer, call_data, deploy, send, statuses, word

BURST = 2_000


def test_burst_of_2000_transactions_stays_behind_the_wall_clock(tmp_path: Path) -> None:
    """However many come at once: the blocks' seconds have passed, differ, and are no more than the seconds it took."""
    folder = tmp_path / "chain"
    started = int(time.time())
    genesis.create(folder, genesis_time=started - 1)
    seen: list[tuple[int, int, int]] = []
    with EmbeddedNode.open(folder) as node:
        tenderers = [Signer(node.chain_id) for _ in range(20)]
        watching = threading.Event()

        def watch() -> None:
            while not watching.wait(0.02):
                header = node.head
                seen.append((header.block_number, header.timestamp, int(time.time())))

        watcher = threading.Thread(target=watch)
        watcher.start()
        signed = [one.sign("0x" + "42" * 20, "0x1234") for _ in range(BURST // 20) for one in tenderers]
        keys = [send(node, raw) for raw in signed]
        while node.request("txpool_status")["pending"] != "0x0":
            time.sleep(0.1)
        watching.set()
        watcher.join()
        ended = int(time.time())
        blocks = [node.request("eth_getBlockByNumber", [hex(n), False]) for n in range(node.head.block_number + 1)]
        results = statuses(node, keys)

    assert results == ["0x1"] * BURST
    assert [number for number, block_time, now in seen if block_time > now] == []
    times = [int(block["timestamp"], 16) for block in blocks]
    assert all(later > earlier for earlier, later in itertools.pairwise(times))
    assert times[-1] <= ended
    assert len(blocks) - 1 <= ended - started + 1
    assert sum(len(block["transactions"]) for block in blocks) == BURST
    assert max(len(block["transactions"]) for block in blocks) > 1
    assert {block["baseFeePerGas"] for block in blocks} == {"0x0"}


def test_heavy_transactions_are_spread_over_blocks_at_base_fee_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Transactions that wait together go into several blocks, none of which uses more gas than a block may."""
    most = 3_000_000
    monkeypatch.setattr(maker, "BLOCK_GAS_USED", most)
    monkeypatch.setattr(maker, "BLOCK_SECONDS", 3_600)
    folder = tmp_path / "chain"
    genesis.create(folder, genesis_time=int(time.time()) + 2)
    with EmbeddedNode.open(folder) as node:
        buyer = Signer(node.chain_id)
        board = "0x" + keccak(rlp.encode([bytes.fromhex(buyer.address[2:]), 0]))[12:].hex()
        burning = call_data("burn(uint256)", 2_000)
        keys = [send(node, buyer.sign(None, BYTECODE))]
        keys += [send(node, buyer.sign(board, burning, gas=1_000_000)) for _ in range(9)]
        while node.request("txpool_status")["pending"] != "0x0":
            time.sleep(0.05)
        blocks = [node.request("eth_getBlockByNumber", [hex(n), False]) for n in range(node.head.block_number + 1)]
        assert statuses(node, keys) == ["0x1"] * 10
        used = [int(block["gasUsed"], 16) for block in blocks]
        assert sum(used) > 1.5 * most
        assert max(used) <= most
        assert max(len(block["transactions"]) for block in blocks) > 2
        assert {block["baseFeePerGas"] for block in blocks} == {"0x0"}
        assert {block["gasLimit"] for block in blocks} == {hex(10**9)}
        assert node.request("eth_feeHistory", [2, "latest", [50]])["baseFeePerGas"] == ["0x0"] * 3
        assert (node.request("eth_gasPrice"), node.request("eth_maxPriorityFeePerGas")) == ("0x0", "0x0")


def test_transactions_wait_while_the_wall_clock_is_behind_the_chain(tmp_path: Path) -> None:
    """A wall clock that was set back stops the blocks, not the answers; the chain's time never goes back."""
    folder = tmp_path / "chain"
    ahead = int(time.time()) + 3
    genesis.create(folder, genesis_time=ahead)
    with EmbeddedNode.open(folder) as node:
        key = send(node, Signer(node.chain_id).sign(None, BYTECODE))
        assert node.request("eth_getTransactionByHash", [key])["blockNumber"] is None
        assert node.request("eth_getTransactionReceipt", [key]) is None
        while node.request("eth_getTransactionReceipt", [key]) is None:
            assert time.time() < ahead + 30
            time.sleep(0.05)
        assert ahead < node.head.timestamp <= time.time()


def test_waiting_transactions_of_one_account_keep_their_nonces(tmp_path: Path) -> None:
    """Queued nonces count as used; another transaction on a queued nonce is refused, as is a gap."""
    from ledger.errors import RpcError

    folder = tmp_path / "chain"
    genesis.create(folder, genesis_time=int(time.time()) + 2)
    with EmbeddedNode.open(folder) as node:
        bidder = Signer(node.chain_id)
        keys = [send(node, bidder.sign(None, BYTECODE)) for _ in range(3)]
        assert node.request("eth_getTransactionCount", [bidder.address, "pending"]) == "0x3"
        assert node.request("eth_getTransactionCount", [bidder.address, "latest"]) == "0x0"
        with pytest.raises(RpcError, match="replacement transaction underpriced: nonce 1 is taken"):
            send(node, bidder.sign("0x" + "11" * 20, "0x", nonce=1))
        with pytest.raises(RpcError, match="nonce too high: next nonce 3, tx nonce 4"):
            send(node, bidder.sign("0x" + "11" * 20, "0x", nonce=4))
        while node.request("txpool_status")["pending"] != "0x0":
            time.sleep(0.05)
        assert statuses(node, keys) == ["0x1"] * 3


def test_development_clock_stands_still_until_told(node: EmbeddedNode, board: str, long_ago: int) -> None:
    """A deadline passes when the story says so, and simulations know it at once."""
    clock = node.clock
    assert isinstance(clock, DevelopmentClock)
    ask = {"to": board, "data": call_data("time()")}
    assert word(node.request("eth_call", [ask])) == long_ago + 2  # the second after the deployment's block
    clock.advance_to(long_ago + 86_400)
    assert word(node.request("eth_call", [ask])) == long_ago + 86_400
    send(node, Signer(node.chain_id).post(board, 1))
    assert node.head.timestamp == long_ago + 86_400
    assert word(node.request("eth_call", [ask, hex(node.head.block_number - 1)])) == long_ago + 1
    node.make_empty_block()
    assert node.head.timestamp == long_ago + 86_401
    assert node.request("eth_getBlockByNumber", ["latest", False])["transactions"] == []


def test_development_clock_never_shows_the_future_and_ends_at_now() -> None:
    """It starts in the past, refuses the future, and becomes the wall clock where it reaches it."""
    now = int(time.time())
    with pytest.raises(ClockAheadOfNow):
        DevelopmentClock(now + 60)
    clock = DevelopmentClock(now - 3)
    with pytest.raises(ClockAheadOfNow):
        clock.advance_to(now + 60)
    clock.advance_to(now - 10)
    assert clock.now() == now - 3
    for second in range(now - 3, now - 1):
        assert clock.wait_after(second) == 0.0
    assert not clock.is_wall
    clock.finish()
    assert clock.is_wall
    assert clock.wait_after(int(time.time()) + 5) > 4
    assert abs(clock.now() - time.time()) <= 1


def test_development_clock_story_then_wall_clock_goes_on(folder: Path, clock: DevelopmentClock) -> None:
    """A chain made in the past goes on in the present, in this process and after reopening."""
    with EmbeddedNode.open(folder, clock=clock) as node:
        buyer = Signer(node.chain_id)
        board = deploy(node, buyer)
        assert not node.store.synced
        clock.finish()
        key = send(node, buyer.post(board, 1))
        assert node.store.synced
        while node.request("eth_getTransactionReceipt", [key]) is None:
            time.sleep(0.02)
        assert abs(node.head.timestamp - time.time()) < 5
        with pytest.raises(DevelopmentClockNeeded):
            node.make_empty_block()
    with EmbeddedNode.open(folder, clock=WallClock()) as node:
        assert node.head.block_number == 2
