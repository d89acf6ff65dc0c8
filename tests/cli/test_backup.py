"""A home in one encrypted file, and back."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import itertools
import os
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pyrage
import pytest
from pyrage import x25519

from ledger.chain.node import EmbeddedNode
from ledger.chain.node.server import serve
from ledger.cli import backup
from ledger.cli.backup import archive, snapshot, transfer
from ledger.cli.backup.encryption import MEASUREMENTS, Keys, Passphrase
from ledger.errors import BackupUnreadable, ObjectErased
from ledger.ocds.privacy import policy_named
from ledger.settings import HOME_VERSION, Settings
from ledger.store import ObjectStore, ReleaseStore, State, StoreClass
from ledger.store.envelopes import EnvelopeStore
from ledger.store.sources import erase_source
from tests.cli.conftest import PASSPHRASE, Called, Siegel, start_siegel
from tests.cli.notices import package, release, write
from tests.sealing.actors import CONTEXT, sealed_bid


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
    assert not list(tmp_path.glob("*.restoring*"))
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


def test_backup_while_all_is_in_motion_is_consistent(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path]
) -> None:
    """Blocks, imports, erasures, ending embargoes go on; each backup is whole: its store has what its chain names."""
    siegel("import", write(tmp_path / "first.json", release(1)), home=home)
    ground = tmp_path / "reasons.txt"
    ground.write_text("Art. 17 DSGVO")
    store = objects(home)
    moving = [store.put(StoreClass.CONFIDENTIAL, bytes([number]), salt=b"s" * 32) for number in range(250)]
    stop = threading.Event()
    codes: list[int] = []
    with EmbeddedNode.open(Settings.load(home).chain_dir) as node:
        server = serve(node)

        def call(*arguments: object) -> None:
            running = start_siegel(home, *arguments, SIEGEL_RPC_URL=server.url)
            running.communicate()
            codes.append(running.returncode)

        def import_and_erase() -> None:
            for number in itertools.count():
                ocid = f"ocds-test00-{number + 2}"
                call("import", write(tmp_path / "more.json", release(2, ocid=ocid)))
                if stop.is_set():
                    return
                options = ("--ref", 1, "--all", "--ground", ground, "--together-with", "officer-two")
                call("process", "erase", ocid, *options)

        def move_and_erase() -> None:
            for digest in moving:
                store.reclassify(digest, StoreClass.PUBLIC)
                store.erase(store.put(StoreClass.ERASABLE, digest, salt=b"s" * 32), "a ground")
                stop.wait(0.05)

        threads = [threading.Thread(target=each) for each in (import_and_erase, move_and_erase)]
        for thread in threads:
            thread.start()
        made = []
        for number in range(3):
            # One while the first import runs, one while its release is erased, one while the next import runs.
            while len(codes) < number:
                stop.wait(0.05)
            made.append(siegel("backup", tmp_path / f"{number}.age", "--recipient", key_file[0], home=home))
        stop.set()
        for thread in threads:
            thread.join()
        server.stop()
    assert [each.err for each in made if each.exit_code] == []
    assert set(codes) == {0}
    for number in range(3):
        back = tmp_path / f"back{number}"
        restored = siegel("restore", tmp_path / f"{number}.age", "--identity", key_file[1], home=back)
        assert restored.exit_code == 0, restored.err
        siegel("index", "run", "--once", home=back)
        checked = siegel("index", "check", home=back)
        assert checked.exit_code == 0, checked.out
        assert {*moving} <= {*objects(back).digests()}


def objects(home: Path) -> ObjectStore:
    """The store of a home."""
    return ObjectStore(Settings.load(home).store_dir)


@contextmanager
def releases_of(home: Path) -> Iterator[ReleaseStore]:
    """Store and state of a home, as another process has them open."""
    state = State(Settings.load(home).state_url)
    try:
        yield ReleaseStore(objects(home), state)
    finally:
        state.close()


@pytest.fixture
def key_file(tmp_path: Path) -> tuple[str, Path]:
    """An age key: the public half, and the file of the private one."""
    identity, file = x25519.Identity.generate(), tmp_path / "key.txt"
    file.write_text(str(identity))
    return identity.to_public(), file


When = Callable[[Callable[[], None]], None]


@pytest.fixture(params=["confidential", "erasable", "the file is written"])
def while_(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> When:
    """Lets something happen once in the middle of a backup, when the first object of a class is taken or when all are;
    only the moment is arranged."""

    def arrange(happens: Callable[[], None]) -> None:
        waiting = [happens]

        def link(source: Path, *arguments: Any, **options: Any) -> None:
            if request.param in Path(source).parts and waiting:
                waiting.pop()()
            os_link(source, *arguments, **options)

        def described(path: str, source: Path) -> archive.Entry:
            if waiting:
                waiting.pop()()
            return archive.describe(path, source)

        os_link = os.link
        if request.param == "the file is written":
            monkeypatch.setattr(backup, "describe", described)
        else:
            monkeypatch.setattr(os, "link", link)

    return arrange


def test_backup_object_erased_meanwhile_is_restored_as_it_was_or_as_erased(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path], while_: When
) -> None:
    """An erasure neither ends the backup nor leaves a hole that looks like a loss."""
    siegel("import", write(tmp_path / "package.json", package(release(1))), home=home)
    objects(home).put(StoreClass.CONFIDENTIAL, b"a letter", salt=b"s" * 32)
    with releases_of(home) as releases:
        originals = list(releases.store.digests(StoreClass.ERASABLE))
        (source,) = sqlite3.connect(home / "state.sqlite").execute("SELECT digest FROM sources").fetchone()
        while_(lambda: erase_source(releases, source, "a ground"))
        made = siegel("backup", tmp_path / "b.age", "--recipient", key_file[0], home=home)
        assert made.exit_code == 0, made.err
        assert not releases.store.exists(source)
    back = tmp_path / "back"
    assert siegel("restore", tmp_path / "b.age", "--identity", key_file[1], home=back).exit_code == 0
    for digest in originals:
        with suppress(ObjectErased):
            assert objects(back).kind(digest) is StoreClass.ERASABLE
    assert siegel("index", "run", "--once", home=back).exit_code == 0
    assert siegel("index", "check", home=back).exit_code == 0


def test_backup_object_that_moves_meanwhile_is_saved(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path], while_: When
) -> None:
    """An embargo that ends while the store is walked hides the object from nobody."""
    store = objects(home)
    moving = [store.put(StoreClass.CONFIDENTIAL, bytes([number]), salt=b"s" * 32) for number in range(8)]
    staying = [store.put(kind, b"staying", salt=kind.value.encode().ljust(32)) for kind in StoreClass]

    def move() -> None:
        for digest in moving:
            store.reclassify(digest, StoreClass.PUBLIC)

    while_(move)
    made = siegel("backup", tmp_path / "b.age", "--recipient", key_file[0], home=home)
    assert made.exit_code == 0, made.err
    back = tmp_path / "back"
    assert siegel("restore", tmp_path / "b.age", "--identity", key_file[1], home=back).exit_code == 0
    assert {*objects(back).digests()} == {*moving, *staying}
    for digest in moving:
        assert objects(back).lookup(hashlib.sha256(objects(back).get(digest)).digest()) == [digest]


def test_backup_release_discarded_meanwhile_does_not_wait_in_the_restored_home(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next import would anchor a release that nobody has any more."""
    organisation = b"o" * 32
    with releases_of(home) as releases:
        releases.state.migrate()
        prepared, _ = releases.prepare(release(1), organisation, policy_named("standard"))
        copy_database = snapshot._copy_database

        def copied(source: Path, copy: Path) -> Path:
            made = copy_database(source, copy)
            if source.name == "state.sqlite":
                releases.discard(prepared.digest)
            return made

        monkeypatch.setattr(snapshot, "_copy_database", copied)
        assert siegel("backup", tmp_path / "b.age", "--recipient", key_file[0], home=home).exit_code == 0
    back = tmp_path / "back"
    assert siegel("restore", tmp_path / "b.age", "--identity", key_file[1], home=back).exit_code == 0
    with releases_of(back) as restored:
        lost = [each for each in restored.waiting(organisation) if not restored.store.exists(each.digest)]
        assert lost == []


