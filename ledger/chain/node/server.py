"""The node over HTTP: JSON-RPC 2.0, single requests and batches, by POST to ``/``.

Pages of the origins that were named may ask, too (CORS). Before it sends the one content type that is taken, a browser
asks by ``OPTIONS`` whether the page may: no other page reaches the node, not even to have something done.

A request that fails after it was parsed is answered with HTTP status 200 and a JSON-RPC error, as clients expect.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Collection, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import orjson

from ledger.chain.node.node import EmbeddedNode
from ledger.errors import DevelopmentClockRefused, RpcError, SiegelError

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_BATCH = 1_000
MAX_BATCH_SECONDS = 10.0
_POLL_SECONDS = 0.05
_ASKED_AGAIN_SECONDS = 600

_PARSE, _INVALID, _INTERNAL, _LIMIT = -32700, -32600, -32603, -32005


def serve(node: EmbeddedNode, host: str = "127.0.0.1", port: int = 0, *, origins: Collection[str] = ()) -> NodeServer:
    """Serve ``node`` in threads of its own; port 0 takes a free one. The node stays the caller's to close.

    ``origins``: web pages whose scripts may ask (``https://wallet.example``); by default none.
    Raises :class:`DevelopmentClockRefused`: others may rely on block times, so only wall time is served.
    """
    if not node.clock.is_wall:
        raise DevelopmentClockRefused()
    return NodeServer(node, host, port, origins)


class NodeServer:
    """A running server; ``url`` is where it answers."""

    def __init__(self, node: EmbeddedNode, host: str, port: int, origins: Collection[str] = ()) -> None:
        class Handler(_Handler):
            served, own_name, allowed_origins = node, host.lower(), frozenset(origins)

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
    own_name: str
    allowed_origins: frozenset[str]
    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet; without it, small answers wait for the client's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60

    def _refusal(self) -> HTTPStatus | None:
        """Why a request may come from a web page that its reader did not mean to ask us; None if it cannot."""
        if self.headers.get_content_type() != "application/json" or "Content-Type" not in self.headers:
            # A page may send other types across origins without asking first.
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        return self._foreign()

    def _foreign(self) -> HTTPStatus | None:
        """Why a page's origin, or the name that led here, is none of those that were named; None if all fits."""
        origin = self.headers.get("Origin")
        if origin is not None and origin not in self.allowed_origins:
            return HTTPStatus.FORBIDDEN
        return None if self._is_our_name(self.headers.get_all("Host", [])) else HTTPStatus.MISDIRECTED_REQUEST

    def _is_our_name(self, given: list[str]) -> bool:
        """A name of others that leads here is DNS rebinding. An IP address needs no DNS and cannot be rebound."""
        if len(given) != 1:
            return False
        try:
            name = urlsplit(f"//{given[0]}").hostname or ""
            if name in ("localhost", self.own_name):
                return True
            ip_address(name)
        except ValueError:
            return False
        return True

    def do_OPTIONS(self) -> None:
        """What a browser asks before a page of another origin may ask (Fetch standard, CORS preflight)."""
        refused = self._foreign()
        if refused is None and "Origin" not in self.headers:
            refused = HTTPStatus.FORBIDDEN
        # A body is not looked for: what came would be taken for the next request.
        self.close_connection = True
        if refused is not None:
            self._send(refused, error_answer(None, _INVALID, refused.phrase))
            return
        self._send(
            HTTPStatus.NO_CONTENT,
            None,
            {
                "Access-Control-Allow-Methods": "POST",
                "Access-Control-Allow-Headers": "content-type",
                "Access-Control-Max-Age": str(_ASKED_AGAIN_SECONDS),
                "Connection": "close",
            },
        )

    def do_POST(self) -> None:
        refused = self._refusal()
        if refused is not None:
            self.close_connection = True
            self._send(refused, error_answer(None, _INVALID, refused.phrase))
            return
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error_answer(None, _INVALID, "body missing or too large"))
            return
        answered = answer_body(self.served, self.rfile.read(int(length)))
        if answered is None:
            self._send(HTTPStatus.NO_CONTENT, None)
        else:
            self._send(HTTPStatus.OK, answered)

    def _send(self, status: HTTPStatus, body: Any, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        encoded = b"" if body is None else orjson.dumps(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.send_header("Vary", "Origin")
        origin = self.headers.get("Origin")
        if origin in self.allowed_origins:
            self.send_header("Access-Control-Allow-Origin", origin)
        for name, value in headers.items():
            self.send_header(name, value)
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
    until = time.monotonic() + MAX_BATCH_SECONDS
    answers: list[dict[str, Any] | None] = []
    for request in asked:
        if time.monotonic() > until:
            # A thousand calls of three seconds each would hold up everybody else for an hour.
            answers.append(error_answer(_identifier(request), _LIMIT, f"the batch took {MAX_BATCH_SECONDS} seconds"))
        else:
            answers.append(_answer(node, request))
    return [one for one in answers if one is not None] or None


def _identifier(asked: Any) -> Any:
    return asked.get("id") if isinstance(asked, dict) else None


def _answer(node: EmbeddedNode, asked: Any) -> dict[str, Any] | None:
    if not isinstance(asked, dict) or not isinstance(asked.get("method"), str):
        return error_answer(_identifier(asked), _INVALID, "invalid request")
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
