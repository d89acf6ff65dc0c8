"""JSON-RPC 2.0 over HTTP, and a foreign client that knows nothing of us: web3.py."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from web3 import Web3
from web3.exceptions import ContractCustomError
from web3.middleware import SignAndSendRawMiddlewareBuilder

from ledger.chain.node import DevelopmentClock, EmbeddedNode, genesis
from ledger.chain.node.server import MAX_BATCH, NodeServer, serve
from ledger.errors import DevelopmentClockRefused
from ledger.evidence.verify.head_proof import verify_head
from ledger.evidence.verify.header import read_header
from tests.node.board import ABI, BYTECODE, NOTE_TAKEN, note
from tests.node.process import ask


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[EmbeddedNode, NodeServer]]:
    """A node with the wall clock, over HTTP."""
    folder = tmp_path / "chain"
    genesis.create(folder, genesis_time=int(time.time()) - 100)
    with EmbeddedNode.open(folder) as node:
        server = serve(node)
        yield node, server
        server.stop()


@pytest.fixture
def url(served: tuple[EmbeddedNode, NodeServer]) -> str:
    return served[1].url


def post(url: str, body: bytes) -> tuple[int, Any]:
    """Status and answer to any bytes."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("POST", "/", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, json.loads(data) if data else None


def test_single_request_is_answered_with_its_id(url: str) -> None:
    """The id comes back as it was, whatever its kind."""
    for identifier in (1, "one", None, 1.5):
        request = {"jsonrpc": "2.0", "id": identifier, "method": "eth_blockNumber"}
        assert post(url, json.dumps(request).encode()) == (200, {"jsonrpc": "2.0", "id": identifier, "result": "0x0"})


def test_batch_is_answered_in_order_with_errors_in_place(url: str) -> None:
    """One failing request does not spoil the others; a notification gets no answer."""
    requests = [
        {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []},
        {"jsonrpc": "2.0", "method": "eth_blockNumber"},
        {"jsonrpc": "2.0", "id": 2, "method": "eth_mining"},
        7,
        {"jsonrpc": "2.0", "id": 3, "method": "web3_clientVersion"},
    ]
    status, answers = post(url, json.dumps(requests).encode())
    assert status == 200
    assert [(one["id"], one.get("error", {}).get("code")) for one in answers] == [
        (1, None),
        (2, -32601),
        (None, -32600),
        (3, None),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b'{"id": 1}', -32600),
        (b'{"id": 1, "method": 5}', -32600),
        (b'{"id": 1, "method": "eth_call", "params": {"to": 1}}', -32602),
        (json.dumps([{"id": 1, "method": "eth_chainId"}] * (MAX_BATCH + 1)).encode(), -32600),
    ],
)
def test_malformed_bodies_are_json_rpc_errors(url: str, body: bytes, code: int) -> None:
    """Whatever bytes arrive: an error object, and the server goes on."""
    status, answer = post(url, body)
    assert (status, answer["error"]["code"]) == (200, code)
    assert ask(url, "eth_blockNumber")["result"] == "0x0"


def test_body_beyond_the_limit_is_refused_unread(url: str) -> None:
    """A body of a gigabyte is not read into memory."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(10**9))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_get_is_not_answered_with_data(url: str) -> None:
    """Only POST carries JSON-RPC, so no link or image in a page can make a browser ask."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("GET", "/")
    assert connection.getresponse().status == 501
    connection.close()


def test_serve_with_a_development_clock_is_refused_until_it_shows_now(folder: Path, clock: DevelopmentClock) -> None:
    """Others rely on block times: a clock in the past is never served."""
    with EmbeddedNode.open(folder, clock=clock) as node:
        with pytest.raises(DevelopmentClockRefused):
            serve(node)
        clock.finish()
        server = serve(node)
        assert ask(server.url, "eth_chainId")["result"] == hex(node.chain_id)
        server.stop()


def test_requests_from_many_threads_are_all_answered(url: str) -> None:
    """Eight clients at once, each with its own key; all their transactions are mined once."""
    chain_id = int(ask(url, "eth_chainId")["result"], 16)
    found: list[list[str]] = []

    def send_thirty() -> None:
        key = Account.create()
        fields = {"gas": 50_000, "gasPrice": 0, "value": 0, "to": "0x" + "11" * 20, "chainId": chain_id}
        signed = [key.sign_transaction({**fields, "nonce": nonce}).raw_transaction for nonce in range(30)]
        found.append([ask(url, "eth_sendRawTransaction", raw.to_0x_hex())["result"] for raw in signed])

    threads = [threading.Thread(target=send_thirty) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while ask(url, "txpool_status")["result"]["pending"] != "0x0":
        time.sleep(0.05)
    head = int(ask(url, "eth_blockNumber")["result"], 16)
    blocks = [ask(url, "eth_getBlockByNumber", hex(number), False)["result"] for number in range(head + 1)]
    mined = [key for block in blocks for key in block["transactions"]]
    assert sorted(mined) == sorted(key for keys in found for key in keys)
    assert len(mined) == 240


def test_web3_deploys_acts_reads_and_proves(url: str) -> None:
    """web3.py over HTTP, with its own defaults for fees, gas and nonces."""
    w3 = Web3(Web3.HTTPProvider(url))
    person = Account.create()
    w3.middleware_onion.inject(SignAndSendRawMiddlewareBuilder.build(person), layer=0)
    w3.eth.default_account = person.address

    created = w3.eth.contract(abi=ABI, bytecode=BYTECODE).constructor().transact()
    account = w3.eth.wait_for_transaction_receipt(created, timeout=20)["contractAddress"]
    assert account is not None
    board = w3.eth.contract(address=account, abi=ABI)
    for number in range(3):
        receipt = w3.eth.wait_for_transaction_receipt(board.functions.post(note(number)).transact(), timeout=20)
        (event,) = board.events.Posted().process_receipt(receipt)
        assert (event["args"]["note"], event["args"]["author"]) == (note(number), person.address)

    assert board.functions.count().call() == 3
    assert [entry["args"]["count"] for entry in board.events.Posted().get_logs(from_block=0)] == [1, 2, 3]
    with pytest.raises(ContractCustomError) as refused:
        board.functions.post(note(1)).call()
    assert str(refused.value.data).startswith("0x" + NOTE_TAKEN.hex())
    block = w3.eth.get_block("latest", full_transactions=True)
    assert block["baseFeePerGas"] == 0
    assert w3.eth.get_balance(person.address) == 0
    assert len(w3.eth.get_block_receipts("latest")) == len(block["transactions"])

    proof: Any = w3.eth.get_proof(account, [0], block["number"])  # type: ignore[arg-type, call-arg]
    header = bytes.fromhex(ask(url, "debug_getRawHeader", hex(block["number"]))["result"][2:])
    assert read_header(header).block_hash == block["hash"]
    contract, slot = bytes.fromhex(account[2:]), (0).to_bytes(32, "big")
    proven = verify_head(header, proof["accountProof"], proof["storageProof"][0]["proof"], contract, slot)
    assert int.from_bytes(proven, "big") == 3