def test_backup_release_that_was_lost_before_is_no_reason_to_save_nothing(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path]
) -> None:
    """The rest is all the more worth saving; what is lost is for the index check to tell."""
    siegel("import", write(tmp_path / "package.json", package(release(1))), home=home)
    (digest,) = objects(home).digests(StoreClass.PUBLIC)
    objects(home).path(digest).unlink()
    assert siegel("backup", tmp_path / "b.age", "--recipient", key_file[0], home=home).exit_code == 0


def test_backup_store_on_another_disk_is_saved(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path]
) -> None:
    """A second name is given on one disk only; there the objects are copied."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        assert Path(other).stat().st_dev != home.stat().st_dev
        digest = ObjectStore(Path(other) / "store").put(StoreClass.PUBLIC, b"elsewhere", salt=b"s" * 32)
        (home / "store").symlink_to(Path(other) / "store")
        made = siegel("backup", tmp_path / "b.age", "--recipient", key_file[0], home=home)
        assert made.exit_code == 0, made.err
    back = tmp_path / "back"
    assert siegel("restore", tmp_path / "b.age", "--identity", key_file[1], home=back).exit_code == 0
    assert objects(back).get(digest) == b"elsewhere"


def test_backup_leaves_out_the_passphrase_that_opens_the_keys(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it lies: whoever opens the backup would have keys and passphrase together."""
    (home / "keys" / "passphrase").write_text(PASSPHRASE)
    monkeypatch.setenv("SIEGEL_PASSPHRASE_FILE", "keys/passphrase")
    assert siegel("backup", tmp_path / "b.age", "--recipient", key_file[0], home=home).exit_code == 0
    back = tmp_path / "back"
    assert siegel("restore", tmp_path / "b.age", "--identity", key_file[1], home=back).exit_code == 0
    assert (back / "keys" / "governor.json").exists()
    assert not [path for path in back.rglob("*") if path.is_file() and PASSPHRASE.encode() in path.read_bytes()]


