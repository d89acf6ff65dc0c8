"""Servers, what runs beside them, and how failures are told."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from explorer.legal_pages import REQUIRED
from tests.cli.conftest import Siegel, start_siegel
from tests.cli.notices import OCID, SCHEME, package, release, write


@contextmanager
def running(home: Path, *arguments: object, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server and its address, ended by SIGTERM."""
    with start_siegel(home, *arguments, PYTHONUNBUFFERED="1", **environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://[\d.:]+", line)
        assert found, line + (process.stderr.read() if process.stderr else "")
        try:
            yield process, found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def test_serve_commands_beside_it_reach_the_same_chain(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Pages and API answer, an import beside them is on the pages, and the end leaves nothing behind."""
    file = write(tmp_path / "package.json", package(release(1), release(2, "award")))
    with running(home, "serve", "--port", "0") as (process, url):
        assert siegel("import", file, home=home).exit_code == 0
        assert siegel("index", "run", "--once", home=home).exit_code == 0
        answer = httpx.get(f"{url}/api/v1/processes", timeout=60).json()
        assert answer["total"] == 1
        assert "Winterdienst" in httpx.get(f"{url}/", timeout=60).text
        assert siegel("index", "check", home=home).exit_code == 0
    assert process.returncode == 0
    assert not (home / "chain" / "node.json").exists()
    # The node's own process is gone as well: the chain can be opened again.
    assert siegel("index", "status", home=home).exit_code == 0


def test_serve_receiver_whose_key_cannot_promise_is_refused(siegel: Siegel, home: Path) -> None:
    """A promise that the ledger does not believe would make a bid late, so nothing is served; with authority it is."""
    settings = {"SIEGEL_RECEIVER__SCHEME": SCHEME, "SIEGEL_RECEIVER__UID": "receiver"}

    def refusal(**key: str) -> str:
        with start_siegel(home, "serve", "--port", "0", **settings, **key) as process:
            _, told = process.communicate(timeout=60)
        assert process.returncode != 0
        return told

    assert "[KeyUnknown]" in refusal()
    assert "[ReceiverUnauthorised]" in refusal(SIEGEL_RECEIVER__KEY="publisher")
    account = siegel("key", "new", "receiver", "--json", home=home).data["account"]
    people = [f"{account}=publisher", f"0x{'22' * 20}=officer", f"0x{'33' * 20}=officer"]
    who = [each for person in people for each in ("--person", person)]
    named = ("--scheme", SCHEME, "--identifier", "receiver", "--kinds", "receiver")
    assert siegel("registry", "admit", *named, *who, home=home).exit_code == 0
    assert "[WrongPassphrase]" in refusal(SIEGEL_PASSPHRASE="another")
    with running(home, "serve", "--port", "0", **settings) as (process, url):
        offered = httpx.options(f"{url}/api/v1/envelopes", timeout=60)
        assert (offered.status_code, offered.headers["tus-max-size"]) == (204, str(2**31))
        nonce = httpx.get(f"{url}/api/v1/accounts/{account}", timeout=60).json()["nonce"]
        assert nonce == 0
    assert process.returncode == 0
    with running(home, "serve", "--port", "0") as (_, url):
        assert httpx.options(f"{url}/api/v1/envelopes", timeout=60).json()["type"] == "/problems/ReceiverMissing"


def test_serve_ends_with_a_sentence_when_the_chain_s_process_died(siegel: Siegel, home: Path) -> None:
    """A supervisor starts it again; pages that only fail would stay."""
    with running(home, "serve", "--port", "0") as (process, _):
        os.kill(int(json.loads((home / "chain" / "node.json").read_text())["process"]), signal.SIGKILL)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, "[NodeEnded]" in told) == (1, True)
    assert siegel("index", "status", home=home).exit_code == 0


def test_node_second_on_the_same_home_is_refused_by_name(siegel: Siegel, home: Path) -> None:
    """Two processes never write one chain."""
    with running(home, "node", "--port", "0") as (_, url):
        question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
        chain_id = httpx.post(url, json=question, timeout=60).json()["result"]
        assert int(chain_id, 16) == json.loads((home / "deployment.json").read_text())["chainId"]
        second = siegel("node", "--port", "0", home=home)
        assert (second.exit_code, "[ChainInUse]" in second.err) == (1, True)


def test_serve_port_taken_is_told(siegel: Siegel, home: Path) -> None:
    """Not a traceback but a sentence."""
    with running(home, "node", "--port", "0") as (_, url):
        port = url.rpartition(":")[2]
        told = siegel("serve", "--port", port, home=home)
    assert (told.exit_code, "[FileUnusable]" in told.err or "in use" in told.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (("index", "status"), 2, "HomeMissing"),
        (("import", "x.json"), 2, "HomeMissing"),
        (("serve",), 2, "HomeMissing"),
        (("doctor",), 2, "HomeMissing"),
        (("backup", "x.age"), 2, "HomeMissing"),
    ],
)
def test_command_without_a_home_says_how_to_make_one(
    siegel: Siegel, tmp_path: Path, arguments: tuple[str, ...], code: int, name: str
) -> None:
    """A stranger's first mistake is answered with what to do."""
    told = siegel(*arguments, home=tmp_path / "none")
    assert (told.exit_code, f"[{name}]" in told.err) == (code, True)
    assert "siegel init" in told.err
    assert not (tmp_path / "none").exists()


def test_command_failure_as_json_has_name_sentence_and_values(siegel: Siegel, tmp_path: Path) -> None:
    """Programs get the name."""
    told = siegel("index", "status", "--json", home=tmp_path / "none")
    assert told.data["error"] == "HomeMissing"
    assert told.data["values"]["home"] == str(tmp_path / "none")
    assert "siegel init" in told.data["sentence"]


def test_command_failure_as_json_of_an_odd_file_name_is_json(siegel: Siegel, tmp_path: Path) -> None:
    """A name in another encoding holds half surrogate pairs, which JSON does not."""
    told = siegel("index", "status", "--json", home=tmp_path / "f\udcfcr")
    assert told.data["values"]["home"] == str(tmp_path / "f\\udcfcr")


def test_command_home_without_deployment_says_so(siegel: Siegel, home: Path) -> None:
    """A home that lost its deployment file is not a traceback."""
    (home / "deployment.json").unlink()
    assert "[DeploymentMissing]" in siegel("index", "status", home=home).err


def test_command_language_flag_speaks_german(siegel: Siegel, tmp_path: Path) -> None:
    """The flag goes before environment and home."""
    told = siegel("--language", "de", "index", "status", home=tmp_path / "none")
    assert "ist kein Ordner" in told.err
    wrong = siegel("--language", "fr", "index", "status", home=tmp_path / "none")
    assert (wrong.exit_code, "[SettingInvalid]" in wrong.err) == (2, True)


def test_home_of_newer_software_is_refused(siegel: Siegel, home: Path) -> None:
    """Nothing is done to a home that this software does not understand."""
    toml = home / "siegel.toml"
    toml.write_text(toml.read_text().replace("home_version = 1", "home_version = 99"))
    assert "[HomeVersionUnknown]" in siegel("index", "status", home=home).err


def sick(siegel: Siegel, home: Path) -> set[str]:
    """The checks at which the doctor finds something wrong, with advice each."""
    found = siegel("doctor", "--json", home=home)
    wrong = [each for each in found.data["findings"] if not each["ok"]]
    assert found.exit_code == (1 if wrong else 0)
    assert all(each["advice"] and each["sentence"] for each in wrong)
    return {each["check"] for each in wrong}


@pytest.fixture
def well(siegel: Siegel, home: Path, tmp_path: Path) -> Path:
    """A home at which the doctor finds nothing wrong."""
    siegel("import", write(tmp_path / "one.json", release(1)), home=home)
    siegel("index", "run", "--once", home=home)
    toml = home / "siegel.toml"
    needed = {name for names in REQUIRED.values() for name in names}
    operator = toml.read_text().partition("[operator]")
    lines = "".join(f'{name} = "x"\n' for name in sorted(needed))
    toml.write_text(operator[0] + "[operator]\n" + lines)
    assert (sick(siegel, home), to_do(siegel, home)) == (set(), {"governance", "passphrases"})
    return home


def to_do(siegel: Siegel, home: Path) -> set[str]:
    """The checks at which the doctor names something to do that is not wrong."""
    findings = siegel("doctor", "--json", home=home).data["findings"]
    return {each["check"] for each in findings if each["ok"] and each["advice"]}


def test_doctor_new_home_is_well_with_things_to_do(siegel: Siegel, home: Path) -> None:
    """Nothing is broken where nothing has happened yet; what is to do first is told."""
    assert (sick(siegel, home), to_do(siegel, home)) == (set(), {"operator", "governance", "passphrases", "index"})


def test_doctor_names_what_is_wrong(
    siegel: Siegel, well: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thing wrong at a time: each is told at its own check."""

    def copy(name: str) -> Path:
        found = tmp_path / name
        shutil.copytree(well, found)
        found.chmod(0o700)
        return found

    home = copy("open")
    home.chmod(0o755)
    (home / "keys" / "governor.json").chmod(0o644)
    assert sick(siegel, home) == {"permissions"}

    home = copy("key")
    (home / "keys" / "governor.json").write_text("{}")
    assert sick(siegel, home) == {"keys"}

    home = copy("operator")
    (home / "siegel.toml").write_text((home / "siegel.toml").read_text().replace('email = "x"', ""))
    assert (sick(siegel, home), to_do(siegel, home)) == (set(), {"governance", "passphrases", "operator"})

    home = copy("code")
    deployment = json.loads((home / "deployment.json").read_text())
    deployment["ledger"], deployment["registry"] = deployment["registry"], deployment["ledger"]
    (home / "deployment.json").write_text(json.dumps(deployment))
    assert "contracts" in sick(siegel, home)

    home = copy("store")
    altered = next(path for path in (home / "store" / "public").rglob("*.salted"))
    altered.write_bytes(altered.read_bytes() + b" ")
    assert sick(siegel, home) == {"index", "store"}

    home = copy("chain")
    with closing(sqlite3.connect(home / "chain" / "chain.sqlite")) as chain:
        chain.execute("UPDATE log SET data = zeroblob(32) WHERE rowid = (SELECT min(rowid) FROM log)")
        chain.commit()
    assert "chain" in sick(siegel, home)

    home = copy("lag")
    siegel("import", write(tmp_path / "two.json", release(2, "award")), home=home)
    assert sick(siegel, home) == {"index"}

    monkeypatch.setenv("SIEGEL_PROT", "1")
    assert sick(siegel, well) == {"settings"}


@pytest.mark.parametrize("command", [("doctor",), ("index", "status")])
@pytest.mark.parametrize("json", [(), ("--json",)])
def test_node_s_address_is_told_without_secrets(
    siegel: Siegel, home: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], json: tuple[str, ...]
) -> None:
    """Name, password and token of a node stay out of what people mail to each other and programs log."""
    monkeypatch.setenv("SIEGEL_RPC_URL", "http://user:geheim@127.0.0.1:1/geheim?token=geheim")
    told = siegel(*command, *json, home=home)
    assert "http://…@127.0.0.1:1/…" in told.out + told.err
    assert "geheim" not in told.out + told.err


def governance_advice(siegel: Siegel, home: Path) -> list[list[str]]:
    """What the doctor says to type about the governors, as words."""
    findings = siegel("doctor", "--json", home=home).data["findings"]
    said = [each["advice"] for each in findings if each["check"] == "governance" and each["advice"]]
    return [shlex.split(advice.partition(": siegel ")[2]) for advice in said]


def test_doctor_advice_about_governors_is_a_command_that_works(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """What is printed can be pasted; only who the others are, nobody but the governors knows."""
    more, delay = governance_advice(siegel, home)
    assert siegel(*more, home=home).err.startswith("--governor cannot be ACCOUNT")
    assert siegel(*delay, home=home).exit_code == 0
    ((*more,),) = governance_advice(siegel, home)
    second = siegel("key", "new", "governor-two", "--json", home=home).data["account"]
    more = [second if word == "ACCOUNT" else word for word in more]
    more[more.index("governors.json")] = str(tmp_path / "governors.json")
    proposed = siegel(*more, "--json", home=home)
    assert proposed.exit_code == 0, proposed.err
    words = json.loads((tmp_path / "governors.json").read_text())["words"]
    assert any("3 days" in line for line in words)


def test_doctor_advice_to_two_governors_is_a_proposal(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Where two must agree on a delay, the command keeps both and writes what the second is to approve."""
    second = siegel("key", "new", "governor-two", "--json", home=home).data["account"]
    first = next(each for each in siegel("key", "list", "--json", home=home).data["keys"] if each["name"] == "governor")
    both = ("--governor", first["account"], "--governor", second)
    assert siegel("registry", "governors", *both, "--threshold", 2, "--delay", "0s", home=home).exit_code == 0
    (delay,) = governance_advice(siegel, home)
    file = tmp_path / "governors.json"
    delay[delay.index("governors.json")] = str(file)
    assert siegel(*delay, home=home).exit_code == 0
    done = siegel("approve", file, "--as", "governor-two", "--yes", "--json", home=home).data
    assert [act["name"] for act in done["acts"]] == ["GovernorsSet"]
    assert governance_advice(siegel, home) == []


def test_refusal_of_the_ledger_is_told_in_words(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Acts, states and times stand there by name, not as the smart contract's numbers."""
    ground = tmp_path / "ground.txt"
    ground.write_text("because")
    assert siegel("import", write(tmp_path / "one.json", release(1)), home=home).exit_code == 0
    told = siegel("process", "suspend", OCID, "--ground", ground, home=home)
    assert "[ProcessForbids]" in told.err
    assert "ProcessSuspended" in told.err
    assert "state anchored" in told.err


def test_process_that_is_not_on_the_ledger_is_told_as_such(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """A mistyped ocid is no procedure that forbids something; nothing is kept of the try."""
    ground = tmp_path / "ground.txt"
    ground.write_text("because")
    told = siegel("process", "suspend", "ocds-unknown-1", "--ground", ground, home=home)
    assert (told.exit_code, "[OcidUnknown]" in told.err, "ocds-unknown-1" in told.err) == (1, True, True)
    told = siegel("process", "suspend", "0x" + "11" * 32, "--ground", ground, home=home)
    assert (told.exit_code, "[ProcessUnknown]" in told.err) == (1, True)
    file = write(tmp_path / "one.json", release(1))
    told = siegel("notice", "publish", "--release", file, "--kind", "call", "--parent", "ocds-unknown-1", home=home)
    assert "[OcidUnknown]" in told.err
    assert siegel("notice", "publish", "--release", file, "--kind", "call", home=home).exit_code == 0


def test_act_recorded_stands_in_the_audit_trail(siegel: Siegel, home: Path) -> None:
    """Who did what from this home can be told later; the trail is chained."""
    from ledger.settings import Settings
    from ledger.store import AuditTrail, State

    observer = "SIEGEL-OBSERVER:059990001001-12345-67"
    changed = siegel("registry", "kinds", "--organisation", observer, "--kinds", "observer,member", home=home)
    assert changed.exit_code == 0
    state = State(Settings.load(home).state_url)
    with state.reading() as connection:
        trail = AuditTrail(connection)
        assert [entry.action for entry in trail.entries()] == ["KindsChanged"]
        assert trail.verify() == 1
    state.close()


@pytest.mark.parametrize(
    ("language", "one", "governor"),
    [
        ("en", "1 thing is wrong.", "The only governor decides alone."),
        ("de", "1 Sache stimmt nicht.", "Der einzige Träger entscheidet allein."),
    ],
)
def test_doctor_counts_one_as_one(siegel: Siegel, home: Path, language: str, one: str, governor: str) -> None:
    """One thing that is wrong, and one governor."""
    home.chmod(0o755)
    told = siegel("--language", language, "doctor", home=home).out
    assert (told.splitlines()[-1], governor in told) == (one, True)
