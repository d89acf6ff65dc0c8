"""A command in TypeScript, built and asked over a pipe: a task a line, an answer a line, both JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.chain.nodes import ROOT

NODE = shutil.which("node") or str(Path(sys.executable).with_name("node"))
"""Node of the machine, else the one that ``make setup`` put beside Python."""


def build(script: str, *arguments: str) -> None:
    """Run one of the scripts that build."""
    subprocess.run([NODE, f"scripts/{script}", *arguments], cwd=ROOT, check=True)


class NodeCommand:
    """The running command."""

    def __init__(self, command: Path) -> None:
        running = [NODE, "--enable-source-maps", str(command)]
        self._process = subprocess.Popen(running, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self) -> None:
        """Its end must be a good one."""
        self._process.communicate()
        assert self._process.returncode == 0

    def answer(self, task: dict[str, Any]) -> dict[str, Any]:
        """The answer to one task."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def peak_memory(self) -> int:
        """The most bytes of memory that the process had until now (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
