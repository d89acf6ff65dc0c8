"""A home in one encrypted file, and back."""

from __future__ import annotations

import itertools
import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from pyrage import x25519

from ledger.cli.backup import archive, transfer
from ledger.cli.backup.encryption import Keys
from ledger.settings import HOME_VERSION
from tests.cli.conftest import Siegel, start_siegel
from tests.cli.notices import package, release, write


@pytest.fixture
def to_key(siegel: Siegel, home: Path, tmp_path: Path) -> Path:
    """A backup to the key in ``identity.txt``, which opens faster than a passphrase."""
    identity = x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(str(identity))
    file = tmp_path / "to-key.age"
    assert siegel("backup", file, "--recipient", identity.to_public(), home=home).exit_code == 0
    return file


@pytest.fixture
def saved(siegel: Siegel, home: Path, tmp_path: Path) -> Path:
    """A backup of a home with two notices."""
    siegel("import", write(tmp_path / "package.json", package(release(1), release(2, "award"))), home=home)
    file = tmp_path / "backup.age"
    made = siegel("backup", file, "--json", home=home)
    assert (made.exit_code, made.data["verified"]) == (0, True)
    return file


def test_restore_elsewhere_everything_is_there(siegel: Siegel, home: Path, saved: Path, tmp_path: Path) -> None:
    """Chain, keys, state and store come back; the index is made again and agrees with the ledger."""
    back = tmp_path / "back"
    done = siegel("restore", saved, home=back)
    assert done.exit_code == 0, done.err
    assert not list(tmp_path.glob("*.restoring"))
    names = {
        path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file() and "index" not in path.name
    }
    missing = names - {path.relative_to(back).as_posix() for path in back.rglob("*") if path.is_file()}
    assert {name for name in missing if not name.endswith((".lock", "lock", "-wal", "-shm"))} == set()
    first = siegel("index", "rebuild", "--json", home=home).data["digest"]
    assert siegel("index", "rebuild", "--json", home=back).data["digest"] == first
    assert siegel("index", "check", home=back).exit_code == 0
    # The restored home goes on where the first one stopped.
    file = write(tmp_path / "later.json", release(3, "contract"))
    assert siegel("import", file, "--json", home=back).data["anchored"] == 1


