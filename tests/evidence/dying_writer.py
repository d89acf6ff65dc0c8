"""A process that dies while it adds to a log: after the tiles were written, before the checkpoint is."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence

from ledger.evidence.log.folder import LogFolder

_SCRIPT = """
import os, signal, sys
from pathlib import Path
from ledger.evidence.log import writer
from ledger.evidence.log.folder import LogFolder

real = writer.write_all

def dying(files, folder):
    if files[0][0].name == "checkpoint":
        os.kill(os.getpid(), signal.SIGKILL)
    real(files, folder)

writer.write_all = dying
with writer.writing(LogFolder(Path(sys.argv[1]))) as opened:
    opened.append([bytes.fromhex(leaf) for leaf in sys.argv[2:]][: opened.room])
"""


def die_before_the_checkpoint(log: LogFolder, leaves: Sequence[bytes]) -> None:
    """kill -9, in a process of its own; as many of the leaves as the last tile has room for are written."""
    arguments = [str(log.folder), *(leaf.hex() for leaf in leaves)]
    died = subprocess.run([sys.executable, "-c", _SCRIPT, *arguments], capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
