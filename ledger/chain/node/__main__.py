"""``python -m ledger.chain.node --path FOLDER --port 0``: one chain in a process of its own.

Prints the address it answers at and stops on SIGTERM or Ctrl-C.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from ledger.chain.node import EmbeddedNode
from ledger.chain.node.server import serve
from ledger.errors import SiegelError


def main() -> int:
    """Serve until told to stop; 1 if the chain cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m ledger.chain.node")
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with EmbeddedNode.open(wanted.path) as node:
            server = serve(node, wanted.host, wanted.port)
            sys.stdout.write(server.url + "\n")
            sys.stdout.flush()
            stop.wait()
            server.stop()
    except SiegelError as failure:
        sys.stderr.write(f"{failure.name}: {failure}\n")
        return 1
    return 0


sys.exit(main())
