"""JSON-RPC to a chain node: over HTTP with kept-alive connections, or to the embedded node in this process.

Requests and answers are read here and nowhere else, without web3: its formatters cost 258 µs for each log, refuse QBFT
headers unless told otherwise, and turn Besu's ``null`` for a future block into a TypeError (docs/adr/0020).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson

from ledger.errors import NodeAnswerMalformed, NodeRefused, NodeUnreachable, RpcError

_TIMEOUT_SECONDS = 30.0
_MOST_AT_ONCE = 500  # requests in a batch: the embedded node and Besu answer a thousand
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z")
# RFC 3986: anything else is written as %XX; the library would refuse it with the whole path in its words.
_TARGET = re.compile(r"[!-~]*\Z")
_NO_ADDRESS = "the address is no http or https address"
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}\Z")


class Node(Protocol):
    """The embedded node, in this process; raises RpcError."""

    def request(self, method: str, params: list[Any] | None = None) -> Any: ...


class Transport(Protocol):
    """One way to a node."""

    url: str

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """The result. Raises NodeRefused, NodeUnreachable, NodeAnswerMalformed."""

    def close(self) -> None:
        """Let go of connections; an embedded node stays its owner's to close."""


class LocalTransport:
    """Calls the embedded node directly; its own failures (ChainDamaged, ChainClosed) pass through."""

    url = "embedded"

    def __init__(self, node: Node) -> None:
        self._node = node

    def request(self, method: str, params: Sequence[Any]) -> Any:
        try:
            return self._node.request(method, list(params))
        except RpcError as error:
            raise NodeRefused(method=method, code=error.code, message=error.message, data=error.data) from error

    def close(self) -> None:
        pass


class HttpTransport:
    """A JSON-RPC server; one kept-alive connection for each thread."""

    def __init__(self, url: str, *, timeout: float = _TIMEOUT_SECONDS) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            # Its words quote what it took for a port: perhaps a part of a password.
            raise NodeUnreachable(url=shown_url(url), reason=_NO_ADDRESS) from None
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            raise NodeUnreachable(url=shown_url(url), reason=_NO_ADDRESS)
        self.url = url
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not _TARGET.match(self._path):
            raise NodeUnreachable(url=shown_url(url), reason=_NO_ADDRESS)
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._timeout = parts.hostname, port, timeout
        self._threads = threading.local()
        self._open: set[HTTPConnection] = set()

    def request(self, method: str, params: Sequence[Any]) -> Any:
        answer = self._exchange(method, _question(1, method, params))
        if not isinstance(answer, dict):
            raise NodeAnswerMalformed(method=method, reason="it is no JSON-RPC answer")
        return _result(method, answer)

    def request_all(self, method: str, many: Sequence[Sequence[Any]]) -> list[Any]:
        """The results of one method for many parameters, in their order: one JSON-RPC batch, which must not be empty.

        Raises as ``request`` for the first one that fails.
        """
        asked = [_question(number, method, params) for number, params in enumerate(many)]
        answers = self._exchange(method, asked)
        if isinstance(answers, dict):  # one answer to all: the batch as such is refused
            _result(method, answers)
        if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
            raise NodeAnswerMalformed(method=method, reason="it is no answer to a JSON-RPC batch")
        # The specification lets a node answer in any order.
        by_number = {answer["id"]: answer for answer in answers if isinstance(answer.get("id"), int)}
        if len(answers) != len(asked) or by_number.keys() != set(range(len(asked))):
            raise NodeAnswerMalformed(method=method, reason="a batch that answers other questions than were asked")
        return [_result(method, by_number[number]) for number in range(len(asked))]

    def close(self) -> None:
        for connection in list(self._open):
            connection.close()
        self._open.clear()

    def _exchange(self, method: str, request: Any) -> Any:
        try:
            body = self._post(orjson.dumps(request))
        except (OSError, HTTPException, UnicodeError) as error:
            # UnicodeError: a host name that cannot be one.
            self._drop()
            raise NodeUnreachable(url=shown_url(self.url), reason=str(error) or type(error).__name__) from error
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise NodeAnswerMalformed(method=method, reason=f"it is no JSON: {body[:80]!r}") from error

    def _post(self, body: bytes) -> bytes:
        kept = getattr(self._threads, "connection", None)
        if kept is not None:
            try:
                return self._post_on(kept, body)
            except (ConnectionError, HTTPException):
                # The server may close an idle connection at any time. Asking again is safe: every method is a
                # question, but eth_sendRawTransaction, where the same bytes are the same transaction.
                self._drop()
        fresh = self._kind(self._host, self._port, timeout=self._timeout)
        self._threads.connection = fresh
        self._open.add(fresh)
        return self._post_on(fresh, body)

    def _post_on(self, connection: HTTPConnection, body: bytes) -> bytes:
        connection.request("POST", self._path, body, {"Content-Type": "application/json"})
        return connection.getresponse().read()

    def _drop(self) -> None:
        connection = getattr(self._threads, "connection", None)
        if connection is not None:
            connection.close()
            self._open.discard(connection)
            self._threads.connection = None


