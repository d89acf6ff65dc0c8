"""Blocks, transactions, receipts, logs and state as JSON-RPC clients read them."""

from __future__ import annotations

from typing import Any

import pytest
import rlp
from eth_hash.auto import keccak

from ledger.chain.node import EmbeddedNode, RpcError, logs
from tests.node.board import BYTECODE, POSTED, Signer, call_data, deploy, note, send, word


@pytest.fixture
def posted(node: EmbeddedNode, board: str, buyer: Signer) -> list[str]:
    """Twelve notes by two people in blocks 2 to 13; the transactions' hashes."""
    bidder = Signer(node.chain_id)
    return [send(node, (bidder if number % 3 == 0 else buyer).post(board, number)) for number in range(12)]


def test_block_by_number_hash_and_tag_are_the_same(node: EmbeddedNode, posted: list[str]) -> None:
    """However a block is asked for; its hash is that of its raw header, its parent the block before."""
    by_number = node.request("eth_getBlockByNumber", ["0xd", False])
    assert node.request("eth_getBlockByHash", [by_number["hash"], False]) == by_number
    for tag in ("latest", "pending", "safe", "finalized"):
        assert node.request("eth_getBlockByNumber", [tag, False]) == by_number
    raw = bytes.fromhex(node.request("debug_getRawHeader", ["0xd"])[2:])
    assert "0x" + keccak(raw).hex() == by_number["hash"]
    before = node.request("eth_getBlockByNumber", ["0xc", True])
    assert by_number["parentHash"] == before["hash"]
    assert before["transactions"][0] == node.request("eth_getTransactionByHash", [posted[10]])
    assert node.request("eth_getBlockByNumber", ["earliest", False])["number"] == "0x0"
    assert node.request("eth_getBlockTransactionCountByNumber", ["0xc"]) == "0x1"


def test_absent_things_are_null_and_future_blocks_too(node: EmbeddedNode, posted: list[str]) -> None:
    """What does not exist is null; state of a block that does not exist is an error."""
    nothing = "0x" + "00" * 32
    assert node.request("eth_getBlockByNumber", ["0xff", False]) is None
    assert node.request("eth_getBlockByNumber", ["0x" + "f" * 20, False]) is None
    assert node.request("eth_getBlockByHash", [nothing, False]) is None
    assert node.request("eth_getTransactionByHash", [nothing]) is None
    assert node.request("eth_getTransactionReceipt", [nothing]) is None
    assert node.request("debug_getRawTransaction", [nothing]) is None
    assert node.request("eth_getBlockReceipts", ["0xff"]) is None
    assert node.request("eth_getTransactionByBlockNumberAndIndex", ["0x2", "0x1"]) is None
    with pytest.raises(RpcError, match="does not exist"):
        node.request("eth_getBalance", ["0x" + "11" * 20, "0xff"])


def test_receipts_by_block_and_transaction_agree_with_the_raw_ones(node: EmbeddedNode, posted: list[str]) -> None:
    """The receipt of each transaction, the receipts of its block and the consensus encoding say the same."""
    for key in posted:
        receipt = node.request("eth_getTransactionReceipt", [key])
        block = receipt["blockNumber"]
        assert node.request("eth_getBlockReceipts", [block]) == [receipt]
        (raw,) = node.request("debug_getRawReceipts", [block])
        status, gas, bloom, entries = rlp.decode(bytes.fromhex(raw[4:]))
        assert raw[2:4] == "02"
        assert (int.from_bytes(status, "big"), int.from_bytes(gas, "big")) == (1, int(receipt["gasUsed"], 16))
        assert "0x" + bloom.hex() == receipt["logsBloom"]
        assert [entry["data"] for entry in receipt["logs"]] == ["0x" + entry[2].hex() for entry in entries]