def test_backup_while_the_chain_grows_is_consistent(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """A backup of a home in use has whole state of some moment: whatever its chain knows, its store has."""
    from ledger.chain.node import EmbeddedNode
    from ledger.chain.node.server import serve
    from ledger.settings import Settings

    siegel("import", write(tmp_path / "first.json", release(1)), home=home)
    identity, key_file = x25519.Identity.generate(), tmp_path / "key.txt"
    key_file.write_text(str(identity))
    stop = threading.Event()
    codes: list[int] = []
    with EmbeddedNode.open(Settings.load(home).chain_dir) as node:
        server = serve(node)

        def busy() -> None:
            for number in itertools.count():
                if stop.is_set():
                    return
                file = write(tmp_path / "more.json", release(2, ocid=f"ocds-test00-{number}"))
                call = start_siegel(home, "import", file, SIEGEL_RPC_URL=server.url)
                call.communicate()
                codes.append(call.returncode)

        thread = threading.Thread(target=busy)
        thread.start()
        for number in range(3):
            made = siegel("backup", tmp_path / f"{number}.age", "--recipient", identity.to_public(), home=home)
            assert made.exit_code == 0
        stop.set()
        thread.join()
        server.stop()
    assert set(codes) == {0}
    for number in range(3):
        back = tmp_path / f"back{number}"
        restored = siegel("restore", tmp_path / f"{number}.age", "--identity", key_file, home=back)
        assert restored.exit_code == 0
        siegel("index", "run", "--once", home=back)
        assert siegel("index", "check", home=back).exit_code == 0


def test_restore_flipped_byte_is_refused_and_leaves_nothing(siegel: Siegel, to_key: Path, tmp_path: Path) -> None:
    """Wherever one bit of the file is wrong, nothing is restored."""
    content = to_key.read_bytes()
    places = random.Random(5).sample(range(len(content)), 12)
    for place in (0, len(content) - 1, *places):
        damaged = tmp_path / "damaged.age"
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        refused = siegel("restore", damaged, "--identity", tmp_path / "identity.txt", home=tmp_path / "back")
        assert (refused.exit_code, "[BackupUnreadable]" in refused.err) == (1, True), place
        assert not (tmp_path / "back").exists()
        assert not (tmp_path / "back.restoring").exists()


@pytest.mark.parametrize("kept", [0, 10, 1000, -1])
def test_restore_cut_off_file_is_refused(siegel: Siegel, to_key: Path, tmp_path: Path, kept: int) -> None:
    """A file that was copied only in part is no backup."""
    short = tmp_path / "short.age"
    short.write_bytes(to_key.read_bytes()[:kept])
    assert (
        "[BackupUnreadable]"
        in siegel("restore", short, "--identity", tmp_path / "identity.txt", home=tmp_path / "back").err
    )


def test_restore_wrong_passphrase_is_refused(
    siegel: Siegel, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the passphrase nothing comes out."""
    monkeypatch.setenv("SIEGEL_BACKUP_PASSPHRASE", "a third one")
    assert "[BackupUnreadable]" in siegel("restore", saved, home=tmp_path / "back").err


def test_backup_does_not_take_the_keys_passphrase(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may open a backup need not be able to sign: one secret never serves for both without being asked for."""
    monkeypatch.delenv("SIEGEL_BACKUP_PASSPHRASE")
    refused = siegel("backup", tmp_path / "b.age", home=home)
    assert (refused.exit_code, "[BackupPassphraseMissing]" in refused.err) == (2, True)
    assert not (tmp_path / "b.age").exists()


def test_restore_into_a_home_that_is_not_empty_is_refused(siegel: Siegel, home: Path, to_key: Path) -> None:
    """A restored home never mixes with another."""
    assert "[HomeExists]" in siegel("restore", to_key, home=home).err


def test_backup_existing_file_is_not_overwritten(siegel: Siegel, home: Path, to_key: Path) -> None:
    """The backup of last week stays."""
    before = to_key.read_bytes()
    assert "[BackupExists]" in siegel("backup", to_key, home=home).err
    assert to_key.read_bytes() == before


def test_backup_to_a_recipient_only_the_recipient_opens(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """A server can save itself with a key whose private half lies elsewhere."""
    identity, other = x25519.Identity.generate(), x25519.Identity.generate()
    file, key_file, wrong = tmp_path / "backup.age", tmp_path / "key.txt", tmp_path / "wrong.txt"
    key_file.write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    wrong.write_text(str(other))
    assert siegel("backup", file, "--recipient", identity.to_public(), home=home).exit_code == 0
    assert "[BackupUnreadable]" in siegel("restore", file, "--identity", wrong, home=tmp_path / "back").err
    assert siegel("restore", file, "--identity", key_file, home=tmp_path / "back").exit_code == 0
    assert "[ArgumentInvalid]" in siegel("backup", tmp_path / "b.age", "--recipient", "age1nonsense", home=home).err


def sealed(tmp_path: Path, entries: dict[str, bytes], listed: dict[str, bytes] | None = None, version: int = 1) -> Path:
    """A backup file with these contents, encrypted to the key in ``key.txt``, whose list says ``listed``."""
    identity = x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(str(identity))
    sources, described = {}, []
    for number, (name, content) in enumerate(entries.items()):
        source = tmp_path / f"source{number}"
        source.write_bytes((listed or entries)[name])
        described.append(archive.describe(name, source))
        source.write_bytes(content)
        sources[name] = source
    contents = archive.Contents(version, "2026-11-23T00:00:00+00:00", tuple(described))
    file = tmp_path / "made.age"
    transfer.seal(file, Keys(recipients=[identity.to_public()]), contents, sources)
    return file


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "./a", "a//b"])
def test_restore_entry_that_leads_outside_is_refused(siegel: Siegel, tmp_path: Path, name: str) -> None:
    """A backup of somebody who means harm writes nothing outside the home."""
    file = sealed(tmp_path, {name: b"x"})
    refused = siegel("restore", file, "--identity", tmp_path / "key.txt", home=tmp_path / "back")
    assert "[BackupUnreadable]" in refused.err


def test_restore_home_of_newer_software_is_refused(siegel: Siegel, tmp_path: Path) -> None:
    """A format that this software does not know is not guessed at."""
    newer = f"home_version = {HOME_VERSION + 1}\n".encode()
    file = sealed(tmp_path, {"siegel.toml": newer}, version=HOME_VERSION + 1)
    refused = siegel("restore", file, "--identity", tmp_path / "key.txt", home=tmp_path / "back")
    assert (refused.exit_code, "[HomeVersionUnknown]" in refused.err) == (2, True)
    assert not (tmp_path / "back").exists()


def test_seal_file_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    """What is written must be what was described."""
    from ledger.errors import BackupDiffers

    with pytest.raises(BackupDiffers):
        sealed(tmp_path, {"siegel.toml": b"aaaa"}, listed={"siegel.toml": b"bbbb"})


def test_backup_store_outside_the_home_is_told(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that cannot be saved consistently is not left out silently."""
    monkeypatch.setenv("SIEGEL_STORE_DIR", str(tmp_path / "elsewhere"))
    assert "[BackupIncomplete]" in siegel("backup", tmp_path / "b.age", home=home).err
    assert not list(tmp_path.glob("b.age*"))


def test_restore_damaged_chain_is_refused(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """A chain that was damaged before it was saved is not restored as if it were whole."""
    with closing(sqlite3.connect(home / "chain" / "chain.sqlite")) as chain:
        chain.execute("UPDATE log SET data = zeroblob(32) WHERE rowid = (SELECT min(rowid) FROM log)")
        chain.commit()
    identity = x25519.Identity.generate()
    (tmp_path / "key.txt").write_text(str(identity))
    file = tmp_path / "damaged.age"
    assert siegel("backup", file, "--recipient", identity.to_public(), home=home).exit_code == 0
    refused = siegel("restore", file, "--identity", tmp_path / "key.txt", home=tmp_path / "back")
    assert (refused.exit_code, "[ChainDamaged]" in refused.err) == (1, True)
    assert not (tmp_path / "back").exists()
