"""A served home whose log an outside authority stamps: OpenSSL's, on loopback."""

from __future__ import annotations

import io
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.errors import SettingInvalid
from ledger.evidence.authorities import timestamps_of
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Step, Verdict
from ledger.evidence.verify.verifier import verify
from ledger.settings import Settings
from tests.cli.conftest import Siegel
from tests.cli.notices import release, write
from tests.cli.test_log import ORIGIN
from tests.cli.test_running import running
from tests.evidence.test_timestamps import free_port
from tests.evidence.tsa import Authority, Holder, certify, serving, stamper
from tests.waiting import wait_until

ROOT = certify("Fictional Root")
STAMPER = stamper("Fictional Time", ROOT)


@pytest.fixture(autouse=True)
def without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy could not reach what answers on this machine only."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def ask(home: Path, *authorities: tuple[str, str, Holder]) -> None:
    """Name these authorities in the settings: name, address, root."""
    named = []
    for name, url, root in authorities:
        root.write(home, name)
        named.append(f'{{ name = "{name}", url = "{url}", roots = "{name}.pem" }}')
    text = (home / "siegel.toml").read_text("utf-8")
    assert "# authorities = []" in text
    (home / "siegel.toml").write_text(
        text.replace("# authorities = []", f"authorities = [{', '.join(named)}]"), "utf-8"
    )


def told(address: str) -> Any:
    """What the status says of the authority."""
    (found,) = httpx.get(f"{address}/api/v1/status").json()["timestamps"]
    return found


@pytest.fixture
def left_node(home: Path) -> Iterator[None]:
    """The node of a command that was killed lives on, for whoever comes next; with the test it ends."""
    yield
    os.kill(int(json.loads((home / "chain" / "node.json").read_text())["process"]), signal.SIGTERM)


@pytest.mark.usefixtures("left_node")
def test_serve_killed_while_the_authority_is_down_has_its_log_stamped_when_it_is_up(
    siegel: Siegel, home: Path, tmp_path: Path
) -> None:
    """What waits is visible meanwhile, and nothing is blocked; the bundle then verifies in all that it was asked."""
    port = free_port()
    ask(home, ("dfn", f"http://127.0.0.1:{port}/", ROOT))
    assert siegel("log", "init", "--origin", ORIGIN, home=home).exit_code == 0
    assert siegel("import", write(tmp_path / "one.json", release(1)), home=home).exit_code == 0
    with running(home, "serve", "--port", "0") as (process, address):
        wait_until(lambda: told(address)["failure"] == "TimestampAuthorityFailed")
        assert (told(address)["authority"], told(address)["waiting"]) == ("dfn", 1)
        assert 'siegel_timestamps_waiting{authority="dfn"} 1.0' in httpx.get(f"{address}/metrics").text
        page = httpx.get(f"{address}/status", params={"lang": "en"}).text
        assert "The authority gives none at the moment" in page
        (row,) = httpx.get(f"{address}/api/v1/processes").json()["processes"]
        path = f"/api/v1/processes/{row['processId']}/evidence"
        early = httpx.get(address + path).content
        os.kill(process.pid, signal.SIGKILL)
    status = siegel("log", "status", "--json", home=home)
    (backlog,) = status.data["timestamps"]
    assert (status.exit_code, backlog["checkpoints"], "ConnectError" in backlog["failure"]) == (1, 1, True)
    assert "1 checkpoint waits for a time stamp of dfn." in siegel("log", "status", home=home).out
    assert "ConnectError" in siegel("doctor", home=home).out
    with serving(Authority(STAMPER), port), running(home, "serve", "--port", "0") as (_, address):
        wait_until(lambda: told(address)["waiting"] == 0)
        stamped = httpx.get(address + path).content
    assert siegel("policy", "--name", "town", "-o", tmp_path / "policy.json", home=home).exit_code == 0
    policy = read_policy((tmp_path / "policy.json").read_bytes())
    assert policy.timestamps is not None
    assert (policy.timestamps.threshold, policy.timestamps.roots) == (1, (ROOT.der,))
    report = verify(io.BytesIO(stamped), policy)
    assert report.verified
    verdicts = {result.step: result for result in report.results}
    assert verdicts[Step.TIMESTAMPS].verdict is Verdict.PASSED
    without = {result.step: result for result in verify(io.BytesIO(early), policy).results}[Step.TIMESTAMPS]
    assert without.refusal is not None
    assert without.refusal.name == "StampsTooFew"
    status = siegel("log", "status", home=home)
    assert (status.exit_code, "dfn has stamped all" in status.out) == (0, True)
    stamps = {path.relative_to(home) for path in (home / "log/timestamps/stamps").rglob("*") if path.is_file()}
    siegel("backup", tmp_path / "backup.age", home=home)
    siegel("restore", tmp_path / "backup.age", home=tmp_path / "back")
    assert stamps
    assert all((tmp_path / "back" / name).is_file() for name in stamps)


