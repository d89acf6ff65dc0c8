"""``siegel demo``: the checks, the restart, what it must not touch."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.chain.sending import Sender
from ledger.cli.demo.anchored import TAMPERED_OCID
from ledger.cli.demo.neighbour import VANISHED_OCID
from ledger.cli.demo.seeding import MARK, POLICY, PROCEDURES, open_demo
from ledger.cli.demo.tampering import NOW
from ledger.errors import HomeExists


def environment(tmp_path: Path) -> dict[str, str]:
    """A person's, with a data folder of its own."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("SIEGEL_")}
    return known | {"XDG_DATA_HOME": str(tmp_path), "SIEGEL_LANGUAGE": "en", "PYTHONUNBUFFERED": "1"}


FEWER = """
import sys
from ledger.cli.demo import seeding
seeding.PROCEDURES = int(sys.argv.pop(1))
from ledger.cli import app
sys.exit(app())
"""
"""The command with fewer procedures of the years before the story: they take most of the time."""


def start_demo(tmp_path: Path, *arguments: str, procedures: int | None = 0) -> subprocess.Popen[str]:
    """``siegel demo`` as a person calls it, or with fewer procedures of the years before; still running."""
    fewer = ["-m", "ledger.cli"] if procedures is None else ["-c", FEWER, str(procedures)]
    command = [sys.executable, *fewer, "demo", *arguments]
    known = environment(tmp_path)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=known)


def demo(tmp_path: Path, *arguments: str, procedures: int | None = 0) -> subprocess.CompletedProcess[str]:
    """``siegel demo``, ended by itself; one that goes on serving is none of these."""
    with start_demo(tmp_path, *arguments, procedures=procedures) as running:
        try:
            out, err = running.communicate(timeout=300)
        finally:
            running.kill()
    return subprocess.CompletedProcess(running.args, running.returncode, out, err)


def address(running: subprocess.Popen[str]) -> str:
    """Where a started demo answers, once it says so."""
    assert running.stdout is not None
    line = next(line for line in running.stdout if "http" in line)
    return str(re.findall(r"http://[\d.:]+", line)[0])


def test_demo_check_all_hold_exits_zero_and_leaves_nothing(tmp_path: Path) -> None:
    """One line for each check, the detected alteration among them."""
    done = demo(tmp_path, "--check", procedures=None)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in lines[:-1]] == ["ok"] * (len(lines) - 1)
    assert len(lines) == 23
    assert sum("alteration" in line for line in lines) == 3
    assert any(f"{12 + PROCEDURES} procedures of 6 buyers" in line for line in lines)
    assert any("vanished: ocds-demo10-2026-02; changed: ocds-demo10-2026-03" in line for line in lines)
    assert done.stderr == ""
    assert not list(tmp_path.iterdir())


def test_demo_check_without_tampering_exits_one(tmp_path: Path) -> None:
    """A detection that would always say yes is worth nothing: without an alteration its checks fail."""
    done = demo(tmp_path, "--check", "--without-tampering", procedures=40)
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert done.returncode == 1
    assert [bool(re.search("alteration", line)) for line in failed] == [True] * 3


def audited(tmp_path: Path, url: str) -> tuple[int, Any]:
    """``siegel audit`` of a demo, with the policy that it left: exit code and report."""
    home = tmp_path / "siegel-demo"
    command = [sys.executable, "-m", "ledger.cli", "audit", url, "--policy", str(home / POLICY), "--json"]
    command += ["--folder", str(tmp_path / "audit")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(tmp_path), timeout=300)
    return done.returncode, json.loads(done.stdout)


def test_demo_stopped_and_started_again_the_chain_goes_on(tmp_path: Path) -> None:
    """The pages answer, other commands work beside it, and the second start finds the same chain.

    An auditor finds exactly the procedure that was tampered with, both times.
    """
    seen = []
    for _ in range(2):
        with start_demo(tmp_path, "--port", "0") as running:
            url = address(running)
            answer = httpx.get(f"{url}/api/v1/processes", timeout=60).json()
            code, report = audited(tmp_path, url)
            assert code == 1
            assert {finding["where"]["ocid"] for finding in report["findings"]} == {TAMPERED_OCID}
            told = {(finding["kind"], finding["where"].get("field"), finding["got"]) for finding in report["findings"]}
            assert told == {("releaseWithheld", None, "ObjectAltered"), ("processDiffers", "awardAmount", NOW)}
            assert ("vanished", VANISHED_OCID) in {(each["kind"], each["ocid"]) for each in report["observed"]}
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
            known = environment(tmp_path)
            status = json.loads(subprocess.run(beside, capture_output=True, text=True, env=known, check=True).stdout)
            seen.append((answer["chainId"], answer["total"], status["status"]["headBlock"]))
            running.send_signal(signal.SIGINT)
            assert running.stdout is not None
            told_on = running.stdout.read()  # through the buffer that may hold it already; communicate goes past that
            assert f"Trust policy        {tmp_path / 'siegel-demo' / POLICY}\n" in told_on
        assert running.wait() == 0
    assert seen[0] == seen[1]
    assert seen[0][1] == 12


