"""Runs the application on a socket, and says at which address."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI


def run(app: FastAPI, host: str, port: int, *, started: Callable[[str], None] = lambda _url: None) -> None:
    """Serve until the process is told to end (SIGINT, SIGTERM).

    ``port`` 0 takes a free one. ``started`` is called with the real address once requests are answered. Raises
    ``OSError`` if the port is taken.
    """
    with bind(host, port) as listening:
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        _Server(config, address(listening), started).run(sockets=[listening])


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on that interface; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
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


ENDING = (signal.SIGINT, signal.SIGTERM)


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