def test_raw_transaction_is_what_was_sent(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """The node hands out the very bytes that were signed; their hash is the transaction's."""
    raw = buyer.post(board, 1)
    key = send(node, raw)
    assert node.request("debug_getRawTransaction", [key]) == raw
    assert "0x" + keccak(bytes.fromhex(raw[2:])).hex() == key


def test_contract_account_is_derived_from_author_and_nonce(node: EmbeddedNode) -> None:
    """A creation's receipt names the account where the code then is."""
    author = Signer(node.chain_id)
    account = deploy(node, author)
    expected = keccak(rlp.encode([bytes.fromhex(author.address[2:]), 0]))[12:]
    assert account == "0x" + expected.hex()
    assert len(node.request("eth_getCode", [account, "latest"])) > 500
    assert node.request("eth_getCode", [account, "0x0"]) == "0x"


def test_state_of_old_blocks_is_kept(node: EmbeddedNode, board: str, posted: list[str]) -> None:
    """Calls, storage and nonces answer as of any block, by number, hash or EIP-1898 object."""
    counting = {"to": board, "data": call_data("count()")}
    for number in range(1, 14):
        key = node.request("eth_getBlockByNumber", [hex(number), False])["hash"]
        for tag in (hex(number), key, {"blockHash": key}, {"blockNumber": hex(number)}):
            assert word(node.request("eth_call", [counting, tag])) == number - 1
            assert int(node.request("eth_getStorageAt", [board, "0x0", tag]), 16) == number - 1


# Logs


def places(found: list[dict[str, Any]]) -> list[int]:
    return [int(entry["blockNumber"], 16) for entry in found]


def padded(account: str) -> str:
    return "0x" + account[2:].lower().rjust(64, "0")


def test_logs_by_range_account_and_topics_equal_a_filter_of_all(
    node: EmbeddedNode, board: str, buyer: Signer, posted: list[str]
) -> None:
    """Every combination of conditions gives what a plain filter over all logs gives."""
    everything = node.request("eth_getLogs", [{"fromBlock": "earliest"}])
    assert places(everything) == list(range(2, 14))
    topic = "0x" + POSTED.hex()
    notes = ["0x" + note(number).hex() for number in range(12)]
    cases: list[list[Any]] = [[], [topic], [topic, notes[4]], [None, notes[4]], [None, [notes[1], notes[2]]]]
    cases += [[topic, None, padded(buyer.address)], [None, None, padded(buyer.address)], [[topic, notes[0]], None]]
    cases += [[topic, None, None, None], ["0x" + "00" * 32], [notes[4]]]
    for account in (None, board, [board, "0x" + "11" * 20], "0x" + "11" * 20):
        for topics in cases:
            for first, last in ((0, 13), (5, 9), (7, 7)):
                wanted: dict[str, Any] = {"fromBlock": hex(first), "toBlock": hex(last), "topics": topics}
                if account is not None:
                    wanted["address"] = account
                accounts = account if isinstance(account, list) else [account]
                expected = [
                    entry
                    for entry in everything
                    if first <= int(entry["blockNumber"], 16) <= last
                    and (account is None or entry["address"] in [one.lower() for one in accounts if one])
                    and len(topics) <= len(entry["topics"])
                    and all(
                        place is None or entry["topics"][at] in (place if isinstance(place, list) else [place])
                        for at, place in enumerate(topics)
                    )
                ]
                assert node.request("eth_getLogs", [wanted]) == expected, wanted


def test_logs_by_block_hash_are_those_of_its_receipts(node: EmbeddedNode, posted: list[str]) -> None:
    """A block's logs by its hash, as in the receipts."""
    block = node.request("eth_getBlockByNumber", ["0x5", False])
    (receipt,) = node.request("eth_getBlockReceipts", ["0x5"])
    assert node.request("eth_getLogs", [{"blockHash": block["hash"]}]) == receipt["logs"]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"fromBlock": "0x0", "toBlock": "0xff"}, "toBlock 255 is beyond the newest block 13"),
        ({"fromBlock": "0x5", "toBlock": "0x4"}, "fromBlock 5 is after toBlock 4"),
        ({"topics": [None] * 5}, "topics"),
        ({"topics": ["0x12"]}, "topic: expected 32 bytes"),
        ({"address": "0x12"}, "address: expected 20 bytes"),
        ({"fromBlock": "5"}, "fromBlock: expected a quantity"),
    ],
)
def test_logs_of_an_impossible_filter_are_refused(
    node: EmbeddedNode, posted: list[str], wanted: dict[str, Any], message: str
) -> None:
    """An empty answer to a question that makes no sense would be taken for knowledge."""
    with pytest.raises(RpcError, match=message) as refused:
        node.request("eth_getLogs", [wanted])
    assert refused.value.code == -32602


def test_logs_more_than_the_limit_are_refused(
    node: EmbeddedNode, posted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many logs are an error, never a silently shortened answer."""
    monkeypatch.setattr(logs, "MAX_LOGS", 12)
    assert len(node.request("eth_getLogs", [{"fromBlock": "0x0"}])) == 12
    monkeypatch.setattr(logs, "MAX_LOGS", 11)
    with pytest.raises(RpcError, match="more than 11 logs") as refused:
        node.request("eth_getLogs", [{"fromBlock": "0x0"}])
    assert refused.value.code == -32005


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBlockByNumber", []),
        ("eth_getBlockByNumber", ["0x1", True, 3]),
        ("eth_getBlockByNumber", ["one", True]),
        ("eth_getBalance", ["0x11", "latest"]),
        ("eth_getTransactionByHash", ["0x11"]),
        ("eth_getStorageAt", ["0x" + "11" * 20, "0x" + "11" * 33, "latest"]),
        ("eth_getProof", ["0x" + "11" * 20, "0x0", "latest"]),
        ("eth_call", ["0x11"]),
        ("eth_call", [{"to": "0x11"}]),
        ("eth_call", [{"to": "0x" + "11" * 20, "data": "0x1"}]),
        ("eth_sendRawTransaction", ["11"]),
        ("eth_getLogs", [[]]),
    ],
)
def test_malformed_parameters_are_invalid_params(node: EmbeddedNode, method: str, params: list[Any]) -> None:
    """Every malformed parameter is -32602, whatever the method."""
    with pytest.raises(RpcError) as refused:
        node.request(method, params)
    assert refused.value.code == -32602


def test_creation_simulated_answers_the_code(node: EmbeddedNode, board: str) -> None:
    """eth_call without ``to`` runs a creation and answers the code it would leave."""
    assert node.request("eth_call", [{"data": BYTECODE}]) == node.request("eth_getCode", [board])
