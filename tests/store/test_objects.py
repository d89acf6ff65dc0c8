"""The object store: what was put is what comes back, and whatever else lies there is named."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import (
    ObjectAltered,
    ObjectErased,
    ObjectKindConflict,
    ObjectMissing,
    ObjectNotErasable,
    SaltInvalid,
)
from ledger.store import ObjectStore, StoreClass

SALT = b"s" * 32
NOTICE = b'{"ocid":"ocds-abc123-1"}'


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    """An empty store."""
    return ObjectStore(tmp_path / "store")


@given(
    data=st.binary(max_size=300), salt=st.none() | st.binary(min_size=32, max_size=32), kind=st.sampled_from(StoreClass)
)
@settings(max_examples=60)
def test_put_any_bytes_come_back_under_their_digest(
    data: bytes, salt: bytes | None, kind: StoreClass, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The name is SHA-256 of salt and bytes; bytes, salt and class come back, and the plain digest finds it."""
    store = ObjectStore(tmp_path_factory.mktemp("store"))
    digest = store.put(kind, data, salt=salt)
    assert digest == hashlib.sha256((salt or b"") + data).digest()
    assert (store.get(digest), store.salt(digest), store.kind(digest)) == (data, salt, kind)
    assert store.lookup(hashlib.sha256(data).digest()) == [digest]
    assert list(store.digests()) == [digest]
    assert hashlib.sha256(store.path(digest).read_bytes()).digest() == digest
    assert store.put(kind, data, salt=salt) == digest


@pytest.mark.parametrize("salt", [None, SALT])
@pytest.mark.parametrize("change", ["flip", "append", "truncate", "empty"])
def test_get_altered_file_names_what_it_was_and_what_it_is(store: ObjectStore, salt: bytes | None, change: str) -> None:
    """Any change of the file behind the store's back is refused with both digests; showing it needs another call."""
    digest = store.put(StoreClass.PUBLIC, NOTICE, salt=salt)
    path = store.path(digest)
    content = path.read_bytes()
    altered = {
        "flip": content[:-1] + bytes([content[-1] ^ 1]),
        "append": content + b" ",
        "truncate": content[:-1],
        "empty": b"",
    }[change]
    path.write_bytes(altered)
    for reading in (store.get, store.salt):
        with pytest.raises(ObjectAltered) as caught:
            reading(digest)
        assert caught.value.values == {"digest": digest, "actual": hashlib.sha256(altered).digest()}
    assert store.get_unverified(digest) == (altered[32:] if salt else altered)
    with pytest.raises(ObjectAltered):
        store.put(StoreClass.PUBLIC, NOTICE, salt=salt)


def test_get_altered_salt_is_refused(store: ObjectStore) -> None:
    """The salt is covered by the digest like the bytes."""
    digest = store.put(StoreClass.PUBLIC, NOTICE, salt=SALT)
    store.path(digest).write_bytes(b"t" * 32 + NOTICE)
    with pytest.raises(ObjectAltered):
        store.get(digest)


def test_restore_right_bytes_repairs_an_altered_object(store: ObjectStore) -> None:
    """Only the bytes that give the digest can be put back."""
    digest = store.put(StoreClass.PUBLIC, NOTICE, salt=SALT)
    store.path(digest).write_bytes(b"altered")
    with pytest.raises(ObjectAltered):
        store.restore(digest, SALT + b"something else")
    store.restore(digest, SALT + NOTICE)
    assert store.get(digest) == NOTICE


def test_get_unknown_digest_is_missing(store: ObjectStore) -> None:
    """A digest nobody put is missing, in every question."""
    for question in (store.get, store.salt, store.kind, store.path, store.get_unverified):
        with pytest.raises(ObjectMissing):
            question(bytes(32))
    assert not store.exists(bytes(32))
    assert store.lookup(bytes(32)) == []
    assert list(store.digests()) == []
    with pytest.raises(ObjectMissing):
        store.erase(bytes(32), "none")