def test_demo_second_start_while_the_first_makes_or_shows_the_town_is_refused(tmp_path: Path) -> None:
    """The town that one process makes is not taken for a left-over by another, and the first one loses nothing."""
    home = tmp_path / "siegel-demo"
    with start_demo(tmp_path, "--port", "0") as first:
        try:
            while not (home / MARK).exists():
                assert first.poll() is None
                time.sleep(0.01)
            first.send_signal(signal.SIGSTOP)  # it must not be done before the second one has looked
            assert json.loads((home / MARK).read_text()) == {"finished": False}
            chain = (home / "siegel.toml").stat().st_ino
            while_made = demo(tmp_path, "--port", "0")
            first.send_signal(signal.SIGCONT)
            url = address(first)
            while_shown = demo(tmp_path, "--port", "0")
            answer = httpx.get(f"{url}/api/v1/processes", timeout=60).json()
            first.send_signal(signal.SIGINT)
            first.communicate(timeout=120)
        finally:
            first.kill()
    for refused in (while_made, while_shown):
        assert (refused.returncode, "[DemoInUse]" in refused.stderr) == (1, True), refused.stderr
        assert "http" not in refused.stdout
    assert (first.returncode, answer["total"]) == (0, 12)
    assert (home / "siegel.toml").stat().st_ino == chain
    with open_demo(home) as again:
        assert again.chain.chain_id == answer["chainId"]


def test_demo_two_started_at_once_one_makes_the_town(tmp_path: Path) -> None:
    """Whichever comes second is refused, also when there was no folder yet."""
    with start_demo(tmp_path, "--port", "0") as one, start_demo(tmp_path, "--port", "0") as other:
        try:
            while one.poll() is None and other.poll() is None:
                time.sleep(0.01)
            refused, left = (one, other) if one.poll() is not None else (other, one)
            assert refused.stderr is not None
            assert "[DemoInUse]" in refused.stderr.read()
            assert httpx.get(f"{address(left)}/api/v1/processes", timeout=60).json()["total"] == 12
            left.send_signal(signal.SIGINT)
            left.communicate(timeout=120)
            assert left.returncode == 0
        finally:
            one.kill()
            other.kill()


def test_demo_only_pulls_try_out_what_they_send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying out costs twice what running does: the story and the imports go without it."""
    tried: list[bytes | None] = []
    real = Sender.simulate

    def counted(self: Sender, account: bytes, to: bytes | None, data: bytes) -> int:
        tried.append(to)
        return real(self, account, to, data)

    monkeypatch.setattr(Sender, "simulate", counted)
    with open_demo(tmp_path / "home", tampering=False, procedures=5) as made:
        assert tried.count(made.chain.ledger) == 4  # two pulls: the notices of each, and what it saw
        assert tried.count(made.chain.registry) == 0


def test_demo_cut_off_while_being_made_is_made_anew(tmp_path: Path, played: Path) -> None:
    """A half-made town is not shown as a whole one."""
    home = tmp_path / "home"
    home.mkdir()
    (home / MARK).write_text('{"finished": false}')
    (home / "left-over").write_text("x")
    with open_demo(home, tampering=False, procedures=0) as made:
        assert made.chain.block_number() > 10
    assert not (home / "left-over").exists()


def test_demo_real_home_is_never_taken(tmp_path: Path) -> None:
    """A folder that is no demo's is refused, whatever lies in it."""
    (tmp_path / "siegel.toml").write_text("home_version = 1\n")
    with pytest.raises(HomeExists), open_demo(tmp_path):
        pass
    assert (tmp_path / "siegel.toml").exists()
