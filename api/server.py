"""Runs the application on a socket, and says at which address."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol


def run(app: FastAPI, host: str, port: int, *, started: Callable[[str], None] = lambda _url: None) -> None:
    """Serve until the process is told to end (SIGINT, SIGTERM).

    ``port`` 0 takes a free one. ``started`` is called with the real address once requests are answered. Raises
    ``OSError`` if the port is taken.
    """
    with bind(host, port) as listening:
        _Server(configured(app), address(listening), started).run(sockets=[listening])


def configured(app: FastAPI) -> uvicorn.Config:
    """How the application is served: what one visitor can hold open, and for how long, has an end.

    More than ``CONNECTIONS`` are answered 503. Limits for each visitor's address belong to the proxy in front, which
    alone knows it (docs/threat-model.md).
    """
    return uvicorn.Config(
        app,
        http=_Impatient,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEPT_ALIVE_SECONDS,
        timeout_graceful_shutdown=ENDING_SECONDS,
    )


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on that interface; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: only then asyncio switches Nagle's algorithm off on the sockets that it accepts, and with that on a
    # client that keeps its connection gets the body 40 ms behind the headers.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # From here on a connection waits in the socket's queue until the application answers, and none is refused.
        listening.listen(128)
    except BaseException:
        listening.close()
        raise
    return listening


def address(listening: socket.socket) -> str:
    """The address of a listening socket as a browser takes it."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


CONNECTIONS: Final = 500
KEPT_ALIVE_SECONDS: Final = 5
HEAD_SECONDS = 15.0
ENDING_SECONDS: Final = 10

ENDING = (signal.SIGINT, signal.SIGTERM)


class _Impatient(H11Protocol):
    """Closes a connection on which no request has come within ``HEAD_SECONDS``; uvicorn would wait for ever."""

    _watching: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_head(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watching is not None:
            self._watching.cancel()
        super().connection_lost(exc)

    def _watch_head(self, answered: Any) -> None:
        self._watching = self.loop.call_later(HEAD_SECONDS, self._look, answered)

    def _look(self, answered: Any) -> None:
        # The head is not complete, and the last request is still the one of the last look.
        if self.conn.their_state is h11.IDLE and self.cycle is answered:
            self.transport.close()
        else:
            self._watch_head(self.cycle)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, url: str, started: Callable[[str], None]) -> None:
        super().__init__(config)
        self._url = url
        self._say = started

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ends on a signal as uvicorn does, but does not raise it again afterwards: that would kill the process before
        the caller has closed what it opened (the chain's process, databases)."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in ENDING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._say(self._url)