def test_get_deleted_file_is_missing_not_erased(store: ObjectStore) -> None:
    """A file that vanished without a tombstone is missing: erasing leaves a trace."""
    digest = store.put(StoreClass.ERASABLE, NOTICE, salt=SALT)
    store.path(digest).unlink()
    with pytest.raises(ObjectMissing):
        store.get(digest)


@pytest.mark.parametrize("altered", [False, True])
def test_erase_object_leaves_nothing_but_a_tombstone(store: ObjectStore, altered: bool) -> None:
    """Content, salt and plain digest are gone from the folder; the digest says when and why. Also if it was altered."""
    digest = store.put(StoreClass.ERASABLE, NOTICE, salt=SALT)
    if altered:
        store.path(digest).write_bytes(SALT + NOTICE + b"!")
    store.erase(digest, "DSGVO Art. 17")
    store.erase(digest, "again")
    with pytest.raises(ObjectErased) as caught:
        store.get(digest)
    assert caught.value.values["ground"] == "DSGVO Art. 17"
    assert store.lookup(hashlib.sha256(NOTICE).digest()) == []
    assert list(store.digests()) == []
    plain = hashlib.sha256(NOTICE).hexdigest()
    for path in store.folder.rglob("*"):
        assert plain not in path.name
        assert path.is_dir() or NOTICE not in path.read_bytes()
        assert path.is_dir() or SALT not in path.read_bytes()
    with pytest.raises(ObjectErased):
        store.put(StoreClass.ERASABLE, NOTICE, salt=SALT)


def test_erase_interrupted_after_the_tombstone_is_finished_by_erasing_again(store: ObjectStore) -> None:
    """A crash between tombstone and deletion leaves both; the second try deletes and keeps the first ground."""
    digest = store.put(StoreClass.ERASABLE, NOTICE, salt=SALT)
    content = store.path(digest).read_bytes()
    path = store.path(digest)
    store.erase(digest, "first")
    path.write_bytes(content)
    store.erase(digest, "second")
    with pytest.raises(ObjectErased, match="first"):
        store.get(digest)
    assert not path.exists()


@pytest.mark.parametrize("kind", [StoreClass.PUBLIC, StoreClass.CONFIDENTIAL])
def test_erase_object_of_another_class_is_refused(store: ObjectStore, kind: StoreClass) -> None:
    """Only what was stored as erasable can be erased."""
    digest = store.put(kind, NOTICE, salt=SALT)
    with pytest.raises(ObjectNotErasable):
        store.erase(digest, "none")
    assert store.get(digest) == NOTICE


def test_put_object_of_another_class_is_refused(store: ObjectStore) -> None:
    """The same object cannot silently become public by being stored twice."""
    store.put(StoreClass.CONFIDENTIAL, NOTICE, salt=SALT)
    with pytest.raises(ObjectKindConflict):
        store.put(StoreClass.PUBLIC, NOTICE, salt=SALT)


def test_reclassify_confidential_object_becomes_public(store: ObjectStore) -> None:
    """At the end of an embargo the object moves; digest, salt and lookup stay."""
    digest = store.put(StoreClass.CONFIDENTIAL, NOTICE, salt=SALT)
    store.reclassify(digest, StoreClass.PUBLIC)
    store.reclassify(digest, StoreClass.PUBLIC)
    assert (store.kind(digest), store.get(digest), store.salt(digest)) == (StoreClass.PUBLIC, NOTICE, SALT)
    assert store.lookup(hashlib.sha256(NOTICE).digest()) == [digest]
    assert list(store.digests(StoreClass.CONFIDENTIAL)) == []
    assert not [path for path in (store.folder / "confidential").rglob("*") if path.is_file()]


