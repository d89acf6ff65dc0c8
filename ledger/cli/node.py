"""``siegel node``: the embedded chain as a JSON-RPC server, for other processes and foreign clients."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.connection import announced
from ledger.cli.language import say
from ledger.cli.session import Session


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "node", example="siegel node --port 8545")(node_command)


def node_command(
    session: Session,
    host: Annotated[str, typer.Option(help=say("address to answer at"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help=say("port to answer at; 0 takes a free one"))] = 8545,
) -> Answer:
    """Serve the embedded chain over JSON-RPC until stopped.

    Other commands of this home find it by themselves. What it answered survives kill -9; damage stops it.
    """
    from ledger.chain.node import EmbeddedNode
    from ledger.chain.node.server import serve

    settings = session.require_home()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with EmbeddedNode.open(settings.chain_dir) as node:
        server = serve(node, host, port)
        with announced(settings, server.url):
            session.tell(
                say("Chain {chain_id} answers at {url}. Stop it with Ctrl-C.", chain_id=node.chain_id, url=server.url)
            )
            stop.wait()
        server.stop()
        block = node.head.block_number
    return Answer({"url": server.url, "block": block}, [say("Stopped at block {block}.", block=block)])