def request_all(transport: Transport, method: str, many: Sequence[Sequence[Any]]) -> list[Any]:
    """The results of one method for many parameters, in their order; in batches where the way to the node is long.

    Raises as ``Transport.request`` for the first one that fails.
    """
    if not isinstance(transport, HttpTransport):
        return [transport.request(method, params) for params in many]
    results: list[Any] = []
    for start in range(0, len(many), _MOST_AT_ONCE):
        results += transport.request_all(method, many[start : start + _MOST_AT_ONCE])
    return results


def _question(number: int, method: str, params: Sequence[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def _result(method: str, answer: dict[str, Any]) -> Any:
    error = answer.get("error")
    if isinstance(error, dict):
        raise NodeRefused(method=method, code=error.get("code"), message=error.get("message"), data=error.get("data"))
    if "result" not in answer:
        raise NodeAnswerMalformed(method=method, reason="it has neither result nor error")
    return answer["result"]


def shown_url(url: str) -> str:
    """A node's address as people and logs may see it: scheme, host and port.

    Name and password, path and query can be somebody's access to the node; an ellipsis stands for them.
    """
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return "…"
    behind = parts._replace(scheme="", netloc="").geturl()
    # An at sign there: a password was not escaped, and its beginning would be taken for the host.
    if parts.hostname is None or "@" in behind:
        return "…"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    before = "…@" if "@" in parts.netloc else ""
    return f"{parts.scheme}://{before}{host}{port}{'' if behind in ('', '/') else '/…'}"


def transport_to(target: str | Node | Transport) -> Transport:
    """The way to a node given by RPC URL, or to an embedded node in this process."""
    if isinstance(target, str):
        return HttpTransport(target)
    return target if hasattr(target, "url") else LocalTransport(target)  # type: ignore[return-value]


def to_hex(value: bytes) -> str:
    """Data as JSON-RPC writes it."""
    return "0x" + value.hex()


def from_hex(value: Any, method: str, size: int | None = None) -> bytes:
    """Data as JSON-RPC writes it, of exactly ``size`` bytes if given; raises NodeAnswerMalformed."""
    if not isinstance(value, str) or not _DATA.match(value):
        raise NodeAnswerMalformed(method=method, reason=f"{_shown(value)} is no hexadecimal data")
    found = bytes.fromhex(value[2:])
    if size is not None and len(found) != size:
        raise NodeAnswerMalformed(method=method, reason=f"{_shown(value)} has {len(found)} bytes, not {size}")
    return found


def to_int(value: Any, method: str) -> int:
    """A quantity as JSON-RPC writes it, of at most 256 bits (leading zeros may pass); raises NodeAnswerMalformed."""
    if not isinstance(value, str) or not _QUANTITY.match(value):
        raise NodeAnswerMalformed(method=method, reason=f"{_shown(value)} is no quantity")
    return int(value, 16)


def _shown(value: Any) -> str:
    return repr(value)[:80]
