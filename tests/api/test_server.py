"""Starting and ending the application: the socket, the follower, what is opened and closed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api import server
from api.app import create_app
from api.server import address, bind
from ledger.chain.client import Chain
from ledger.chain.node.server import serve
from ledger.chain.nonces import NonceBook
from ledger.chain.rpc import transport_to
from ledger.errors import NodeUnreachable, SiegelError
from ledger.index.database import Index
from ledger.index.follower import Follower
from ledger.index.queries import Queries
from ledger.index.sync import Synchroniser
from ledger.settings import Settings
from tests.api.conftest import Api
from tests.explorer.site import open_services, served
from tests.index.conftest import sqlite_index, town
from tests.index.town import Town, release

__all__ = ["sqlite_index", "town"]

SCRIPT = """
import sys
from pathlib import Path
from api import server
from api.app import create_app
from api.server import run
from ledger.settings import Settings

settings = Settings.load(Path(sys.argv[1]), rpc_url=sys.argv[2], poll_interval=0.05)
run(create_app(settings), "127.0.0.1", 0, started=lambda url: print(url, flush=True))
print("ended", flush=True)
"""


def test_bind_connection_accepted_sends_at_once() -> None:
    """Nagle's algorithm is off: with it on, a client that keeps its connection waits 40 ms for each body."""
    found: list[int] = []

    async def accept() -> None:
        accepted = asyncio.Event()

        async def look(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            accepted.set()

        with bind("127.0.0.1", 0) as listening:
            async with await asyncio.start_server(look, sock=listening):
                _, writer = await asyncio.open_connection(*listening.getsockname())
                await accepted.wait()
                writer.close()

    asyncio.run(accept())
    assert found
    assert found[0] != 0


def test_run_on_port_zero_follows_the_chain_until_told_to_end(town: Town, tmp_path: Path) -> None:
    """The real address is said once requests are answered; acts recorded later appear by themselves; SIGTERM ends it
    cleanly and the index can be opened again."""
    home = tmp_path / "home"
    home.mkdir()
    settings = Settings.load(home)
    town.chain.deployment.save(settings.deployment_path)
    assert town.clock is not None
    town.clock.finish()
    node = serve(town.node, "127.0.0.1", 0)
    command = [sys.executable, "-c", SCRIPT, str(home), node.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert httpx.get(f"{url}/healthz").text == "ok\n"
            digest = town.keep(release("ocds-a2ef3d-served"))
            recorded = town.notice("ocds-a2ef3d-served", digest)
            while httpx.get(f"{url}/readyz").status_code == 503 or _indexed(url) < recorded.block_number:
                assert process.poll() is None
                time.sleep(0.05)
            (found,) = httpx.get(f"{url}/api/v1/processes").json()["processes"]
            assert found["ocid"] == "ocds-a2ef3d-served"
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "ended\n"
        assert process.wait() == 0
    node.stop()


def _indexed(url: str) -> int:
    return int(httpx.get(f"{url}/api/v1/status").json()["status"]["indexedBlock"] or 0)


def test_bind_taken_port_refused() -> None:
    """The same port twice is refused at once, not served by chance."""
    with bind("127.0.0.1", 0) as first:
        first.listen()
        port = first.getsockname()[1]
        assert address(first) == f"http://127.0.0.1:{port}"
        with pytest.raises(OSError, match=r"[Aa]ddress"):
            bind("127.0.0.1", port)


def test_bind_ipv6_address_in_brackets() -> None:
    """A browser wants brackets."""
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with bind("::1", 0) as listening:
        assert address(listening).startswith("http://[::1]:")


def test_connection_without_a_request_is_closed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects and says nothing, or never ends saying it, does not keep a place; who asks again may stay."""
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.3)
    place = urlsplit(api.site.url)
    for beginning in (b"", b"GET / HTTP/1.1\r\nhost: x\r\n"):
        with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
            connection.sendall(beginning)
            assert connection.recv(1) == b""
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        for _ in range(4):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            received = b""
            while not received.endswith(b"ok\n"):
                part = connection.recv(1000)
                assert part
                received += part
            time.sleep(0.2)  # a reader's pause, shorter than the limit; together they are longer


def test_more_connections_than_are_served_are_told_so(api: Api) -> None:
    """The application answers 503 instead of running out of files."""
    place = urlsplit(api.site.url)
    held: list[socket.socket] = []
    try:
        held += [socket.create_connection((place.hostname, place.port), timeout=10) for _ in range(server.CONNECTIONS)]
        assert httpx.get(f"{api.site.url}/healthz").status_code == 503
    finally:
        for connection in held:
            connection.close()
    while httpx.get(f"{api.site.url}/healthz").status_code == 503:
        pass


def test_create_app_home_without_deployment_refused(tmp_path: Path) -> None:
    """A named failure, and nothing stays open."""
    with pytest.raises(SiegelError) as refusal:
        create_app(Settings.load(tmp_path))
    assert refusal.value.name == "DeploymentUnreadable"


def test_follower_node_fails_error_kept_then_forgotten(town: Town, sqlite_index: Index) -> None:
    """A failing node stops nothing: the failure is told, the next round goes on, and success forgets it."""
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    rounds, failing = threading.Semaphore(0), threading.Event()
    run_once = synchroniser.run_once
    failing.set()

    def counted(until: int | None = None) -> object:
        try:
            if failing.is_set():
                raise ConnectionError(os.strerror(111))
            return run_once(until)
        finally:
            rounds.release()

    synchroniser.run_once = counted  # type: ignore[method-assign,assignment]
    follower = Follower(synchroniser, 0.01)
    follower.start()
    for _ in range(2):
        rounds.acquire()
    assert follower.last_error is not None
    assert follower.last_error.startswith("ConnectionError")
    failing.clear()
    for _ in range(3):
        rounds.acquire()
    follower.stop()
    assert follower.last_error is None
    assert Queries(sqlite_index).status().indexed_block == town.chain.block_number()


def test_follower_node_that_stays_away_told_once(
    town: Town, sqlite_index: Index, caplog: pytest.LogCaptureFixture
) -> None:
    """The log of a night without a node has one line of it, not one for every second; another failure is told."""
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    rounds = threading.Semaphore(0)
    failures = [NodeUnreachable(url="http://node", reason="refused")] * 3 + [
        NodeUnreachable(url="http://node", reason="x")
    ]

    def failing(until: int | None = None) -> object:
        rounds.release()
        raise failures.pop(0) if len(failures) > 1 else failures[0]

    synchroniser.run_once = failing  # type: ignore[method-assign,assignment]
    follower = Follower(synchroniser, 0.01)
    follower.start()
    for _ in range(6):
        rounds.acquire()
    follower.stop()
    told = [record.message.rpartition(": ")[2] for record in caplog.records if record.name == "ledger.keeper"]
    assert told == ["refused.", "x."]


def test_status_node_that_answers_nonsense_named_by_what_it_did(tmp_path: Path) -> None:
    """Not every failure of asking a node is one that does not answer."""
    with served(tmp_path) as site:
        deployment = site.town.chain.deployment
    with HTTPServer(("127.0.0.1", 0), Nonsense) as elsewhere:
        thread = threading.Thread(target=elsewhere.serve_forever)
        thread.start()
        transport = transport_to(f"http://127.0.0.1:{elsewhere.server_port}")
        chain = Chain(transport, deployment, NonceBook(deployment.chain_id, None), 1.0)
        with open_services(tmp_path, chain) as services:
            assert services.status().last_error == "NodeAnswerMalformed"
            elsewhere.shutdown()
            thread.join()
            elsewhere.server_close()
            assert services.status().last_error == "NodeUnreachable"
        chain.close()


class Nonsense(BaseHTTPRequestHandler):
    """Something that listens where the node was, and is none."""

    def do_POST(self) -> None:
        """Answers, but no JSON-RPC."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"welcome")

    def log_message(self, format: str, *arguments: object) -> None:
        """Keeps quiet."""