@pytest.mark.parametrize("form", ["pem", "der"])
def test_roots_are_read_in_both_forms(home: Path, form: str) -> None:
    """Relative to the home; of several certificates any may vouch."""
    ask(home, ("dfn", "https://time.example/", ROOT))
    if form == "der":
        (home / "dfn.pem").write_bytes(ROOT.der)
    else:
        (home / "dfn.pem").write_bytes((home / "dfn.pem").read_bytes() * 2)
    timestamps = timestamps_of(Settings.load(home))
    assert timestamps is not None
    assert set(timestamps.authorities[0].roots) == {ROOT.der}
    assert timestamps.threshold == 1


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_authority_without_usable_roots_is_refused_by_name(home: Path, content: bytes | None) -> None:
    """Also of a file that holds something else."""
    ask(home, ("dfn", "https://time.example/", ROOT))
    (home / "dfn.pem").unlink()
    if content is not None:
        (home / "dfn.pem").write_bytes(content)
    with pytest.raises(SettingInvalid, match=r"dfn\.pem"):
        timestamps_of(Settings.load(home))


def test_serve_without_usable_roots_does_not_begin(siegel: Siegel, home: Path) -> None:
    """Whoever serves learns it at once, not when the first stamp fails."""
    ask(home, ("dfn", "https://time.example/", ROOT))
    (home / "dfn.pem").unlink()
    done = siegel("serve", "--port", "0", "--json", home=home)
    assert (done.exit_code, done.data["error"]) == (2, "RootsUnusable")


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "das gibt es nicht"), (b"none", "die Datei enthält keine Zertifikate, weder PEM noch DER")],
)
def test_log_status_without_usable_roots_says_why_in_german(
    siegel: Siegel, home: Path, content: bytes | None, why: str
) -> None:
    """Neither the system's nor the library's English is told."""
    ask(home, ("dfn", "https://time.example/", ROOT))
    siegel("log", "init", "--origin", ORIGIN, home=home)
    (home / "dfn.pem").unlink()
    if content is not None:
        (home / "dfn.pem").write_bytes(content)
    told = siegel("--language", "de", "log", "status", home=home)
    assert told.err == (
        f"Die Wurzeln des Zeitstempeldienstes dfn sind nicht verwendbar: {home / 'dfn.pem'}: {why}. [RootsUnusable]\n"
    )


def test_log_status_of_an_authority_never_asked_says_so(siegel: Siegel, home: Path) -> None:
    """Nothing is stamped before something is published."""
    ask(home, ("dfn", "https://time.example/", ROOT))
    siegel("log", "init", "--origin", ORIGIN, home=home)
    told = siegel("log", "status", home=home)
    assert (told.exit_code, "dfn was not asked for a time stamp yet." in told.out) == (0, True)
    assert "has stamped all" not in told.out


def test_two_authorities_under_one_root_are_refused(siegel: Siegel, home: Path) -> None:
    """They would count as two and are one."""
    ask(home, ("one", "https://one.example/", ROOT), ("two", "https://two.example/", ROOT))
    done = siegel("policy", "--name", "x", "-o", home / "p.json", "--json", home=home)
    assert done.data["error"] == "RootsShared"
    assert "one and two have a root in common" in done.data["sentence"]


@pytest.mark.parametrize(
    "changed", [{"url": "ftp://time.example/"}, {"name": "Time"}, {"name": "../time"}, {"hash": "md5"}]
)
def test_authority_that_cannot_be_one_is_refused(
    siegel: Siegel, home: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str]
) -> None:
    """Its name becomes the name of a file; its stamps are by SHA-256, and nothing else can be set."""
    given = {"name": "time", "url": "https://time.example/", "roots": "r.pem", **changed}
    monkeypatch.setenv("SIEGEL_TIMESTAMPS__AUTHORITIES", json.dumps([given]))
    done = siegel("log", "status", "--json", home=home)
    assert (done.exit_code, done.data["error"]) == (2, "SettingInvalid")