def test_get_object_that_moves_meanwhile_is_found_where_it_went(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An embargo ends between finding the file and opening it: nobody is told that the object is missing."""
    digest, other = store.put(StoreClass.CONFIDENTIAL, NOTICE, salt=SALT), ObjectStore(store.folder)
    locate, moves = store._locate, [StoreClass.PUBLIC, StoreClass.ERASABLE]

    def moving(wanted: bytes) -> tuple[StoreClass, Path]:
        found = locate(wanted)
        if moves:
            other.reclassify(wanted, moves.pop(0))
        return found

    monkeypatch.setattr(store, "_locate", moving)
    assert store.whole(digest) == (StoreClass.ERASABLE, SALT, NOTICE)
    assert moves == []


def test_reclassify_by_two_at_once_moves_it_once(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second finds it moved already, before or after reading it."""
    digest, other = store.put(StoreClass.CONFIDENTIAL, NOTICE, salt=SALT), ObjectStore(store.folder)
    whole = store.whole

    def overtaken(wanted: bytes) -> tuple[StoreClass, bytes | None, bytes]:
        found = whole(wanted)
        other.reclassify(wanted, StoreClass.PUBLIC)
        return found

    monkeypatch.setattr(store, "whole", overtaken)
    store.reclassify(digest, StoreClass.PUBLIC)
    assert (other.kind(digest), other.get(digest)) == (StoreClass.PUBLIC, NOTICE)
    assert other.lookup(hashlib.sha256(NOTICE).digest()) == [digest]
    assert not [path for path in (store.folder / "confidential").rglob("*") if path.is_file()]


def test_lookup_same_file_with_two_salts_finds_both(store: ObjectStore) -> None:
    """A file anchored twice has two digests and one plain digest."""
    digests = [store.put(StoreClass.PUBLIC, NOTICE, salt=salt) for salt in (SALT, b"t" * 32)]
    assert store.lookup(hashlib.sha256(NOTICE).digest()) == sorted(digests)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_put_salt_of_wrong_length_is_refused(store: ObjectStore, length: int) -> None:
    """A salt has 32 bytes, so that where it ends is never a question."""
    with pytest.raises(SaltInvalid):
        store.put(StoreClass.PUBLIC, NOTICE, salt=bytes(length))


def test_put_crash_before_the_rename_leaves_nothing_readable(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the machine stops before the file has its name, the object is missing, not half there."""

    def crash(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            store.put(StoreClass.PUBLIC, NOTICE, salt=SALT)
    digest = hashlib.sha256(SALT + NOTICE).digest()
    assert not store.exists(digest)
    assert store.lookup(hashlib.sha256(NOTICE).digest()) == []
    assert not list((store.folder / "writing").iterdir())
    assert store.put(StoreClass.PUBLIC, NOTICE, salt=SALT) == digest


def test_put_bytes_and_folder_are_synced_before_the_object_has_its_name(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is flushed before the rename and the folder after it, else a power cut could lose what was signed."""
    calls: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def traced_fsync(descriptor: int) -> None:
        calls.append("folder" if Path(f"/proc/self/fd/{descriptor}").is_dir() else "file")
        fsync(descriptor)

    def traced_replace(self: Path, target: Path) -> Path:
        calls.append("rename")
        return replace(self, target)

    store.put(StoreClass.PUBLIC, b"another", salt=SALT)
    monkeypatch.setattr(os, "fsync", traced_fsync)
    monkeypatch.setattr(Path, "replace", traced_replace)
    store.put(StoreClass.PUBLIC, b"another", salt=b"t" * 32)
    assert calls[-3:] == ["file", "rename", "folder"]


def test_put_what_a_killed_writer_left_is_removed_a_day_later(store: ObjectStore) -> None:
    """Bytes that were never given a name would stay when the object is erased; a writer at work keeps its own."""
    folder = store.folder
    kill = (
        "import os, pathlib, signal, sys; from ledger.store import ObjectStore, StoreClass;"
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        "ObjectStore(pathlib.Path(sys.argv[1])).put(StoreClass.ERASABLE, b'Frau Beispiel')"
    )
    killed = subprocess.run([sys.executable, "-c", kill, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = [path for path in folder.rglob("*") if path.is_file() and path.read_bytes() == b"Frau Beispiel"]
    assert len(left) == 1
    store.put(StoreClass.PUBLIC, b"soon after")
    assert left[0].exists()
    os.utime(left[0], (time.time() - 90_000,) * 2)
    store.put(StoreClass.PUBLIC, b"two days later")
    assert not left[0].exists()
