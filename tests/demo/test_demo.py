"""``siegel demo``: the checks, the restart, what it must not touch."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ledger.cli.demo.seeding import MARK, open_demo
from ledger.errors import HomeExists


def demo(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``siegel demo`` as a person calls it, with a data folder of its own."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("SIEGEL_")}
    known |= {"XDG_DATA_HOME": str(tmp_path), "SIEGEL_LANGUAGE": "en"}
    command = [sys.executable, "-m", "ledger.cli", "demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=known, check=False)


def test_demo_check_all_hold_exits_zero_and_leaves_nothing(tmp_path: Path) -> None:
    """One line for each check, the detected alteration among them."""
    done = demo(tmp_path, "--check")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in lines[:-1]] == ["ok"] * (len(lines) - 1)
    assert sum("alteration" in line for line in lines) == 3
    assert not list(tmp_path.iterdir())


def test_demo_check_without_tampering_exits_one(tmp_path: Path) -> None:
    """A detection that would always say yes is worth nothing: without an alteration its checks fail."""
    done = demo(tmp_path, "--check", "--without-tampering")
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert done.returncode == 1
    assert [bool(re.search("alteration", line)) for line in failed] == [True] * 3


def test_demo_stopped_and_started_again_the_chain_goes_on(tmp_path: Path) -> None:
    """The pages answer, other commands work beside it, and the second start finds the same chain."""
    seen = []
    for _ in range(2):
        known = {name: value for name, value in os.environ.items() if not name.startswith("SIEGEL_")}
        known |= {"XDG_DATA_HOME": str(tmp_path), "SIEGEL_LANGUAGE": "en", "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "ledger.cli", "demo", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=known) as running:
            assert running.stdout is not None
            line = next(line for line in running.stdout if "http" in line)
            url = re.findall(r"http://[\d.:]+", line)[0]
            answer = httpx.get(f"{url}/api/v1/processes", timeout=60).json()
            beside = [
                sys.executable,
                "-m",
                "ledger.cli",
                "--home",
                str(tmp_path / "siegel-demo"),
                "index",
                "status",
                "--json",
            ]
            status = json.loads(subprocess.run(beside, capture_output=True, text=True, env=known, check=True).stdout)
            seen.append((answer["chainId"], answer["total"], status["status"]["headBlock"]))
            running.send_signal(signal.SIGINT)
            running.communicate()
        assert running.returncode == 0
    assert seen[0] == seen[1]
    assert seen[0][1] == 7


def test_demo_cut_off_while_being_made_is_made_anew(tmp_path: Path, played: Path) -> None:
    """A half-made town is not shown as a whole one."""
    home = tmp_path / "home"
    home.mkdir()
    (home / MARK).write_text('{"finished": false}')
    (home / "left-over").write_text("x")
    with open_demo(home, tampering=False) as made:
        assert made.chain.block_number() > 10
    assert not (home / "left-over").exists()


def test_demo_real_home_is_never_taken(tmp_path: Path) -> None:
    """A folder that is no demo's is refused, whatever lies in it."""
    (tmp_path / "siegel.toml").write_text("home_version = 1\n")
    with pytest.raises(HomeExists), open_demo(tmp_path):
        pass
    assert (tmp_path / "siegel.toml").exists()
