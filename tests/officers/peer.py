"""The officers' page without a browser, asked over a pipe (``explorer/client/opening/command.ts``)."""

from __future__ import annotations

import atexit
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from tests.chain.nodes import ROOT
from tests.node_command import NodeCommand, build

BUILT = ROOT / "build/opening"
CLIENT = ROOT / "explorer/client"
FOLDERS = ("opening", "bid", "ranking", "receipt", "sealing", "verifier")
BESIDE = ("ledger/evidence/verify/words.json", "ledger/statute.json", "package-lock.json")


class Refused(Exception):
    """The page refused, with the failure's name and its values."""

    def __init__(self, error: str, values: dict[str, Any]) -> None:
        super().__init__(f"{error} {values}")
        self.error, self.values = error, values


class Peer(NodeCommand):
    """The running command."""

    def __init__(self) -> None:
        super().__init__(build_command())

    def ask(self, task: str, **given: Any) -> Any:
        """The answer to one task. Raises ``Refused``."""
        answer: Any = self.answer({task: given})
        if "refusal" in answer:
            raise Refused(answer["refusal"]["error"], answer["refusal"]["values"])
        return answer


def build_command() -> Path:
    """The command, built anew if its sources changed since."""
    recorded = BUILT / "sources.sha256"
    if not recorded.exists() or recorded.read_text() != sources_digest():
        build("build_opening_page.mjs", "--command")
    return BUILT / "command.mjs"


def sources_digest() -> str:
    """Of all that the command is made of, as ``scripts/client_command.mjs`` computes it."""
    files = [*(path for name in FOLDERS for path in (CLIENT / name).iterdir()), *(ROOT / name for name in BESIDE)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files, key=str))).hexdigest()


@cache
def peer() -> Peer:
    """One for all tests: it remembers nothing."""
    started = Peer()
    atexit.register(started.stop)
    return started
