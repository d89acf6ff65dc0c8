"""What the node takes in, what it refuses, and how it says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from eth_keys import keys  # type: ignore[attr-defined]
from eth_keys.backends.coincurve import CoinCurveECCBackend

from ledger.chain.node import EmbeddedNode, RpcError
from ledger.chain.node.pool import MAX_TRANSACTION_GAS
from tests.node.board import BYTECODE, NOTE_TAKEN, Signer, call_data, note, send, statuses, word


def test_send_without_balance_at_price_zero_is_mined(node: EmbeddedNode, board: str) -> None:
    """A fresh account that owns nothing may act, by legacy and EIP-1559 transactions alike."""
    bidder = Signer(node.chain_id)
    sent = [send(node, bidder.post(board, 1)), send(node, bidder.post(board, 2, legacy=True))]
    assert statuses(node, sent) == ["0x1", "0x1"]
    assert node.request("eth_getBalance", [bidder.address, "latest"]) == "0x0"
    assert word(node.request("eth_call", [{"to": board, "data": call_data("count()")}, "latest"])) == 2


def test_send_access_list_transaction_is_mined(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """EIP-2930 transactions are taken, too."""
    listed = [{"address": board, "storageKeys": ["0x" + "00" * 32]}]
    raw = buyer.post(board, 1, legacy=True, type=1, accessList=listed)
    key = send(node, raw)
    assert statuses(node, [key]) == ["0x1"]
    assert node.request("eth_getTransactionByHash", [key])["accessList"][0]["address"] == board.lower()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"nonce": 5}, "nonce too high: next nonce 1, tx nonce 5; gaps are not queued"),
        ({"nonce": 0}, "nonce too low: next nonce 1, tx nonce 0"),
        ({"chainId": 1}, "invalid chain id for signer: signed for chain 1"),
        ({"gas": MAX_TRANSACTION_GAS + 1}, "exceeds transaction gas limit"),
        ({"gas": 21_000}, "intrinsic gas too low: have 21000"),
        ({"value": 1}, "insufficient funds"),
        ({"maxFeePerGas": 1}, "insufficient funds"),
    ],
)
def test_send_invalid_transaction_is_refused_by_name(
    node: EmbeddedNode, board: str, buyer: Signer, changed: dict[str, int], message: str
) -> None:
    """Every reason to refuse is -32000 with a sentence that says what was wrong."""
    with pytest.raises(RpcError, match=message) as refused:
        send(node, buyer.post(board, 1, **changed))
    assert refused.value.code == -32000
    assert node.request("eth_blockNumber") == "0x1"


def test_send_without_replay_protection_is_refused(node: EmbeddedNode, buyer: Signer) -> None:
    """A legacy signature for any chain (before EIP-155) is not taken."""
    from eth_account import Account

    unprotected = {"nonce": 0, "gas": 100_000, "gasPrice": 0, "value": 0, "to": "0x" + "11" * 20, "data": "0x"}
    raw = Account.create().sign_transaction(unprotected).raw_transaction.to_0x_hex()
    with pytest.raises(RpcError, match="EIP-155 is required"):
        send(node, raw)


@pytest.mark.parametrize("raw", ["0x", "0x02", "0x03c0", "0x04c0", "0xc0", "0xf800", "0x" + "ff" * 40, "0x7f"])
def test_send_garbage_is_refused(node: EmbeddedNode, raw: str) -> None:
    """Bytes that are no transaction are refused, not crashed upon."""
    with pytest.raises(RpcError) as refused:
        send(node, raw)
    assert refused.value.code == -32000


def test_send_with_trailing_byte_is_refused(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """A signed transaction has one encoding: an added byte makes another thing of it."""
    with pytest.raises(RpcError):
        send(node, buyer.post(board, 1) + "00")


def test_send_with_any_altered_byte_is_refused_or_somebody_elses(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """An altered transaction is never the signer's: refused, or (signatures recover anybody) that of a stranger."""
    raw = bytes.fromhex(buyer.post(board, 1)[2:])
    for place in range(len(raw)):
        altered = raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :]
        try:
            key = node.request("eth_sendRawTransaction", ["0x" + altered.hex()])
        except RpcError as refused:
            assert refused.code == -32000
        else:
            assert node.request("eth_getTransactionByHash", [key])["from"] != buyer.address.lower()
    assert node.request("eth_getTransactionCount", [buyer.address, "latest"]) == "0x1"


