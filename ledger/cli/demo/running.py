"""Node, index, API and pages of the demo in one process."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import uvicorn
from fastapi import FastAPI

import explorer
from api.app import create_app
from api.server import address, bind
from ledger.chain.node.server import serve
from ledger.chain.signers import KeystoreSigner
from ledger.cli.connection import announced
from ledger.cli.demo.seeding import Demo
from ledger.cli.keys import key_path
from ledger.cli.passphrase import passphrase_for

HOST = "127.0.0.1"


@contextmanager
def without_the_alarm() -> Iterator[None]:
    """The server's log does not warn of the alteration: it is on purpose, and the pages and the checks tell it."""
    alarm = logging.getLogger("api.checks")
    before = alarm.level
    alarm.setLevel(logging.ERROR)
    try:
        yield
    finally:
        alarm.setLevel(before)


@contextmanager
def node_answers(demo: Demo) -> Iterator[str]:
    """Lets other commands reach the chain while the demo holds it."""
    server = serve(demo.node, HOST, 0)
    with ExitStack() as closing:
        closing.callback(server.stop)
        closing.enter_context(announced(demo.settings, server.url, os.getpid()))
        yield server.url


def application(demo: Demo) -> FastAPI:
    """API and pages; the index follows the chain, and bids are taken in for the town's receiver."""
    settings, receiver = demo.settings, None
    if settings.receiver.uid:
        name = settings.receiver.key
        receiver = KeystoreSigner.load(key_path(settings, name), passphrase_for(name, settings))
    return create_app(settings, chain=demo.chain, pages=explorer.mount, receiver=receiver)


def free_port(wished: int) -> int:
    """``wished``, or 0 (any) if something else listens there already."""
    try:
        bind(HOST, wished).close()
    except OSError:
        return 0
    return wished


@contextmanager
def for_a_while(app: FastAPI) -> Iterator[str]:
    """Serves on a free port in a thread, and ends with the block; gives the address."""
    with bind(HOST, 0) as listening:
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="demo pages")
        thread.start()
        try:
            # Connections wait in the socket's queue until the application has started.
            yield address(listening)
        finally:
            server.should_exit = True
            thread.join()
