"""What somebody who may only ask can try: to stop the node, to hold it up, or to reach it from a web page."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.chain.node import EmbeddedNode, RpcError, genesis, server
from ledger.chain.node.arguments import MOST_ITEMS
from ledger.chain.node.pool import MAX_WAITING_OF_SENDER, Pool, decode
from ledger.chain.node.server import serve
from ledger.errors import SiegelError
from tests.node.board import Signer
from tests.node.process import ask

ACCOUNT, WORD = "0x" + "11" * 20, "0x" + "22" * 32
MANY = 260_000
HUGE = "0x" + "f" * 100_000
ALLOWED = "https://wallet.example"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getLogs", [{"address": [ACCOUNT] * MANY}]),
        ("eth_getLogs", [{"address": [ACCOUNT] * (MOST_ITEMS + 1)}]),
        ("eth_getLogs", [{"topics": [[WORD] * MANY]}]),
        ("eth_getLogs", [{"topics": [None, None, None, [WORD] * (MOST_ITEMS + 1)]}]),
        ("eth_getLogs", [{"topics": [[]] * 5}]),
        ("eth_getLogs", [{"fromBlock": HUGE}]),
        ("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "0xffffffffffffffff"}]),
        ("eth_getProof", [ACCOUNT, [WORD] * (MOST_ITEMS + 1), "latest"]),
        ("eth_getBlockByNumber", [HUGE, False]),
        ("eth_getBlockReceipts", [HUGE]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x0", HUGE]),
        ("eth_getStorageAt", [ACCOUNT, HUGE, "latest"]),
        ("eth_getBalance", [ACCOUNT, HUGE]),
        ("eth_getBalance", [ACCOUNT, {"blockNumber": HUGE}]),
        ("eth_call", [{"to": ACCOUNT, "gas": HUGE}, "latest"]),
        ("eth_call", [{"to": ACCOUNT, "value": HUGE}, "latest"]),
        ("eth_estimateGas", [{"to": ACCOUNT, "gas": HUGE}]),
        ("eth_feeHistory", [HUGE, "latest"]),
        ("eth_feeHistory", ["0x1", "latest", [1] * MANY]),
        ("eth_chainId", {"x": 1}),
    ],
    ids=str,
)
def test_ask_with_oversized_parameters_is_refused_and_the_node_goes_on(
    node: EmbeddedNode, board: str, method: str, params: Any
) -> None:
    """-32602 from the node itself, before the database or the EVM see them."""
    if method == "eth_chainId":
        assert node.request(method, params) == hex(node.chain_id)
        return
    with pytest.raises(RpcError) as refused:
        node.request(method, params)
    assert refused.value.code == -32602
    assert node.failure is None
    assert node.request("eth_blockNumber") == "0x1"


def test_ask_for_as_many_logs_conditions_as_allowed_is_answered(node: EmbeddedNode, board: str) -> None:
    """The limit is below what SQLite can bind, in all places at once."""
    words = ["0x" + number.to_bytes(32, "big").hex() for number in range(MOST_ITEMS)]
    accounts = ["0x" + number.to_bytes(20, "big").hex() for number in range(MOST_ITEMS)]
    assert node.request("eth_getLogs", [{"address": accounts, "topics": [words] * 4}]) == []
    assert node.request("eth_getLogs", [{"address": [board], "topics": []}]) == []


def test_a_question_too_large_for_sqlite_is_no_damage(node: EmbeddedNode) -> None:
    """Only a broken file stops the node, not what somebody asks of it."""
    places = ", ".join("?" * MANY)
    with pytest.raises(SiegelError) as refused:
        node.store.logs(f"address IN ({places})", [b""] * MANY, "NOT INDEXED")
    assert refused.value.name == "ChainStorageFailed"


def test_send_more_than_one_sender_may_leaves_room_for_others(node: EmbeddedNode) -> None:
    """One key fills a twentieth of the queue; what is in a block makes room again."""
    pool, outsider, bidder = Pool([], node.chain_id), Signer(node.chain_id), Signer(node.chain_id)

    def admit(signer: Signer) -> bytes:
        received = decode(bytes.fromhex(signer.sign("0x" + "11" * 20, "0x", gas=30_000)[2:]), node.chain_id)
        pool.add(pool.admit(received, 0, lambda _: False), received)
        return received.hash

    waiting = [admit(outsider) for _ in range(MAX_WAITING_OF_SENDER)]
    with pytest.raises(RpcError, match="txpool is full for this sender"):
        admit(outsider)
    outsider.nonce -= 1
    admit(bidder)
    pool.settle(waiting[:1])
    admit(outsider)


# Over HTTP


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "served"
    genesis.create(folder, genesis_time=int(time.time()) - 100)
    with EmbeddedNode.open(folder) as node:
        running = serve(node, origins=[ALLOWED])
        yield running.url
        running.stop()


def status(url: str, **changed: str | None) -> int:
    """HTTP status of a request with these headers; None leaves one out. Underscores stand for hyphens."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}).encode()
    host = url.removeprefix("http://")
    headers: dict[str, str | None] = {
        "Host": host,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.putrequest("POST", "/", skip_host=True)
    for name, value in headers.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(body)
    found = connection.getresponse().status
    connection.close()
    return found


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_post_of_a_type_that_pages_may_send_is_refused(url: str, kind: str | None) -> None:
    """A form or a script of any page can send these to 127.0.0.1 without asking first."""
    assert status(url, Content_Type=kind) == 415
    assert status(url, Content_Type="application/json; charset=utf-8") == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
def test_post_from_a_page_is_refused_unless_its_origin_is_allowed(url: str, origin: str) -> None:
    """Programs send no Origin, browsers always do."""
    assert status(url, Origin=origin) == 403
    assert status(url, Origin=ALLOWED) == 200


def preflight(url: str, **headers: str) -> tuple[int, dict[str, str]]:
    """What a browser is answered that asks whether a page may ask; the headers of CORS."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type", **headers}
    connection.request("OPTIONS", "/", headers=asked)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name: value for name, value in answer.getheaders() if name.startswith("Access-Control")}


def test_browser_that_asks_first_hears_yes_for_an_allowed_origin_alone(url: str) -> None:
    """For this very origin, this method and this header; nobody else learns more than a refusal."""
    allowed, told = preflight(url, Origin=ALLOWED)
    assert allowed == 204
    assert told == {
        "Access-Control-Allow-Origin": ALLOWED,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Max-Age": "600",
    }
    for origin in ("https://evil.example", "null", "https://wallet.example.evil.example", "*"):
        assert preflight(url, Origin=origin) == (403, {})
    assert preflight(url) == (403, {})
    assert preflight(url, Origin=ALLOWED, Host="evil.example")[0] == 421


def test_answer_can_be_read_by_pages_of_an_allowed_origin_alone(url: str) -> None:
    """No header of CORS for programs, which send no origin; whoever keeps answers keeps them apart by it."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []})
    allowed = httpx.post(url, content=body, headers={"Content-Type": "application/json", "Origin": ALLOWED})
    assert (allowed.headers["access-control-allow-origin"], allowed.headers["vary"]) == (ALLOWED, "Origin")
    program = httpx.post(url, content=body, headers={"Content-Type": "application/json"})
    assert (program.status_code, "access-control-allow-origin" in program.headers) == (200, False)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8545", "127.0.0.1.evil.example", "", None, "[", "localhost.evil"]
)
def test_post_to_a_name_that_is_not_ours_is_refused(url: str, host: str | None) -> None:
    """DNS rebinding: a page's own name that suddenly leads to the loopback."""
    assert status(url, Host=host) == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:8545", "127.0.0.1", "[::1]:8545", "192.168.1.7:8545"])
def test_post_to_the_loopback_or_an_ip_address_is_answered(url: str, host: str) -> None:
    """An IP address needs no DNS, so nobody can rebind it."""
    assert status(url, Host=host) == 200


def test_a_batch_that_takes_too_long_is_answered_with_errors_for_the_rest(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One client cannot hold the node for an hour with a single request."""
    monkeypatch.setattr(server, "MAX_BATCH_SECONDS", -1.0)
    body = json.dumps([{"jsonrpc": "2.0", "id": number, "method": "eth_chainId"} for number in range(3)]).encode()
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("POST", "/", body, {"Content-Type": "application/json"})
    answers = json.loads(connection.getresponse().read())
    connection.close()
    assert [(one["id"], one["error"]["code"]) for one in answers] == [(0, -32005), (1, -32005), (2, -32005)]
    monkeypatch.undo()
    assert "result" in ask(url, "eth_chainId")
