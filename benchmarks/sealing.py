"""Sealing and opening a bid of one gibibyte: seconds, and memory beside what Python itself takes.

``python -m benchmarks.sealing [MEBIBYTES]`` writes a document of random bytes, seals it, checks the envelope, opens it
from two shares of each group, and compares. Beside it, in the same run: SHA-256 of the same bytes, which each of these
steps does at least once.
"""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ledger.sealing import opening
from ledger.sealing.bid import Bid
from ledger.sealing.content import CHUNK
from ledger.sealing.context import Group
from ledger.sealing.envelope import read_header
from ledger.sealing.sealing import seal
from tests.sealing.actors import CONTEXT, KEY_SET, NAMES, private_key

MEBIBYTE = 2**20
Result = TypeVar("Result")


def main(mebibytes: int = 1024) -> None:
    """Print a line for each step."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {mebibytes} MiB")
    with tempfile.TemporaryDirectory() as folder:
        document, envelope, opened = (Path(folder) / name for name in ("document", "envelope", "opened"))
        with document.open("wb") as file:
            for _ in range(mebibytes):
                file.write(os.urandom(MEBIBYTE))
        before = _peak()
        digest = _timed("SHA-256 alone", lambda: _digest(document))
        field = {"title": "document", "size": document.stat().st_size, "digest": digest.hex()}
        bid = Bid.of({"documents/0001": field})
        with envelope.open("w+b") as file:
            sealed = _timed("seal", lambda: seal(bid, [lambda: document.open("rb")], CONTEXT, KEY_SET, file))
        with envelope.open("rb") as file:
            header = read_header(file)
            start = file.tell()
            _timed("check", lambda: opening.check_content(header, file))
            whose = [(group, index) for group in Group for index in (1, 2)]
            keys = {each: private_key(NAMES[each[0]][each[1] - 1]) for each in whose}
            shares = {each: opening.open_share(header, KEY_SET, *each, key) for each, key in keys.items()}
            found = _timed("seed from four shares", lambda: opening.find_seed(header, KEY_SET, shares))
            file.seek(start)
            _timed("open", lambda: opening.open_content(header, found.seed, file, lambda _: opened.open("wb")))
        assert found.seed == sealed.seed
        assert _digest(opened) == digest
    print(f"memory beside the start: {(_peak() - before) / 1024:.1f} MiB")


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.digest()


def _timed(what: str, work: Callable[[], Result]) -> Result:
    began = time.perf_counter()
    result = work()
    print(f"{what}: {time.perf_counter() - began:.2f} s")
    return result


def _peak() -> int:
    """Kibibytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