def test_backup_that_was_killed_leaves_no_copies_after_the_next_one(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path]
) -> None:
    """Copies hold what may be erased later; those of a backup that is at work stay."""
    with snapshot.picture_of(Settings.load(home)) as sources:
        left = home / ".backup-killed"
        left.mkdir()
        (left / "state.sqlite").write_bytes(b"x")
        assert siegel("backup", tmp_path / "beside.age", "--recipient", key_file[0], home=home).exit_code == 0
        assert all(source.exists() for source in sources.values())
    assert siegel("backup", tmp_path / "after.age", "--recipient", key_file[0], home=home).exit_code == 0
    assert not list(home.glob(".backup-*"))


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
        assert not list(tmp_path.glob("back*"))


@pytest.mark.parametrize("kept", [0, 10, 1000, -1])
def test_restore_cut_off_file_is_refused(siegel: Siegel, to_key: Path, tmp_path: Path, kept: int) -> None:
    """A file that was copied only in part is no backup."""
    short = tmp_path / "short.age"
    short.write_bytes(to_key.read_bytes()[:kept])
    assert (
        "[BackupUnreadable]"
        in siegel("restore", short, "--identity", tmp_path / "identity.txt", home=tmp_path / "back").err
    )


@pytest.mark.parametrize(("busy", "restored"), [(MEASUREMENTS - 1, True), (MEASUREMENTS, False)])
def test_restore_on_a_machine_that_is_busy_for_a_moment_measures_again(
    saved: Path, monkeypatch: pytest.MonkeyPatch, busy: int, restored: bool
) -> None:
    """age takes only so much work as this machine seems fit for. How busy it is cannot be made here on demand, so what
    age says then is said in its place; nothing is opened that age itself does not open."""
    real, asked = pyrage.passphrase.decrypt, itertools.count(1)
    too_much = pyrage.DecryptError("Excessive work parameter for passphrase.")

    def decrypt(content: bytes, passphrase: str) -> bytes:
        if next(asked) <= busy:
            raise too_much
        return bytes(real(content, passphrase))

    monkeypatch.setattr(pyrage.passphrase, "decrypt", decrypt)
    plain = io.BytesIO()
    with saved.open("rb") as sealed, nullcontext() if restored else pytest.raises(BackupUnreadable):
        Passphrase(os.environ["SIEGEL_BACKUP_PASSPHRASE"]).decrypt(sealed, plain)
    assert bool(plain.getvalue()) is restored


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


