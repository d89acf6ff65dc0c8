"""A bid of one gibibyte on the command line: seconds, peak memory, the ratio to plain age encryption of the same file.

``python -m benchmarks.bidding [MEBIBYTES]`` plays a demo town, serves it, and lets ``siegel bid`` seal a document of
random bytes for its open tender, hand it in and open it again from the receipt, each in a process of its own. Beside
it, in the same run: the same document encrypted with age to one X25519 recipient, and SHA-256 of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ledger.cli.demo.running import application, for_a_while
from ledger.cli.demo.sealed_checks import LIVE, OFFER
from ledger.cli.demo.seeding import open_demo
from ledger.sealing import age

MEBIBYTE = 2**20


def main(mebibytes: int = 1024) -> None:
    """Print a line for each step."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {mebibytes} MiB")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document, receipt = folder / "document", folder / "receipt.zip"
        with document.open("wb") as file:
            for _ in range(mebibytes):
                file.write(os.urandom(MEBIBYTE))
        offer = {**OFFER, "documents": [{"file": "document", "requirement": "prices"}]}
        (folder / "bid.json").write_text(json.dumps(offer), "utf-8")
        plain = _timed("SHA-256 alone", lambda: _digest(document))
        encrypted = _timed("age alone", lambda: _encrypt(document, folder / "document.age"))
        with open_demo(folder / "town", tampering=False, procedures=0) as demo, for_a_while(application(demo)) as url:
            seal = ("seal", LIVE, "--server", url, "--bid", folder / "bid.json", "-o", receipt)
            for step in (seal, ("submit", receipt, "--server", url), ("open", receipt, "-o", folder / "opened")):
                seconds, memory = _siegel(*step)
                ratio = f"{seconds / encrypted:.1f} times age alone, {seconds / plain:.1f} times SHA-256"
                print(f"siegel bid {step[0]}: {seconds:.1f} s, {ratio}, peak memory {memory:.0f} MiB")
        assert _digest(folder / "opened" / "0001") == _digest(document)


def _siegel(*arguments: object) -> tuple[float, float]:
    """Seconds and peak memory in MiB of one command."""
    command = [sys.executable, "-m", "ledger.cli", "bid", *map(str, arguments)]
    known = {**os.environ, "SIEGEL_PASSPHRASE": "a benchmark's passphrase", "SIEGEL_LANGUAGE": "en"}
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=known)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def _encrypt(document: Path, out: Path) -> None:
    with document.open("rb") as stream, out.open("wb") as written:
        age.encrypt(iter(lambda: stream.read(MEBIBYTE), b""), written.write, secrets.token_bytes(32))


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _timed(name: str, step: Callable[[], object]) -> float:
    begin = time.perf_counter()
    step()
    seconds = time.perf_counter() - begin
    print(f"{name}: {seconds:.2f} s")
    return seconds


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
