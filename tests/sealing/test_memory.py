"""A package of any size goes through in pieces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.chain.nodes import ROOT

PROGRAM = """
import hashlib, io, resource, sys
from ledger.sealing import opening
from ledger.sealing.bid import Bid
from ledger.sealing.envelope import read_header
from ledger.sealing.sealing import seal
from tests.sealing.actors import CONTEXT, KEY_SET

document, envelope, opened = sys.argv[1:4]
digest = hashlib.file_digest(open(document, "rb"), "sha256").hexdigest()
bid = Bid.of({"documents/0001": {"title": "large", "size": int(sys.argv[4]), "digest": digest}})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(envelope, "w+b") as file:
    sealed = seal(bid, [lambda: open(document, "rb")], CONTEXT, KEY_SET, file)
    file.seek(0)
    header = read_header(file)
    start = file.tell()
    opening.check_content(header, file)
    file.seek(start)
    opening.open_content(header, sealed.seed, file, lambda _: open(opened, "wb"))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
SIZE = 64 * 2**20


def test_seal_and_open_a_large_package_holds_a_sixteenth_of_it_at_most(tmp_path: Path) -> None:
    """64 MiB through sealing, checking and opening, in a process of its own; its memory grows by less than 4 MiB."""
    document, envelope, opened = (tmp_path / name for name in ("document", "envelope", "opened"))
    with document.open("wb") as file:
        file.truncate(SIZE - 1)
        file.seek(0, os.SEEK_END)
        file.write(b"x")
    command = [sys.executable, "-c", PROGRAM, str(document), str(envelope), str(opened), str(SIZE)]
    grown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert opened.stat().st_size == SIZE
    assert envelope.stat().st_size > SIZE
    assert int(grown) < 4 * 1024