def test_backup_two_to_one_file_at_once_one_is_kept_and_the_other_refused(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that comes second takes nothing away from the first, neither its draft nor its name."""
    file, inner = tmp_path / "b.age", list[Called]()
    seal = transfer.seal

    def seal_twice(draft: Path, *arguments: Any) -> None:
        seal(draft, *arguments)
        if not inner:
            inner.append(Called(-1, "", ""))
            inner[0] = siegel("backup", file, "--recipient", key_file[0], home=home)

    monkeypatch.setattr(backup, "seal", seal_twice)
    outer = siegel("backup", file, "--recipient", key_file[0], home=home)
    assert (inner[0].exit_code, inner[0].err) == (0, "")
    assert (outer.exit_code, "[BackupExists]" in outer.err) == (1, True)
    assert siegel("restore", file, "--identity", key_file[1], home=tmp_path / "back").exit_code == 0
    assert [path.name for path in tmp_path.glob("b.age*")] == ["b.age"]


def test_backup_draft_of_a_killed_one_is_told_a_day_later(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path]
) -> None:
    """It is in nobody's way, but fills the disk; a file of another kind is none of ours."""
    with start_siegel(home, "backup", tmp_path / "b.age", "--recipient", key_file[0]) as killed:
        while not (drafts := list(tmp_path.glob("b.age.*"))):
            assert killed.poll() is None
            time.sleep(0.001)
        killed.kill()
    (tmp_path / "film.part").write_text("x")
    # Listed and then not there, like the draft of a backup that has just ended.
    (tmp_path / "c.age.0123abcd.part").symlink_to("nowhere")
    for path in (*drafts, tmp_path / "film.part"):
        os.utime(path, (time.time() - 90_000,) * 2)
    again = siegel("backup", tmp_path / "b.age", "--recipient", key_file[0], home=home)
    assert (again.exit_code, again.out.count("cut off")) == (0, 1)
    assert str(drafts[0]) in again.out
    assert drafts[0].exists()


def test_backup_and_restore_all_is_durable_before_it_is_told(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut after the answer takes nothing away: files and folders are synced first, their names last."""
    fsync, synced = os.fsync, list[Path]()

    def traced(descriptor: int) -> None:
        fsync(descriptor)
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    siegel("import", write(tmp_path / "package.json", package(release(1))), home=home)
    (tmp_path / "there").mkdir()
    file, back = tmp_path / "there" / "b.age", tmp_path / "new" / "back"
    monkeypatch.setattr(os, "fsync", traced)
    assert siegel("backup", file, "--recipient", key_file[0], home=home).exit_code == 0
    assert [synced[-2].suffix, synced[-1]] == [".part", file.parent]
    synced.clear()
    assert siegel("restore", file, "--identity", key_file[1], home=back).exit_code == 0
    assert synced[-1] == back.parent
    draft = next(path for path in synced if path.name.startswith("back.restoring-"))
    known = {path.relative_to(draft) for path in synced if path.is_relative_to(draft)}
    assert {path.relative_to(back) for path in (back, *back.rglob("*"))} <= known


def test_restore_that_was_killed_is_told_and_in_nobodys_way(
    siegel: Siegel, to_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it left holds keys, so people must know; the folder of a restoring at work is no left-over."""
    back, identity = tmp_path / "back", tmp_path / "identity.txt"
    with start_siegel(back, "restore", to_key, "--identity", identity) as killed:
        while not (left := list(tmp_path.glob("back.restoring-*"))):
            assert killed.poll() is None
            time.sleep(0.001)
        killed.kill()
    assert not back.exists()
    # Listed and then not there, like the folder of a restoring that has just ended.
    (tmp_path / "back.restoring-ended").symlink_to("nowhere")
    unpack, second = transfer.unpack, list[Called]()

    def unpack_twice(*arguments: Any) -> archive.Contents:
        if not second:
            second.append(Called(-1, "", ""))
            second[0] = siegel("restore", to_key, "--identity", identity, home=back)
        return unpack(*arguments)

    monkeypatch.setattr(backup, "unpack", unpack_twice)
    first = siegel("restore", to_key, "--identity", identity, home=back)
    assert (second[0].exit_code, second[0].out.count("cut off")) == (0, 1)
    assert str(left[0]) in second[0].out
    assert (first.exit_code, "[HomeExists]" in first.err) == (1, True)
    assert [path for path in tmp_path.glob("back.restoring-*") if path.exists()] == left
    assert siegel("index", "rebuild", home=back).exit_code == 0


def test_backup_passphrase_file_serves_backup_and_restore_where_nobody_is_asked(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cron needs: the first line of a file, and no variable that every child process inherits."""
    monkeypatch.setenv("SIEGEL_BACKUP_PASSPHRASE", "that of the variable")
    secret, file, back = tmp_path / "secret", tmp_path / "b.age", tmp_path / "back"
    secret.write_text("that of the file\nsecond line\n")
    assert siegel("backup", file, "--passphrase-file", secret, home=home).exit_code == 0
    assert "[BackupUnreadable]" in siegel("restore", file, home=back).err
    assert siegel("restore", file, "--passphrase-file", secret, home=back).exit_code == 0


@pytest.mark.parametrize(
    ("content", "options", "failure"),
    [
        ("\nsecond line", (), "BackupPassphraseMissing"),
        (None, (), "ArgumentInvalid"),
        ("a secret", ("--recipient", "age1xyz"), "ArgumentInvalid"),
    ],
)
def test_backup_passphrase_file_that_cannot_serve_is_refused(
    siegel: Siegel, home: Path, tmp_path: Path, content: str | None, options: tuple[str, ...], failure: str
) -> None:
    """An empty line protects nothing, and a passphrase beside a key would not be asked for."""
    if content is not None:
        (tmp_path / "secret").write_text(content)
    refused = siegel("backup", tmp_path / "b.age", "--passphrase-file", tmp_path / "secret", *options, home=home)
    assert (refused.exit_code, f"[{failure}]" in refused.err) == (2, True)
    assert not list(tmp_path.glob("b.age*"))


def test_restore_passphrase_file_beside_a_key_is_refused(siegel: Siegel, to_key: Path, tmp_path: Path) -> None:
    """One of both would be ignored."""
    options = ("--identity", tmp_path / "identity.txt", "--passphrase-file", tmp_path / "secret")
    refused = siegel("restore", to_key, *options, home=tmp_path / "back")
    assert (refused.exit_code, "[ArgumentInvalid]" in refused.err) == (2, True)


def test_backup_passphrase_that_opens_a_key_is_refused(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens the backup need not be able to sign, nor to open shares; a broken key file does not hide others."""
    monkeypatch.setenv("SIEGEL_PASSPHRASE", "of the sealing key")
    siegel("key", "sealing", "officer-one", home=home)
    (home / "keys" / "a-broken-one.json").write_text("{")
    (home / "keys" / "a-broken-one.sealing.pem").write_text("-")
    for passphrase, key in ((PASSPHRASE, "governor.json"), ("of the sealing key", "officer-one.sealing.pem")):
        monkeypatch.setenv("SIEGEL_BACKUP_PASSPHRASE", passphrase)
        refused = siegel("backup", tmp_path / "b.age", home=home)
        assert (refused.exit_code, "[BackupPassphraseReused]" in refused.err) == (2, True)
        assert key in refused.err
    assert not list(tmp_path.glob("b.age*"))


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


def test_backup_while_an_envelope_is_handed_in_holds_the_whole_ones(
    siegel: Siegel, home: Path, tmp_path: Path, key_file: tuple[str, Path]
) -> None:
    """A promised envelope is in the backup, byte for byte; one that is still coming is not, and can begin anew."""
    bids = [sealed_bid(context=dataclasses.replace(CONTEXT, author=bytes([n] * 20))).data for n in (1, 2)]
    whole, coming = (hashlib.sha256(data).digest() for data in bids)
    with envelopes_of(home) as envelopes:
        for digest, data, pieces in ((whole, bids[0], len(bids[0])), (coming, bids[1], 9_000)):
            envelopes.begin(digest, len(data))
            envelopes.append(digest, 0, data[:pieces])
        envelopes.complete(whole)
        promised = envelopes.keep_promise(whole, b"\x01" * 32, 1_800_086_400, b"s" * 65)
    made = siegel("backup", tmp_path / "b.age", "--recipient", key_file[0], home=home)
    assert made.exit_code == 0, made.err
    back = tmp_path / "back"
    assert siegel("restore", tmp_path / "b.age", "--identity", key_file[1], home=back).exit_code == 0
    with envelopes_of(back) as restored:
        assert restored.arrived(whole) == promised
        assert restored.path(whole).read_bytes() == bids[0]
        assert restored.begin(coming, len(bids[1])) == 0
        assert restored.append(coming, 0, bids[1]) == len(bids[1])
        assert restored.complete(coming).size == len(bids[1])
    assert siegel("doctor", home=back).exit_code == siegel("doctor", home=home).exit_code


@contextmanager
def envelopes_of(home: Path) -> Iterator[EnvelopeStore]:
    """The envelopes of a home."""
    settings = Settings.load(home)
    with closing(State(settings.state_url)) as state:
        state.migrate()
        yield EnvelopeStore(settings.store_dir, state)
