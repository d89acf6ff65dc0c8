"""A real C2SP witness in a process of its own: litewitness, built from ``witness/go.mod`` outside the tree.

It keeps its key in an SSH agent; the one here knows that one key.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import socket
import socketserver
import sqlite3
import struct
import subprocess
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.evidence.log_actors import Signer
from tests.waiting import wait_until

PACKAGE = "filippo.io/torchwood/cmd/litewitness"
MODULE = Path(__file__).parent / "witness"


def built() -> Path:
    """The program; Go gets and builds it once for each version of the module file."""
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if go is None:
        pytest.skip("Go is not installed: the real witnesses cannot be built")
    version = hashlib.sha256((MODULE / "go.sum").read_bytes()).hexdigest()[:16]
    program = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "siegel-tests" / version / "litewitness"
    )
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        draft = program.with_name(f"litewitness.{os.getpid()}")
        subprocess.run(
            [go, "build", "-mod=readonly", "-buildvcs=false", "-o", str(draft), PACKAGE], cwd=MODULE, check=True
        )
        draft.replace(program)
    return program


class LiteWitness:
    """One witness with its folder; it can be killed and started again."""

    def __init__(self, program: Path, name: str, folder: Path, agent: Path) -> None:
        self.signer = Signer(name, 4)
        self._program, self._folder, self._agent = program, folder, agent
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it takes checkpoints."""
        return f"http://{self.address}"

    def start(self) -> None:
        """Ready on return."""
        arguments = ["-name", self.signer.name, "-db", str(self._folder / "witness.db"), "-listen", self.address]
        arguments += ["-ssh-agent", str(self._agent), "-key", hashlib.sha256(self.signer.public).hexdigest()]
        with (self._folder / "log").open("ab") as said:
            self._process = subprocess.Popen([str(self._program), *arguments], stderr=said, stdout=said)
        wait_until(self._answers)

    def kill(self) -> None:
        """As by kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def know(self, origin: str, verifier_key: str) -> None:
        """Add a log, as its operator does."""
        with contextlib.closing(sqlite3.connect(self._folder / "witness.db", timeout=10)) as database, database:
            empty = b64encode(hashlib.sha256(b"").digest()).decode()
            database.execute("INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", (origin, empty))
            database.execute("INSERT INTO key (origin, key) VALUES (?, ?)", (origin, verifier_key))

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()
        try:
            return httpx.get(self.url, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@contextlib.contextmanager
def lite_witness(name: str) -> Iterator[LiteWitness]:
    """A running witness that knows no log yet."""
    program = built()
    # A socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="w") as place:
        folder = Path(place)
        with _agent(folder / "agent", Signer(name, 4)):
            witness = LiteWitness(program, name, folder, folder / "agent")
            witness.start()
            try:
                yield witness
            finally:
                witness.kill()


@contextlib.contextmanager
def _agent(path: Path, signer: Signer) -> Iterator[None]:
    """An SSH agent (draft-miller-ssh-agent) with one Ed25519 key: lists it, and signs with it."""
    blob = _text(b"ssh-ed25519") + _text(signer.public)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while head := self.rfile.read(4):
                request = self.rfile.read(struct.unpack(">I", head)[0])
                answer = b"\x05"
                if request[0] == 11:
                    answer = b"\x0c" + struct.pack(">I", 1) + _text(blob) + _text(b"witness")
                elif request[0] == 13:
                    at = 5 + struct.unpack(">I", request[1:5])[0]
                    message = request[at + 4 : at + 4 + struct.unpack(">I", request[at : at + 4])[0]]
                    answer = b"\x0e" + _text(_text(b"ssh-ed25519") + _text(signer.private.sign(message)))
                self.wfile.write(_text(answer))

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    with Server(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()


def _text(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content
