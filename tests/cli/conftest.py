"""A home as ``siegel init`` makes it, and a way to call ``siegel`` as a person does."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.cli import app
from ledger.cli.bootstrap import Named, bootstrap, make_keys
from ledger.cli.home import create_home
from tests.cli.notices import BUYER_NAME, SCHEME, UID, release, write

PASSPHRASE = "the tests' passphrase"


@dataclass(frozen=True)
class Called:
    """What a call of ``siegel`` came to."""

    exit_code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The answer to ``--json``."""
        return json.loads(self.out)


Siegel = Callable[..., Called]


def start_siegel(home: Path, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    """``siegel`` in a process of its own, for what runs beside something else."""
    command = [sys.executable, "-m", "ledger.cli", "--home", str(home), *map(str, arguments)]
    known = {name: value for name, value in os.environ.items() if not name.startswith("SIEGEL_")}
    known |= {"SIEGEL_LANGUAGE": "en", "SIEGEL_PASSPHRASE": PASSPHRASE, **environment}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=known)


def type_at_terminal(home: Path, *arguments: object, typed: Sequence[str], **environment: str) -> tuple[int, str]:
    """Exit code and screen of ``siegel`` at a terminal of its own, where ``typed`` answers one question after another.

    No passphrase stands in the environment, so it is asked for.
    """
    known = {name: value for name, value in os.environ.items() if not name.startswith("SIEGEL_")}
    process, terminal = pty.fork()
    if process == 0:
        command = [sys.executable, "-m", "ledger.cli", "--home", str(home), *map(str, arguments)]
        os.execve(sys.executable, command, known | {"SIEGEL_LANGUAGE": "en", **environment})
    screen, answers = b"", iter(typed)
    with os.fdopen(terminal, "r+b", buffering=0) as opened:
        while True:
            try:
                shown = opened.read(1024)
            except OSError:  # how Linux says that the other end is closed
                break
            screen += shown
            if screen.endswith(b": ") and (answer := next(answers, None)) is not None:
                opened.write(answer.encode() + b"\n")
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), screen.decode()


def call(*arguments: object, home: Path | None = None) -> Called:
    """``siegel`` with these arguments, in the environment as it is."""
    before = ["--home", str(home)] if home else []
    result = CliRunner().invoke(app, [*before, *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Called(result.exit_code, result.stdout, result.stderr)


def speak_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """English, and the passphrase of all keys is known; nothing else of this machine's settings counts."""
    for name in ("SIEGEL_HOME", "SIEGEL_RPC_URL", "SIEGEL_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SIEGEL_LANGUAGE", "en")
    monkeypatch.setenv("SIEGEL_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("SIEGEL_BACKUP_PASSPHRASE", "another passphrase")


@pytest.fixture
def siegel(monkeypatch: pytest.MonkeyPatch) -> Siegel:
    """Calls ``siegel`` with these arguments, in English; the passphrase of all keys is known."""
    speak_english(monkeypatch)
    return call


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new home, made once; its keys are quick to open. Copied for each test, never used itself."""
    home = tmp_path_factory.mktemp("made") / "home"
    publisher = {"name": BUYER_NAME, "scheme": SCHEME, "uid": UID}
    settings = create_home(home, {"language": "en", "publisher": publisher})
    with ExitStack() as closing:
        bootstrap(settings, make_keys(settings, PASSPHRASE, scrypt_n=2**10), Named(SCHEME, UID), closing)
    return home


@pytest.fixture
def home(made_home: Path, tmp_path: Path) -> Path:
    """A home of one's own: one buyer with three officers and a publisher, and an observer."""
    copy = tmp_path / "home"
    shutil.copytree(made_home, copy)
    copy.chmod(0o700)
    return copy


def make_key_set(home: Path, folder: Path) -> str:
    """A key set without custodians, registered by two officers; its id."""
    accounts = {each["name"]: each["account"] for each in call("key", "list", "--json", home=home).data["keys"]}
    officers = [
        {"holder": accounts[name], "key": call("key", "sealing", name, "--json", home=home).data["publicKey"]}
        for name in ("officer-one", "officer-two", "officer-three")
    ]
    content = {"officerThreshold": 2, "custodianThreshold": 0, "officers": officers, "custodians": []}
    file = write(folder / "set.json", content)
    made = call("key-set", "register", "--set", file, "--together-with", "officer-two", "--json", home=home)
    assert made.exit_code == 0, made.out
    return str(made.data["acts"][0]["subject"])


@pytest.fixture
def key_set(siegel: Siegel, home: Path, tmp_path: Path) -> str:
    """A key set without custodians, registered by two officers."""
    return make_key_set(home, tmp_path)


@pytest.fixture
def tender_file(tmp_path: Path) -> Path:
    """A call for bids."""
    return write(tmp_path / "tender.json", release())
