"""Connecting to a node, over HTTP and in the process: other chains, broken answers, lost connections."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.chain import heads
from ledger.chain.acts import Notice, PublishNotices
from ledger.chain.client import Chain
from ledger.chain.deployment import Deployment, deploy
from ledger.chain.node import EmbeddedNode, genesis
from ledger.chain.node.server import serve
from ledger.chain.registry import AdmitOrganisation
from ledger.chain.rpc import HttpTransport, request_all, shown_url, to_hex
from ledger.errors import (
    DeploymentUnreadable,
    GovernorsInvalid,
    NoCodeAtAccount,
    NodeAnswerMalformed,
    NodeRefused,
    NodeUnreachable,
    RegistryMismatch,
    SiegelError,
    WrongChain,
)
from ledger.evidence.proving import prove_head
from ledger.evidence.verify.header import read_header
from ledger.terms import NoticeKind, OrganisationKind
from tests.chain.replay import answering
from tests.chain.town import BUYER, OFFICERS, Town, actor, digest


def test_connect_to_another_chain_is_refused(town: Town) -> None:
    """By chain id, and by genesis hash where somebody chose the same id."""
    deployment = town.chain.deployment
    with pytest.raises(WrongChain, match="chain id"):
        Chain.connect(town.node.transport, replace(deployment, chain_id=1))
    with pytest.raises(WrongChain, match="genesis hash"):
        Chain.connect(town.node.transport, replace(deployment, genesis_hash=digest("another")))


def test_connect_where_no_contract_stands_is_refused(town: Town) -> None:
    """A deployment that was rolled back, or a file of somebody else."""
    nobody = b"\x77" * 20
    for other in (replace(town.chain.deployment, ledger=nobody), replace(town.chain.deployment, registry=nobody)):
        with pytest.raises(NoCodeAtAccount) as refused:
            Chain.connect(town.node.transport, other)
        assert refused.value.values == {"account": nobody}


def test_connect_with_another_registry_than_the_ledger_obeys_is_refused(town: Town) -> None:
    """Roles read from it would have no bearing on what the ledger lets happen."""
    governors = [actor("governor_one").account, actor("governor_two").account]
    other = deploy(town.node.transport, actor("deployer"), governors, threshold=2, delay=0).registry
    with pytest.raises(RegistryMismatch) as refused:
        Chain.connect(town.node.transport, replace(town.chain.deployment, registry=other))
    assert refused.value.values == {"got": other, "expected": town.chain.registry}


def test_deploy_with_governors_that_cannot_agree_is_refused_by_name(town: Town) -> None:
    """The constructor's refusal is decoded like any other."""
    with pytest.raises(GovernorsInvalid):
        deploy(town.node.transport, actor("deployer"), [actor("governor_one").account], threshold=2, delay=0)


def test_a_deployment_file_is_written_and_read_back(tmp_path: Path, town: Town) -> None:
    """JSON with hexadecimal accounts."""
    path = tmp_path / "deployment.json"
    town.chain.deployment.save(path)
    assert Deployment.load(path) == town.chain.deployment
    assert json.loads(path.read_text())["ledger"] == to_hex(town.chain.ledger)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"chainId": 1, "genesisHash": "0x12"}', '{"chainId": "x"}'])
def test_a_damaged_deployment_file_is_refused(tmp_path: Path, content: str | None) -> None:
    """Missing, empty, or lacking a field."""
    path = tmp_path / "deployment.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DeploymentUnreadable):
        Deployment.load(path)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", NodeAnswerMalformed),
        (b"<html>Bad gateway</html>", NodeAnswerMalformed),
        (b"[]", NodeAnswerMalformed),
        (b"{}", NodeAnswerMalformed),
        (b'{"result": null}', NodeAnswerMalformed),
        (b'{"result": "zz"}', NodeAnswerMalformed),
        (b'{"result": {}}', NodeAnswerMalformed),
        (b'{"error": {}}', NodeRefused),
        (b'{"error": {"code": -32000, "message": "no"}}', NodeRefused),
    ],
)
def test_an_answer_that_is_none_has_a_name(body: bytes, error: type[SiegelError], town: Town) -> None:
    """Proxies answer with pages, nodes with fragments."""
    with answering(lambda asked: body) as url, pytest.raises(error):
        Chain.connect(url, town.chain.deployment)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://127.0.0.1", "127.0.0.1:8545", "http://"])
