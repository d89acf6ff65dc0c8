"""Importer, node and indexer are killed with -9 in turn while they work; what follows finishes, once and completely."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Siegel, start_siegel
from tests.cli.notices import release
from tests.cli.test_import import anchored
from tests.cli.test_running import running
from tests.waiting import wait_until

FIRST, SECOND = 300, 200
SEED = 20261127


def lines(path: Path, count: int, ocid: str) -> Path:
    """So many releases as JSON Lines, three of each process."""
    made = [release(1 + number % 3, ocid=f"{ocid}-{number // 3}") for number in range(count)]
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in made), encoding="utf-8")
    return path


@contextmanager
def at_work(home: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """``siegel`` at work, killed with -9 when the block is left; it must still run then."""
    with start_siegel(home, *arguments) as process:
        yield process
        ended = process.poll()
        process.kill()
        out, err = process.communicate()
        assert ended is None, out + err


STATUS = "SELECT count(*) FROM outbox JOIN releases ON releases.key = outbox.key WHERE status = ? AND ocid LIKE ?"


def in_outbox(home: Path, status: str, ocid: str) -> int:
    """How many notices of such ocids the state holds in that status."""
    if not (home / "state.sqlite").exists():
        return 0
    with closing(sqlite3.connect(f"file:{home / 'state.sqlite'}?mode=ro", uri=True)) as state:
        try:
            return int(state.execute(STATUS, (status, f"{ocid}%")).fetchone()[0])
        except sqlite3.OperationalError:  # its tables are being made
            return 0


def is_preparing(home: Path) -> bool:
    """Whether a batch is being made durable just now."""
    unfinished = home / "store" / "unfinished"
    return unfinished.is_dir() and any(unfinished.iterdir())


@pytest.mark.timeout(900)
def test_import_node_importer_and_indexer_killed_in_turn_nothing_is_lost_or_twice(
    siegel: Siegel, home: Path, tmp_path: Path
) -> None:
    """While preparing, while anchoring, and with the node or the indexer gone: the same command again finishes."""
    chance = random.Random(SEED)
    first = lines(tmp_path / "first.jsonl", FIRST, "ocds-test00")
    second = lines(tmp_path / "second.jsonl", SECOND, "ocds-test01")
    with running(home, "node", "--port", "0"):
        with at_work(home, "import", first):
            wait_until(lambda: is_preparing(home), seconds=120)
        with at_work(home, "import", first):
            wait_until(lambda: in_outbox(home, "prepared", "ocds-test00") == FIRST, seconds=120)
            time.sleep(chance.random() / 2)
        with at_work(home, "import", first):
            wait_until(lambda: in_outbox(home, "sent", "ocds-test00") > 0, seconds=120)
        for _ in range(3):
            with at_work(home, "index", "run"):
                time.sleep(1 + chance.random())

    with running(home, "node", "--port", "0") as (node, _), start_siegel(home, "import", second) as importer:
        wait_until(lambda: in_outbox(home, "sent", "ocds-test01") > 0, seconds=120)
        node.send_signal(signal.SIGKILL)
        said, told = importer.communicate(timeout=120)
        assert (importer.returncode, "[NodeUnreachable]" in told) == (1, True), told
        assert "Nothing is lost: give the same command again" in said

    with running(home, "node", "--port", "0"):
        done = siegel("import", first, second, "--json", home=home)
        assert (done.exit_code, done.data["totals"]["known"] + done.data["totals"]["new"]) == (0, FIRST + SECOND)
        again = siegel("import", first, second, "--json", home=home)
        assert (again.exit_code, again.data["anchored"], again.data["totals"]["new"]) == (0, 0, 0)
        with at_work(home, "index", "run"):
            time.sleep(1 + chance.random())
        assert siegel("index", "run", "--once", home=home).exit_code == 0
        assert siegel("index", "check", home=home).exit_code == 0

    digests = anchored(home)
    assert len(digests) == len(set(digests)) == FIRST + SECOND
