"""How fast one worker answers at 100,000 contracting processes, beside a bare answer of the same server.

``python -m benchmarks.api [FOLDER]`` serves a home with that many (made by :mod:`benchmarks.api_home`; in FOLDER it is
kept and found again) as ``siegel serve`` does, and in the same run an application that only says ``{"ok":true}``, with
the same settings. It asks both over four connections, and prints answers a second, latencies and ratios; then what it
takes to download whole lists. Where PostgreSQL is installed, the same again with the index there.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from sqlalchemy import Engine, create_engine, text

from benchmarks.api_home import copied, made_home
from benchmarks.api_load import CONNECTIONS, Load, Server
from benchmarks.many_processes import NOUNS, PROCESSES
from ledger.settings import Settings
from tests.postgres import installed, new_databases, running_server

SECONDS = float(os.environ.get("SECONDS", "4"))
HOT, ANY, WORDS = 200, 5_000, 400
DEEP = PROCESSES // 10

API = "/api/v1"


class Bare:
    """An application that does nothing else."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The same small answer to whatever is asked."""
        if scope["type"] == "lifespan":
            while True:
                kind = (await receive())["type"]
                await send({"type": f"{kind}.complete"})
                if kind == "lifespan.shutdown":
                    return
        headers = [(b"content-type", b"application/json"), (b"content-length", b"11")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ok":true}'})


@contextmanager
def served(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Server]:
    """The server that a command starts, once it has said where it answers."""
    with tempfile.TemporaryFile("w+") as said:
        with_all = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, env=with_all, stdout=said, stderr=subprocess.STDOUT)
        try:
            while True:
                said.seek(0)
                found = re.search(r"http://[\w.:]+", told := said.read())
                if found:
                    break
                assert process.poll() is None, told
                time.sleep(0.1)
            yield Server(found[0], process.pid)
        finally:
            process.terminate()
            process.wait()


def hot_reads(home: Server, bare: Server, engine: Engine) -> None:
    """Print a line a question, compared with the bare answer of the moments before."""
    asked = _asked(home, engine)
    print("| answer | a second | median ms | 99 % ms | processor ms | bare : this | in processor time |")
    print("|---|---|---|---|---|---|---|")
    beside = bare.load(["/"], SECONDS)
    _told("bare ASGI answer", beside, beside)
    for name, (paths, headers, status) in asked.items():
        beside = bare.load(["/"], SECONDS / 2)  # what else the machine does changes from minute to minute
        _told(name, home.load(paths, SECONDS, headers=headers, status=status), beside)
    last = bare.load(["/"], SECONDS)
    _told("bare ASGI answer, at the end", last, beside)


def _told(name: str, load: Load, bare: Load) -> None:
    print(
        f"| {name} | {load.per_second:,.0f} | {load.milliseconds(50):.1f} | {load.milliseconds(99):.1f} "
        f"| {load.work:.2f} | {bare.per_second / load.per_second:.1f} | {load.work / bare.work:.1f} |",
        flush=True,
    )


def _asked(home: Server, engine: Engine) -> dict[str, tuple[list[str], list[str], int]]:
    with engine.connect() as connection:
        published = "SELECT process_id FROM processes WHERE ocid LIKE 'ocds-test00-%' ORDER BY process_id"
        hot = [row[0].hex() for row in connection.execute(text(f"{published} LIMIT {HOT}"))]
        others = f"SELECT process_id FROM processes ORDER BY process_id LIMIT {ANY}"
        some = [row[0].hex() for row in connection.execute(text(others))]
        digests = [row[0].hex() for row in connection.execute(text(f"SELECT digest FROM releases LIMIT {HOT}"))]
    processes = [f"{API}/processes/{process}" for process in hot]
    tags = [f"If-None-Match: {home.ask(path).headers['etag']}\r\n" for path in processes]
    words = [f"{API}/processes?limit=20&q={quote(noun)}" for noun in NOUNS[:: len(NOUNS) // WORDS]]
    deep = f"{API}/processes?limit=200"
    for _ in range(DEEP // 200):
        deep = orjson.loads(home.ask(deep).body)["next"]
    deep = deep.replace("limit=200", "limit=20")
    plain: dict[str, list[str]] = {
        "healthz": ["/healthz"],
        f"process, {HOT} hot": processes,
        f"process, {ANY:,} in turn": [f"{API}/processes/{process}" for process in some],
        "release package (3 releases)": [f"{path}/releases" for path in processes],
        "record package (3 releases)": [f"{path}/record" for path in processes],
        "acts": [f"{path}/acts" for path in processes],
        "list of 20": [f"{API}/processes?limit=20"],
        f"list of 20, by cursor, {DEEP:,} deep": [deep],
        "search: Schule": [f"{API}/processes?limit=20&q=Schule"],
        "search: Feuerwachen Sanierung Beispieldorf": [
            f"{API}/processes?limit=20&q=Feuerwachen%20Sanierung%20Beispieldorf"
        ],
        f"search, {len(words)} words in turn": words,
        "list of 20 with facets": [f"{API}/processes?limit=20&facets=true"],
        "lookup of a digest": [f"{API}/lookup/{digest}" for digest in digests],
        "statistics": [f"{API}/statistics"],
        "page: start": ["/"],
        "page: search for Schule": ["/?q=Schule"],
        "page: process (3 releases)": [f"/processes/{process}" for process in hot],
        "page: statistics": ["/statistics"],
    }
    asked = {name: (paths, [""], 200) for name, paths in plain.items()}
    return {**asked, "process, held by the client (304)": (processes, tags, 304)}


def downloads(home: Server) -> None:
    """Print a line for each whole list that can be taken away."""
    print("\n| whole list | MB | seconds | MB/s | processor s | MiB before | most MiB |\n|---|---|---|---|---|---|---|")
    for name in ("processes.csv", "releases.jsonl", "records.jsonl"):
        before, worked, began = home.memory(), home.processor(), time.perf_counter()
        answer = home.ask(f"{API}/{name}", keep=False)
        took = time.perf_counter() - began
        assert answer.status == 200
        size = answer.size / 1_000_000
        print(
            f"| {name} | {size:.1f} | {took:.1f} | {size / took:.1f} | {home.processor() - worked:.1f} "
            f"| {before:.0f} | {home.memory('VmHWM'):.0f} |",
            flush=True,
        )


def measure(settings: Settings, url: str) -> None:
    """Both tables with the index at ``url``."""
    load = os.getloadavg()[0]
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"\n{where}, load {load:.1f}: {url.partition(':')[0]}, {PROCESSES:,} processes, {CONNECTIONS} connections\n")
    siegel = [sys.executable, "-m", "ledger.cli", "--home", str(settings.home), "serve", "--port", "0"]
    bare = [sys.executable, "-m", "benchmarks.api", "bare"]
    engine = create_engine(url)
    with served(siegel, {"SIEGEL_INDEX_URL": url}) as home, served(bare, {}) as nothing:
        hot_reads(home, nothing, engine)
        downloads(home)
    engine.dispose()


def main() -> None:
    """Make the home, measure."""
    if sys.argv[1:] == ["bare"]:
        from api.server import run

        run(Bare(), "127.0.0.1", 0, started=print)  # type: ignore[arg-type]
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = made_home(Path(sys.argv[1] if len(sys.argv) > 1 else folder) / "home")
        measure(settings, settings.index_url)
        if installed():
            with running_server() as postgres:
                url = next(new_databases(postgres))
                copied(settings, url)
                measure(settings, url)


if __name__ == "__main__":
    main()
