"""A node in a process of its own, to be killed."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import threading
import urllib.request
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ledger.chain.node import EmbeddedNode
from ledger.chain.node.server import serve

# Forked from a process that has imported everything already: killed two hundred times, the start is what takes long.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["ledger.chain.node.server"])


class NodeProcess:
    """``python -m ledger.chain.node`` on a folder; answers at ``url``."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "ledger.chain.node", "--path", str(folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError(self._process.communicate()[1])

    @property
    def identifier(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """``kill -9``: no chance to finish anything."""
        self._process.kill()
        self._end()

    def stop(self) -> int:
        """Ask it to stop, and wait; the exit code."""
        self._process.terminate()
        return self._end()

    def _end(self) -> int:
        self._process.communicate()
        return self._process.returncode


class ForkedNode:
    """A node that serves a folder in a forked process, to be killed and nothing else."""

    def __init__(self, folder: Path) -> None:
        mine, theirs = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_serve, args=(folder, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.url: str = mine.recv()

    def kill(self) -> None:
        """``kill -9``."""
        self._process.kill()
        self._process.join()


def _serve(folder: Path, tell: Connection) -> None:
    node = EmbeddedNode.open(folder)
    tell.send(serve(node).url)
    threading.Event().wait()


def ask(url: str, method: str, *params: Any) -> Any:
    """The whole answer to one request over HTTP."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
