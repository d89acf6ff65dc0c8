"""Sealing and opening in TypeScript, asked over a pipe."""

from __future__ import annotations

import atexit
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

from tests.chain.nodes import ROOT
from tests.node_command import NodeCommand, build

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
        build("build_sealing.mjs", "--counted" if COUNTS else "--command")
    return BUILT / "command.mjs"


class Peer(NodeCommand):
    """The running command."""

    def __init__(self) -> None:
        super().__init__(build_command())

    def ask(self, task: str, **given: Any) -> dict[str, Any]:
        """The answer to one task (``explorer/client/sealing/command.ts``). Raises ``Refused``."""
        answer = self.answer({task: given})
        if "refusal" in answer:
            raise Refused(answer["refusal"]["error"], answer["refusal"]["values"])
        return answer


@cache
def peer() -> Peer:
    """One for all tests: it remembers nothing."""
    started = Peer()
    atexit.register(started.stop)
    return started
