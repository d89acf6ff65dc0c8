"""The transparency log from the command line, and beside the pages; watched by a real witness."""

from __future__ import annotations

import shlex
from pathlib import Path

import httpx
import pytest

from ledger.evidence.verify.checkpoint import LogTrust, read_checkpoint
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.merkle import leaf_hash
from tests.cli.conftest import Siegel
from tests.cli.notices import release, write
from tests.cli.test_running import running
from tests.evidence.litewitness import lite_witness
from tests.evidence.log_actors import Signer
from tests.waiting import wait_until

ORIGIN = "vergabe.musterlingen.example"
WITNESS = Signer("witness.example", 4)


@pytest.fixture
def logging(siegel: Siegel, home: Path) -> Path:
    """A home with a log, its index read."""
    assert siegel("log", "init", "--origin", ORIGIN, home=home).exit_code == 0
    assert siegel("index", "run", "--once", home=home).exit_code == 0
    return home


def test_log_init_publish_status_and_ending(siegel: Siegel, home: Path) -> None:
    """A log is made once, grows with the chain, and its successor has all its blocks again."""
    assert siegel("log", "status", "--json", home=home).data["error"] == "LogMissing"
    nameless = siegel("log", "init", home=home)
    assert nameless.err == "--origin is missing: the log's name, or the setting public_url. [ArgumentMissing]\n"
    made = siegel("log", "init", "--origin", ORIGIN, "--json", home=home).data
    assert made["verifierKey"].startswith(f"{ORIGIN}+")
    assert siegel("log", "init", "--origin", ORIGIN, "--json", home=home).data["error"] == "LogExists"
    siegel("index", "run", "--once", home=home)
    first = siegel("log", "publish", "--json", home=home).data
    assert first["added"] == first["size"] > 0
    assert siegel("log", "publish", "--json", home=home).data["added"] == 0
    told = siegel("log", "status", home=home)
    assert (told.exit_code, made["verifierKey"] in told.out, "No witness is asked." in told.out) == (0, True, True)
    assert siegel("log", "init", "--successor", "--origin", "x", "--json", home=home).data["error"] == "ArgumentInvalid"
    assert siegel("log", "init", "--successor", "--json", home=home).data["origin"] == f"{ORIGIN}/2"
    second = siegel("log", "publish", "--json", home=home).data
    assert (second["size"], second["root"]) == (first["size"], first["root"])


def test_log_init_says_a_command_that_anchors_the_key(siegel: Siegel, home: Path) -> None:
    """As it is printed it runs, and two officers stand for it."""
    told = siegel("log", "init", "--origin", ORIGIN, home=home)
    (line,) = (each for each in told.out.splitlines() if "artifact register" in each)
    program, *words = shlex.split(line.partition(": ")[2])
    done = siegel(*words, "--json", home=home)
    assert (program, done.exit_code) == ("siegel", 0), done.out + done.err
    (act,) = done.data["acts"]
    assert act["name"] == "ArtifactRegistered"


def test_witness_add_of_no_address_says_what_is_expected(siegel: Siegel, logging: Path) -> None:
    """In whole sentences, in both languages."""
    call = ("witness", "add", WITNESS.verifier_key, "nix")
    english, german = siegel(*call, home=logging), siegel("--language", "de", *call, home=logging)
    assert english.err == "URL cannot be nix: expected is https://witness.example. [ArgumentInvalid]\n"
    assert german.err == "URL kann nicht nix sein: erwartet wird https://witness.example. [ArgumentInvalid]\n"


