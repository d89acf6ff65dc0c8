"""How addresses are reached from a machine whose environment names a proxy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from ledger.evidence.outgoing import way_to


class Named(BaseHTTPRequestHandler):
    """Says who answered."""

    def do_GET(self) -> None:
        """The server's name; a proxy is asked for a whole address."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"proxy" if self.path.startswith("http://") else b"server")

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address of this machine, which is the environment's proxy, too."""
    server = HTTPServer(("127.0.0.1", 0), Named)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, address)
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def test_way_to_this_machine_takes_no_proxy_and_to_others_does(here: str) -> None:
    """No proxy could reach a witness, a notice service or an authority that runs beside this program."""
    for url, answered in ((here, "server"), ("http://notices.invalid", "proxy"), ("http://notices.invalid:1", "proxy")):
        with httpx.Client(**way_to(url)) as client:
            assert client.get(url).text == answered


def test_way_to_what_is_no_address_is_left_to_the_request() -> None:
    """Which then fails by its own name."""
    assert way_to("http://[") == way_to("http://notices.invalid")