def test_a_node_that_is_not_there_is_unreachable(url: str, town: Town) -> None:
    """A closed port, and addresses that are none."""
    with pytest.raises(NodeUnreachable):
        Chain.connect(url, town.chain.deployment)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://node.example:8545", "http://node.example:8545"),
        ("http://node.example:8545/", "http://node.example:8545"),
        ("https://user:geheim@node.example", "https://…@node.example"),
        ("https://geheim@[::1]:8545/", "https://…@[::1]:8545"),
        ("https://node.example/v3/geheim", "https://node.example/…"),
        ("https://node.example?token=geheim", "https://node.example/…"),
        ("https://node.example/#geheim", "https://node.example/…"),
        ("https://user:geheim/geheim@node.example", "…"),
        ("https://user:1/geheim@node.example", "…"),
        ("https://user:1?geheim@node.example", "…"),
        ("https://node.example:geheim", "…"),
        ("user:geheim@node.example", "…"),
        ("geheim", "…"),
    ],
)
def test_shown_url_keeps_what_may_be_an_access_to_itself(url: str, shown: str) -> None:
    """Scheme, host and port are told; whether there is more, but not what."""
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://user:geheim@127.0.0.1:1/geheim?token=geheim",
        "http://user:geheim/geheim@127.0.0.1:1",
        "ftp://user:geheim@127.0.0.1",
        "http://127.0.0.1:1/?token=geheim geheim",
        "http://127.0.0.1:1/?token=geheimä",
    ],
)
def test_a_node_that_is_not_there_is_told_without_secrets(url: str, town: Town) -> None:
    """Neither in the sentence nor among the values, which logs and programs get."""
    with pytest.raises(NodeUnreachable) as failed:
        Chain.connect(url, town.chain.deployment)
    assert "geheim" not in f"{failed.value} {failed.value.values}"


def test_a_node_that_never_answers_is_unreachable_after_its_time() -> None:
    """The time-out is named in the reason."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = HttpTransport(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.1)
        with closing(transport), pytest.raises(NodeUnreachable, match="timed out"):
            transport.request("eth_chainId", [])


@contextmanager
def closing_server() -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that answers one request on each connection, promises to keep it, and closes it."""
    seen, body = 0, b'{"result": "0x1"}'

    def answer(server: socket.socket) -> None:
        nonlocal seen
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                seen += 1
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", lambda: seen
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_an_idle_connection_that_the_node_closed_is_opened_again() -> None:
    """Servers close kept-alive connections at any time."""
    with closing_server() as (url, connections), closing(HttpTransport(url)) as transport:
        for _ in range(3):
            assert transport.request("eth_chainId", []) == "0x1"
        assert connections() == 3


def test_over_http_to_the_embedded_node_acts_are_sent_and_proven(tmp_path: Path) -> None:
    """The whole way on wall time: blocks come once a second."""
    genesis.create(tmp_path / "chain")
    with EmbeddedNode.open(tmp_path / "chain") as node:
        server = serve(node)
        deployment = deploy(server.url, actor("deployer"), [actor("governor_one").account], threshold=1, delay=0)
        chain = Chain.connect(server.url, deployment, nonces=tmp_path / "sent.sqlite")
        expires = int(time.time()) + 3_600
        admit = AdmitOrganisation("DE-LEITWEG", "town", OrganisationKind.BUYER, OFFICERS, expires)
        chain.send(admit, actor("governor_one"))
        notice = PublishNotices(BUYER, expires, (Notice("ocds-1", NoticeKind.CALL, digest("release")),))
        recorded = chain.send(notice, actor("officer_one"))
        process = recorded.records[0].process_id
        proof = prove_head(chain, chain.ledger, heads.head_slot(process), recorded.block_number)
        assert read_header(proof.header).block_hash == recorded.block_hash
        chain.close()
        server.stop()


def batch(*numbers: object, **rest: object) -> Callable[[object], bytes]:
    """Answers of these numbers to a batch, each with its number as result."""
    return lambda _asked: json.dumps([{"jsonrpc": "2.0", "id": n, "result": n, **rest} for n in numbers]).encode()


def test_batch_answered_in_any_order_gives_results_in_the_order_asked() -> None:
    """The specification of JSON-RPC lets a server answer a batch as it likes."""
    with answering(batch(2, 0, 1)) as url, closing(HttpTransport(url)) as transport:
        assert request_all(transport, "eth_getStorageAt", [[], [], []]) == [0, 1, 2]
        assert request_all(transport, "eth_getStorageAt", []) == []


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (batch(0, 1), NodeAnswerMalformed),
        (batch(0, 1, 1), NodeAnswerMalformed),
        (batch(0, 1, 2, 2), NodeAnswerMalformed),
        (batch(0, 1, 3), NodeAnswerMalformed),
        (batch(0, 1, "2"), NodeAnswerMalformed),
        (batch(0, 1, 2, error={"code": -32000, "message": "no"}), NodeRefused),
        (lambda _asked: b'{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "no"}}', NodeRefused),
        (lambda _asked: b'{"jsonrpc": "2.0", "id": 0, "result": "0x0"}', NodeAnswerMalformed),
        (lambda _asked: b"[1, 2, 3]", NodeAnswerMalformed),
        (lambda _asked: b'[{"id": 0}, {"id": 1}, {"id": 2}]', NodeAnswerMalformed),
        (lambda _asked: b"null", NodeAnswerMalformed),
    ],
)
def test_batch_answered_otherwise_than_asked_is_refused_by_name(
    answer: Callable[[object], bytes], failure: type[SiegelError]
) -> None:
    """Too few answers, too many, others, errors: never a result in the wrong place."""
    with answering(answer) as url, closing(HttpTransport(url)) as transport, pytest.raises(failure):
        request_all(transport, "eth_getStorageAt", [[], [], []])