def test_log_init_takes_the_public_address(siegel: Siegel, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its scheme."""
    monkeypatch.setenv("SIEGEL_PUBLIC_URL", "https://vergabe.example/town")
    assert siegel("log", "init", "--json", home=home).data["origin"] == "vergabe.example/town"


def test_log_restored_from_a_backup_has_ended_and_its_successor_begins(
    siegel: Siegel, logging: Path, tmp_path: Path
) -> None:
    """The key is in no backup; all else is, so bundles of the old log can still be made."""
    size = siegel("log", "publish", "--json", home=logging).data["size"]
    siegel("witness", "add", WITNESS.verifier_key, "http://127.0.0.1:1", home=logging)
    assert siegel("backup", tmp_path / "backup.age", home=logging).exit_code == 0
    back = tmp_path / "back"
    assert siegel("restore", tmp_path / "backup.age", home=back).exit_code == 0
    names = {path.relative_to(logging / "log").as_posix() for path in (logging / "log").rglob("*") if path.is_file()}
    restored = {path.relative_to(back / "log").as_posix() for path in (back / "log").rglob("*") if path.is_file()}
    assert names - restored == {"1/key", "1/lock"}
    status = siegel("log", "status", "--json", home=back)
    assert (status.exit_code, status.data["failure"], status.data["size"]) == (1, "LogKeyMissing", size)
    siegel("import", write(tmp_path / "one.json", release(1)), home=back)
    siegel("index", "run", "--once", home=back)
    told = siegel("log", "publish", home=back)
    assert (told.exit_code, "--successor" in told.err) == (1, True)
    siegel("log", "init", "--successor", home=back)
    assert siegel("log", "publish", "--json", home=back).data["size"] == size + 1


def test_log_with_an_altered_file_says_which(siegel: Siegel, logging: Path) -> None:
    """And publishes nothing."""
    siegel("log", "publish", home=logging)
    (bundle,) = (path for path in (logging / "log/1/tile/entries").rglob("*") if path.is_file())
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"x")
    status = siegel("log", "status", home=logging)
    assert (status.exit_code, "entries/000" in status.out) == (1, True)
    assert {"check": "log", "ok": False} in _doctor(siegel, logging)


def _doctor(siegel: Siegel, home: Path) -> list[dict[str, object]]:
    """What the doctor finds, without sentences."""
    findings = siegel("doctor", "--json", home=home).data["findings"]
    return [{name: each[name] for name in ("check", "ok")} for each in findings]


def test_doctor_sees_an_exposed_key_and_a_witness_that_does_not_sign(siegel: Siegel, logging: Path) -> None:
    """And is content with a log that goes on."""
    siegel("log", "publish", home=logging)
    assert {"check": "log", "ok": True} in _doctor(siegel, logging)
    assert {"check": "permissions", "ok": True} in _doctor(siegel, logging)
    siegel("witness", "add", WITNESS.verifier_key, "http://127.0.0.1:1", home=logging)
    siegel("witness", "feed", home=logging)
    assert {"check": "log", "ok": False} in _doctor(siegel, logging)
    logging.chmod(0o755)
    (logging / "log/1/key").chmod(0o644)
    told = siegel("doctor", home=logging)
    assert f"Others on this machine can read {logging / 'log/1/key'}" in told.out


def test_witness_commands_refuse_what_cannot_be_one(siegel: Siegel, home: Path, logging: Path) -> None:
    """Keys of logs, addresses that are none, names that nobody has."""
    key = WITNESS.verifier_key
    for arguments, error in (
        (("add", key, "witness.example"), "ArgumentInvalid"),
        (("add", key, "http://a b"), "ArgumentInvalid"),
        (("add", key[:-1], "http://127.0.0.1:1"), "VerifierKeyMalformed"),
        (("remove", WITNESS.name), "WitnessUnknown"),
    ):
        assert siegel("witness", *arguments, "--json", home=home).data["error"] == error
    assert siegel("witness", "add", key, "http://127.0.0.1:1/", home=home).exit_code == 0
    assert siegel("witness", "add", key, "http://127.0.0.1:1", "--json", home=home).data["error"] == "WitnessExists"
    assert [each["url"] for each in siegel("witness", "list", "--json", home=home).data["witnesses"]] == [
        "http://127.0.0.1:1"
    ]
    early = siegel("witness", "feed", home=home)
    assert (early.exit_code, "nothing to sign" in early.out) == (1, True)
    siegel("log", "publish", home=home)
    fed = siegel("witness", "feed", home=home)
    assert (fed.exit_code, "does not answer" in fed.out) == (1, True)
    status = siegel("log", "status", "--json", home=home)
    (behind,) = status.data["witnesses"]
    assert (status.exit_code, behind["failure"]["name"]) == (1, "WitnessUnreachable")
    assert behind["behind"] == status.data["size"] > 0
    assert "antwortet nicht" in siegel("witness", "list", "--language", "de", home=home).out
    siegel("witness", "remove", WITNESS.name, home=home)
    assert siegel("witness", "feed", home=home).exit_code == 0


def test_serve_publishes_feeds_a_real_witness_and_serves_the_log(siegel: Siegel, logging: Path, tmp_path: Path) -> None:
    """A notice is published; soon its block is in the log that anybody can fetch, cosigned."""
    status = siegel("log", "status", "--json", home=logging).data
    with lite_witness(WITNESS.name) as witness:
        witness.know(ORIGIN, status["verifierKey"])
        assert siegel("witness", "add", witness.signer.verifier_key, witness.url, home=logging).exit_code == 0
        with (
            running(logging, "serve", "--port", "0") as (_, address),
            httpx.Client(base_url=address, trust_env=False) as client,
        ):
            trust = LogTrust.read([status["verifierKey"]], [witness.signer.verifier_key])

            def cosigned() -> int:
                read = read_checkpoint(client.get("/checkpoint").content, trust)
                return read.size if read.cosignatures else 0

            wait_until(lambda: cosigned() > 0)
            before = cosigned()
            done = siegel("import", write(tmp_path / "one.json", release(1)), "--json", home=logging)
            assert done.data["anchored"] == 1
            wait_until(lambda: cosigned() > before)
            answer = client.get("/checkpoint")
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            assert answer.headers["cache-control"] == "no-cache"
            assert answer.headers["access-control-allow-origin"] == "*"
            size = read_checkpoint(answer.content, trust).size
            tile, entries = (client.get(f"/tile/{kind}/000.p/{size}") for kind in ("0", "entries"))
            for found in (tile, entries):
                assert (found.status_code, found.headers["content-type"]) == (200, "application/octet-stream")
                assert "immutable" in found.headers["cache-control"]
            leaf = _entries(entries.content)[-1]
            assert leaf_hash(leaf) == tile.content[-32:]
            assert read_header(leaf).number > 0
            for path in (
                f"/tile/0/000.p/{size + 1}",
                "/tile/0/001",
                "/tile/key",
                "/2/checkpoint",
                "/tile/0/../../key",
            ):
                missing = client.get(path)
                assert missing.status_code == 404, path
                assert "immutable" not in missing.headers.get("cache-control", "")
    assert siegel("log", "status", home=logging).exit_code == 0


def _entries(bundle: bytes) -> list[bytes]:
    """The entries of a bundle, each after its length."""
    found, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        found.append(bundle[at + 2 : end])
        at = end
    return found


def test_serve_without_a_log_has_none(home: Path) -> None:
    """No checkpoint, no tiles: a problem by name."""
    with running(home, "serve", "--port", "0") as (_, address):
        for path in ("/checkpoint", "/tile/0/000"):
            answer = httpx.get(f"{address}{path}", trust_env=False)
            assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (404, "LogMissing")
