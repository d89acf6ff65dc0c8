"""The node over HTTP: JSON-RPC 2.0, single requests and batches, by POST to ``/``.

A request that fails after it was parsed is answered with HTTP status 200 and a JSON-RPC error, as clients expect.
"""

from __future__ import annotations

import logging
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from ledger.chain.node.node import EmbeddedNode
from ledger.errors import DevelopmentClockRefused, RpcError, SiegelError

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_BATCH = 1_000
_POLL_SECONDS = 0.05

_PARSE, _INVALID, _INTERNAL = -32700, -32600, -32603


def serve(node: EmbeddedNode, host: str = "127.0.0.1", port: int = 0) -> NodeServer:
    """Serve ``node`` in threads of its own; port 0 takes a free one. The node stays the caller's to close.

    Raises :class:`DevelopmentClockRefused`: others may rely on block times, so only wall time is served.
    """
    if not node.clock.is_wall:
        raise DevelopmentClockRefused()
    return NodeServer(node, host, port)


class NodeServer:
    """A running server; ``url`` is where it answers."""

    def __init__(self, node: EmbeddedNode, host: str, port: int) -> None:
        class Handler(_Handler):
            served = node

        self._server = _Server((host, port), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), name="node server")
        self._thread.daemon = True
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections; what arrives on open ones is answered until the node is closed."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that went away is no failure of ours.
        log.debug("the connection of %s broke", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    served: EmbeddedNode
    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet; without it, small answers wait for the client's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error_answer(None, _INVALID, "body missing or too large"))
            return
        answered = answer_body(self.served, self.rfile.read(int(length)))
        if answered is None:
            self._send(HTTPStatus.NO_CONTENT, None)
        else:
            self._send(HTTPStatus.OK, answered)

    def _send(self, status: HTTPStatus, body: Any) -> None:
        encoded = b"" if body is None else orjson.dumps(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)


def answer_body(node: EmbeddedNode, body: bytes) -> Any:
    """The answer to a request's or batch's bytes; None if only notifications were sent."""
    try:
        # orjson limits the depth; json's recursion overflows a thread's stack, since py-evm raises Python's limit.
        asked = orjson.loads(body)
    except ValueError:
        return error_answer(None, _PARSE, "parse error")
    if not isinstance(asked, list):
        return _answer(node, asked)
    if not asked or len(asked) > MAX_BATCH:
        return error_answer(None, _INVALID, f"a batch has 1 to {MAX_BATCH} requests")
    answers = [one for one in (_answer(node, request) for request in asked) if one is not None]
    return answers or None


def _answer(node: EmbeddedNode, asked: Any) -> dict[str, Any] | None:
    if not isinstance(asked, dict) or not isinstance(asked.get("method"), str):
        return error_answer(asked.get("id") if isinstance(asked, dict) else None, _INVALID, "invalid request")
    identifier = asked.get("id")
    try:
        result = node.request(asked["method"], asked.get("params"))
        answered = {"jsonrpc": "2.0", "id": identifier, "result": result}
    except RpcError as error:
        answered = error_answer(identifier, error.code, error.message, error.data)
    except SiegelError as error:
        # The node cannot go on (damage, a failed disk): its name is for people and programs alike.
        answered = error_answer(identifier, _INTERNAL, f"{error.name}: {error}", {"name": error.name})
    except Exception:
        log.exception("%s failed", asked["method"])
        answered = error_answer(identifier, _INTERNAL, "internal error")
    return answered if "id" in asked else None


def error_answer(identifier: Any, code: int, message: str, data: Any = None) -> dict[str, Any]:
    """A JSON-RPC 2.0 error object."""
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return {"jsonrpc": "2.0", "id": identifier, "error": error}
