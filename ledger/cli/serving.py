"""``siegel serve``: API, pages and index over the chain of this home; ``siegel node``: the chain alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.command import command
from ledger.cli.connection import announced, connect_to, load_deployment, running_node
from ledger.cli.keys import key_path
from ledger.cli.language import say
from ledger.cli.passphrase import passphrase_for
from ledger.cli.session import Session
from ledger.cli.stopping import ends_normally, until_told
from ledger.errors import NodeEnded, NodeNotStarted
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.chain.signers import KeystoreSigner


def register(app: typer.Typer) -> None:
    """Adds both commands."""
    command(app, "serve", example="siegel serve --port 8000")(serve)
    command(app, "node", example="siegel node --port 8545")(node)


def serve(
    session: Session,
    host: Annotated[str | None, typer.Option("--host", help=say("interface to listen on"))] = None,
    port: Annotated[int | None, typer.Option("--port", help=say("port to listen on; 0 takes a free one"))] = None,
) -> None:
    """Serve the pages and the API until interrupted, and keep the index up with the chain.

    The embedded chain runs in a process of its own: making a block must not keep pages waiting. Where [receiver] is
    set, sealed bids are taken in; its key must be one whose promises the ledger believes.
    """
    settings = session.require_home()
    deployment = load_deployment(settings)
    receiver = _receiver_key(settings)
    import explorer
    from api.app import create_app
    from api.server import run
    from explorer.pinned_page import page_of

    page_of(settings)  # refused before anything is started
    with _node(settings) as url:
        chain = connect_to(url, settings, deployment)
        session.closing.callback(chain.close)
        if receiver is not None:
            _require_receiver(settings, chain, receiver)
        app = create_app(settings, chain=chain, pages=explorer.mount, receiver=receiver)
        with ends_normally():
            run(
                app,
                settings.host if host is None else host,
                settings.port if port is None else port,
                started=lambda address: session.tell(say("Serving at {address} (Ctrl-C ends it)", address=address)),
            )


def node(
    session: Session,
    host: Annotated[str | None, typer.Option("--host", help=say("interface to listen on"))] = None,
    port: Annotated[int | None, typer.Option("--port", help=say("port to listen on; 0 takes a free one"))] = None,
) -> None:
    """Serve the embedded chain alone as JSON-RPC over HTTP, until interrupted."""
    settings = session.require_home()
    from ledger.chain.node import EmbeddedNode
    from ledger.chain.node.server import serve as serve_node

    with EmbeddedNode.open(settings.chain_dir) as opened, until_told() as stop:
        server = serve_node(
            opened,
            settings.node_host if host is None else host,
            settings.node_port if port is None else port,
            origins=settings.node_origins,
        )
        with announced(settings, server.url, os.getpid()):
            session.tell(say("The chain answers at {address} (Ctrl-C ends it)", address=server.url))
            stop.wait()
        server.stop()


def _receiver_key(settings: Settings) -> KeystoreSigner | None:
    """The key that promises, opened; None where nothing is taken in. Raises as opening a key does."""
    if not settings.receiver.uid:
        return None
    from ledger.chain.signers import KeystoreSigner

    name = settings.receiver.key
    return KeystoreSigner.load(key_path(settings, name), passphrase_for(name, settings))


def _require_receiver(settings: Settings, chain: Chain, signer: KeystoreSigner) -> None:
    """Raises ReceiverUnauthorised: a promise that the ledger does not believe would make a bid late."""
    from api.receiver import require_authority
    from ledger.chain.identifiers import organisation_id

    given = settings.receiver
    require_authority(chain, organisation_id(given.scheme, given.uid), signer.account, given.key)


@contextmanager
def _node(settings: Settings) -> Iterator[str]:
    """The address of the chain's node: given, running already, or started here and ended with us."""
    given = settings.rpc_url or running_node(settings)
    if given is not None:
        yield given
        return
    command_line = [sys.executable, "-m", "ledger.chain.node", "--path", str(settings.chain_dir), "--port", "0"]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=said, text=True) as process,  # noqa: S603
    ):
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            process.wait()
            said.seek(0)
            raise NodeNotStarted(why=said.read().strip())
        ending = threading.Event()
        threading.Thread(target=_end_with, args=(process, ending), name="chain's process", daemon=True).start()
        try:
            with announced(settings, url, process.pid):
                yield url
            # Ctrl-C reaches both processes: then it ended as told, with code 0.
            if process.poll():
                said.seek(0)
                raise NodeEnded(code=process.returncode, why=said.read().strip())
        finally:
            ending.set()
            process.terminate()


def _end_with(process: subprocess.Popen[str], ending: threading.Event) -> None:
    """Tell this process to end as soon as the chain's has: pages without a chain would only show failures."""
    process.wait()
    if not ending.is_set():
        os.kill(os.getpid(), signal.SIGTERM)