def test_send_identical_bytes_twice_is_already_known(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """Resubmitting the same bytes is harmless and recognisable, mined or not."""
    raw = buyer.post(board, 1)
    send(node, raw)
    with pytest.raises(RpcError, match="refused: already known"):
        send(node, raw)


def test_send_unknown_method_for_keys_is_refused(node: EmbeddedNode) -> None:
    """The node holds no keys: it neither lists accounts nor signs."""
    assert node.request("eth_accounts") == []
    for method in ("eth_sendTransaction", "eth_sign", "personal_unlockAccount"):
        with pytest.raises(RpcError) as refused:
            node.request(method, [{}])
        assert refused.value.code == -32601


def test_call_that_reverts_answers_code_3_with_data(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """A custom error's bytes and a text both arrive, from eth_call and eth_estimateGas."""
    send(node, buyer.post(board, 1))
    again = {"from": buyer.address, "to": board, "data": call_data("post(bytes32)", note(1))}
    for method in ("eth_call", "eth_estimateGas"):
        with pytest.raises(RpcError) as refused:
            node.request(method, [again])
        assert refused.value.code == 3
        assert refused.value.data.startswith("0x" + NOTE_TAKEN.hex() + note(1).hex())
    with pytest.raises(RpcError, match="execution reverted: refused in words"):
        node.request("eth_call", [{"to": board, "data": call_data("refuse()")}])


def test_call_beyond_the_gas_cap_is_refused(node: EmbeddedNode, board: str) -> None:
    """A call cannot hold up the node for long, whatever gas it asks for."""
    endless = {"to": board, "data": call_data("burn(uint256)", 10**9), "gas": hex(10**9)}
    with pytest.raises(RpcError, match="out of gas"):
        node.request("eth_call", [endless])


def test_estimate_gas_is_enough_and_near(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """A transaction with the estimated gas succeeds; the estimate is less than a tenth too high."""
    wanted = {"from": buyer.address, "to": board, "data": call_data("burn(uint256)", 2_000)}
    estimate = int(node.request("eth_estimateGas", [wanted]), 16)
    key = send(node, buyer.sign(board, wanted["data"], gas=estimate))
    receipt = node.request("eth_getTransactionReceipt", [key])
    assert receipt["status"] == "0x1"
    assert estimate < int(receipt["gasUsed"], 16) * 1.1


def test_estimate_gas_of_creation_is_enough(node: EmbeddedNode, buyer: Signer) -> None:
    """So does a creation."""
    estimate = int(node.request("eth_estimateGas", [{"from": buyer.address, "data": BYTECODE}]), 16)
    assert statuses(node, [send(node, buyer.sign(None, BYTECODE, gas=estimate))]) == ["0x1"]


def test_failed_transaction_is_in_a_block_with_status_0(node: EmbeddedNode, board: str, buyer: Signer) -> None:
    """A reverting transaction is answered, mined and marked as failed; it changes nothing."""
    key = send(node, buyer.sign(board, call_data("refuse()")))
    assert statuses(node, [key]) == ["0x0"]
    assert word(node.request("eth_call", [{"to": board, "data": call_data("count()")}])) == 0


def test_calls_nested_to_the_limit_of_the_evm_do_no_harm(node: EmbeddedNode, buyer: Signer) -> None:
    """A contract that calls itself 1,024 deep, sent and simulated, neither stops nor crashes the node."""
    calls_itself = "5f5f5f5f5f305af15000"  # CALL(gas(), address(), 0, 0, 0, 0, 0)
    created = send(node, buyer.sign(None, "0x600a8060095f395ff3" + calls_itself))
    account = node.request("eth_getTransactionReceipt", [created])["contractAddress"]
    assert node.request("eth_getCode", [account]) == "0x" + calls_itself
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(node.request, "eth_call", [{"to": account}]).result() == "0x"
    assert statuses(node, [send(node, buyer.sign(account, "0x", gas=MAX_TRANSACTION_GAS))]) == ["0x1"]


def test_coincurve_recovers_the_senders() -> None:
    """The native curve is in use, not its pure Python stand-in."""
    assert isinstance(keys.backend, CoinCurveECCBackend)
