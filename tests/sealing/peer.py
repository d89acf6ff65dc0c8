"""Sealing and opening in TypeScript, asked over a pipe."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tests.chain.nodes import ROOT

CLIENT = ROOT / "explorer/client"
COUNTS = os.environ.get("VERIFIER_COUNTS")
"""The folder for counts of branches, where they are to be counted (``scripts/count_verifier.mjs``)."""
BUILT = ROOT / ("build/sealing-counted" if COUNTS else "build/sealing")


class Refused(Exception):
    """The command refused, with the failure's name and its values."""

    def __init__(self, error: str, values: dict[str, Any]) -> None:
        super().__init__(f"{error} {values}")
        self.error, self.values = error, values


def sources_digest() -> str:
    """Of all that the command is made of, as ``scripts/client_command.mjs`` computes it."""
    beside = ("ledger/evidence/verify/words.json", "package-lock.json")
    files = [*(CLIENT / "sealing").iterdir(), *(CLIENT / "verifier").iterdir(), *(ROOT / name for name in beside)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files, key=str))).hexdigest()


def build_command() -> Path:
    """The command, built anew if its sources changed since."""
    recorded = BUILT / "sources.sha256"
    if not recorded.exists() or recorded.read_text() != sources_digest():
        which = "--counted" if COUNTS else "--command"
        subprocess.run(["node", "scripts/build_sealing.mjs", which], cwd=ROOT, check=True)
    return BUILT / "command.mjs"


class Peer:
    """The running command."""

    def __init__(self) -> None:
        command = ["node", "--enable-source-maps", str(build_command())]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self) -> None:
        """Its end must be a good one."""
        self._process.communicate()
        assert self._process.returncode == 0

    def ask(self, task: str, **given: Any) -> dict[str, Any]:
        """The answer to one task (``explorer/client/sealing/command.ts``). Raises ``Refused``."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({task: given}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "refusal" in answer:
            raise Refused(answer["refusal"]["error"], answer["refusal"]["values"])
        return answer

    def peak_memory(self) -> int:
        """The most bytes of memory that the process had until now (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024


@cache
def peer() -> Peer:
    """One for all tests: it remembers nothing."""
    started = Peer()
    atexit.register(started.stop)
    return started
