"""The wheel carries everything that a town needs: contracts, pages, translations, browser files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a virtual environment in which only the built wheel is installed.

    The packages it depends on are taken from the environment of the tests: which versions they have is the lock file's
    matter, not the wheel's.
    """
    folder = tmp_path_factory.mktemp("wheel")
    python = folder / "venv/bin/python"
    for command in (
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        [sys.executable, "-m", "venv", str(folder / "venv")],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True, timeout=300)
    own = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    (Path(own) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder


@pytest.fixture(scope="module")
def address(installed: Path) -> Iterator[str]:
    """Where ``siegel serve`` of the wheel answers, with a new home."""
    siegel = installed / "venv/bin/siegel"
    passphrase = installed / "passphrase"
    passphrase.write_text("only for this test")
    environment = {
        "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
        "SIEGEL_HOME": str(installed / "home"), "SIEGEL_PASSPHRASE_FILE": str(passphrase),
    }  # fmt: skip
    subprocess.run(
        [siegel, "init", "--name", "Stadt Musterbach", "--identifier", "05999001-0001-20"],
        check=True, cwd=installed, env=environment, capture_output=True, timeout=120,
    )  # fmt: skip
    serving = subprocess.Popen(
        [siegel, "serve", "--port", "0"], cwd=installed, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert serving.stdout is not None
        line = serving.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        yield found.group()
    finally:
        serving.terminate()
        serving.communicate(timeout=30)


def test_import_wheel_comes_from_the_wheel(installed: Path) -> None:
    """What is served below is the installed copy, not the working tree."""
    where = subprocess.run(
        [installed / "venv/bin/python", "-c", "import ledger, api, explorer; print(ledger.__file__)"],
        check=True, cwd=installed, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert str(installed) in where


@pytest.mark.parametrize(
    ("path", "expected"), [("/", "Vergabe"), ("/?lang=en", "procurement"), ("/imprint", "Impressum")]
)
def test_serve_wheel_pages_are_whole(address: str, path: str, expected: str) -> None:
    """Templates and both languages are in the wheel, and each file a page asks for is there."""
    with urllib.request.urlopen(address + path, timeout=30) as answer:
        page = answer.read().decode()
    assert expected in page
    assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert assets
    for asset in assets:
        with urllib.request.urlopen(address + asset, timeout=30) as answer:
            assert answer.status == 200


def test_serve_wheel_api_names_its_ledger(address: str) -> None:
    """The contracts were deployed from the wheel's own artifacts."""
    with urllib.request.urlopen(f"{address}/api/v1/status", timeout=30) as answer:
        status = json.load(answer)
    assert re.fullmatch(r"0x[0-9a-f]{40}", status["ledger"])


def test_serve_wheel_has_the_browsers_verifier_and_audits_itself(address: str, installed: Path) -> None:
    """The page that verifies in a browser is the recorded one; words and form of the audit's report are there, too."""
    with urllib.request.urlopen(f"{address}/verifier.html", timeout=30) as answer:
        digest = hashlib.sha256(answer.read()).hexdigest()
    assert (ROOT / "explorer/static/verifier.sha256").read_text().startswith(digest)
    siegel: list[str | Path] = [installed / "venv/bin/siegel", "--home", installed / "home"]
    commands: tuple[list[str | Path], ...] = (
        ["log", "init", "--origin", "log.example/wheel"],
        ["policy", "--name", "wheel", "-o", installed / "policy.json"],
        ["log", "publish"],
    )
    for command in commands:
        subprocess.run([*siegel, *command], check=True, cwd=installed, capture_output=True, timeout=120)
    audit = [*siegel, "audit", address, "--policy", installed / "policy.json", "-o", installed / "report.html"]
    done = subprocess.run(audit, cwd=installed, capture_output=True, text=True, timeout=120, check=False)
    assert (installed / "report.html").exists(), done.stderr
