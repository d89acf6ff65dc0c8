"""What an audit costs: the first of a server, one after nothing changed, one after a single notice more.

``PROCESSES=1000 python -m benchmarks.audit`` makes a home with one buyer's processes on the embedded chain, serves it
on the loopback and calls ``siegel audit``, each in a process of its own: processor time and largest memory are those of
the auditor alone, the time on the clock has the server's in it.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.cli.bootstrap import Named, bootstrap, make_keys
from ledger.cli.home import create_home
from tests.cli.notices import BUYER_NAME, SCHEME, UID, release

PROCESSES = int(os.environ.get("PROCESSES", "1000"))
RELEASES = 2


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock and of the processor, and MiB at most."""

    clock: float
    processor: float
    memory: float


def main() -> None:
    """Print a table."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, {PROCESSES:,} processes of {RELEASES} releases\n")
    print(
        "| audit | s on the clock | s of one core | processes a second of that | MiB at most |\n|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        home, policy, book = Path(folder) / "home", Path(folder) / "policy.json", Path(folder) / "book"
        _make(home, policy)
        for name, more in (("first", 0), ("nothing changed", 0), ("one notice more", 1), ("all proven anew", 0)):
            if more:
                _import(home, (release(1, ocid="ocds-test00-later") for _ in range(1)))
            with _served(home) as url:
                whole = ["--whole"] if name == "all proven anew" else []
                cost = _audit([url, "--policy", str(policy), "--folder", str(book), *whole])
            rate = PROCESSES / cost.processor
            print(f"| {name} | {cost.clock:.1f} | {cost.processor:.1f} | {rate:,.0f} | {cost.memory:.0f} |", flush=True)


def _make(home: Path, policy: Path) -> None:
    settings = create_home(home, {"publisher": {"name": BUYER_NAME, "scheme": SCHEME, "uid": UID}})
    with ExitStack() as closing:
        bootstrap(settings, make_keys(settings, "x", scrypt_n=2**10), Named(SCHEME, UID), closing)
    _siegel(home, "log", "init", "--origin", "log.example")
    _import(
        home,
        (
            release(1 + number % RELEASES, ocid=f"ocds-test00-{number // RELEASES}")
            for number in range(PROCESSES * RELEASES)
        ),
    )
    _siegel(home, "policy", "--name", "benchmark", "-o", str(policy))


def _import(home: Path, releases: Iterator[object]) -> None:
    file = home.parent / "notices.jsonl"
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in releases), encoding="utf-8")
    _siegel(home, "import", str(file))
    _siegel(home, "index", "run", "--once")
    _siegel(home, "log", "publish")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ledger.cli", *arguments]


def _siegel(home: Path, *arguments: str) -> None:
    environment = {**os.environ, "SIEGEL_PASSPHRASE": "x"}
    command = _command("--home", str(home), *arguments)
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


@contextmanager
def _served(home: Path) -> Iterator[str]:
    command = _command("--home", str(home), "serve", "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        try:
            assert serving.stdout is not None
            yield next(found[0] for line in serving.stdout if (found := re.search(r"http://[\d.:]+", line)))
        finally:
            serving.terminate()


def _audit(arguments: list[str]) -> Cost:
    began = time.perf_counter()
    auditing = subprocess.Popen(
        _command("audit", *arguments, "--json"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert auditing.stdout is not None
    report = auditing.stdout.read()
    _, status, used = os.wait4(auditing.pid, 0)
    auditing.returncode = os.waitstatus_to_exitcode(status)
    if auditing.returncode != 0:
        sys.exit(report.decode())
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
