"""An HTTP server that answers one request with what a real node once answered, byte for byte."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ledger.chain.rpc import HttpTransport


@contextmanager
def answering(answer: Callable[[dict[str, Any]], bytes]) -> Iterator[str]:
    """A server on the loopback; ``answer`` makes the body for a request. Gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Replayed:
    """One recorded pair of request and response."""

    def __init__(self, recorded: dict[str, Any]) -> None:
        self._recorded = recorded

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """Ask over HTTP; the request must be the recorded one."""

        def answer(asked: dict[str, Any]) -> bytes:
            assert (asked["method"], asked["params"]) == (
                self._recorded["request"]["method"],
                self._recorded["request"]["params"],
            )
            return json.dumps(self._recorded["response"]).encode()

        with answering(answer) as url, closing(HttpTransport(url)) as transport:
            return transport.request(method, params)
