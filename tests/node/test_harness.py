"""eth-tester and web3's EthereumTesterProvider over the embedded chain."""

from __future__ import annotations

import pytest
from eth_tester import EthereumTester
from eth_tester.exceptions import TransactionFailed
from web3 import EthereumTesterProvider, Web3

from ledger.chain.node import EmbeddedNode
from tests.node.board import ABI, BYTECODE, note
from tests.node.harness import harness_over


@pytest.fixture
def harness(node: EmbeddedNode) -> EthereumTester:
    return harness_over(node)


def test_web3_over_eth_tester_acts_on_the_embedded_chain(node: EmbeddedNode, harness: EthereumTester) -> None:
    """What is done through the harness is in the node's blocks, durable, free of charge."""
    w3 = Web3(EthereumTesterProvider(harness))
    officer = w3.eth.accounts[0]
    created = w3.eth.contract(abi=ABI, bytecode=BYTECODE).constructor().transact({"from": officer})
    account = w3.eth.wait_for_transaction_receipt(created)["contractAddress"]
    board = w3.eth.contract(address=account, abi=ABI)
    keys = [board.functions.post(note(number)).transact({"from": officer}) for number in range(3)]
    receipts = [w3.eth.wait_for_transaction_receipt(key) for key in keys]
    assert [receipt["status"] for receipt in receipts] == [1, 1, 1]
    assert [receipt["blockNumber"] for receipt in receipts] == [2, 3, 4]
    assert board.functions.count().call() == 3
    assert w3.eth.get_transaction(keys[1])["from"] == officer
    assert w3.eth.get_balance(officer) == 0
    found = node.request("eth_getBlockByNumber", ["0x4", False])
    assert found["hash"] == "0x" + bytes(w3.eth.get_block(4)["hash"]).hex()
    assert found["transactions"] == ["0x" + bytes(keys[2]).hex()]
    with pytest.raises(TransactionFailed, match="refused in words"):
        board.functions.refuse().call({"from": officer})


def test_time_travel_moves_the_development_clock(node: EmbeddedNode, harness: EthereumTester) -> None:
    """eth-tester's time travel is the clock's advance: the next block shows that second."""
    wanted = node.head.timestamp + 86_400
    harness.time_travel(wanted)
    assert node.head.timestamp == wanted
    harness.mine_blocks(2)
    assert node.head.timestamp == wanted + 2


def test_snapshots_are_refused(harness: EthereumTester) -> None:
    """The chain never goes back, not for a test either."""
    with pytest.raises(NotImplementedError):
        harness.revert_to_snapshot(harness.take_snapshot())
