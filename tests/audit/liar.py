"""A server between the auditor and an honest one: it passes on what it is asked for, and lies where a test says so."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Lie = Callable[[str, bytes], bytes | tuple[int, bytes] | None]
"""From path with query, and the honest answer, to what is answered: bytes, status with bytes, or None for the truth."""


@dataclass
class Liar:
    """``url`` answers; ``lies`` are tried in order; ``asked`` has every path."""

    url: str
    lies: list[Lie] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def about(self, path: str, change: Callable[[Any], Any]) -> None:
        """Lie about the JSON of addresses that begin so."""

        def lie(asked: str, body: bytes) -> bytes | None:
            if not asked.startswith(path) or asked.endswith("/evidence"):
                return None
            return json.dumps(change(json.loads(body))).encode()

        self.lies.append(lie)

    def about_lines(self, path: str, change: Callable[[list[Any]], list[Any]]) -> None:
        """Lie about the lines of a JSON Lines file."""

        def lie(asked: str, body: bytes) -> bytes | None:
            if not asked.startswith(path):
                return None
            return b"".join(
                json.dumps(each).encode() + b"\n" for each in change(list(map(json.loads, body.splitlines())))
            )

        self.lies.append(lie)

    def evidence_asked(self) -> list[str]:
        """Which bundles were asked for."""
        return [path for path in self.asked if path.endswith("/evidence")]


@contextmanager
def lying(honest: str) -> Iterator[Liar]:
    """A liar before the server at ``honest``; without lies it is none."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            liar.asked.append(self.path)
            with httpx.Client(timeout=60, trust_env=False, verify=False) as client:
                answer = client.get(honest + self.path)
            status, body, kind = answer.status_code, answer.content, answer.headers["content-type"]
            for lie in liar.lies:
                told = lie(self.path, body)
                if told is not None:
                    status, body = told if isinstance(told, tuple) else (200, told)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        liar = Liar(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield liar
        finally:
            server.shutdown()
            thread.join()
