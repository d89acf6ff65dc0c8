"""Objects by digest, in a folder: what was anchored, as the very bytes that were hashed.

A stored file is ``salt || bytes`` and its name is its SHA-256, so ``sha256sum`` alone finds an altered file. Layout::

    FOLDER/<class>/<first two hex digits>/<digest>.salted    32 bytes of salt, then the object
    FOLDER/<class>/<first two hex digits>/<digest>.plain     an object without salt
    FOLDER/erasable/<first two hex digits>/<digest>.erased   a tombstone: when it was erased, and why
    FOLDER/<class>/plain/<two digits>/<plain SHA-256>-<digest>
                                     empty; finds objects by the hash of a file that people hold

Writing: temporary file in ``FOLDER/writing``, fsync, rename, fsync of the folder. A crash leaves either nothing or the
whole object, and at worst a temporary file, which is never read and removed by a writer a day later. The plain entry
is written before the object, so an object that exists can be looked up.
"""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ledger.durable import sync
from ledger.errors import ObjectAltered, ObjectErased, ObjectKindConflict, ObjectMissing, ObjectNotErasable, SaltInvalid
from ledger.ocds.digest import SALT_LENGTH, plain_digest
from ledger.store.durable_files import touch_all, write_all

_PLAIN_INDEX = "plain"
_WRITING = "writing"
_SALTED, _UNSALTED, _ERASED = ".salted", ".plain", ".erased"


class StoreClass(enum.Enum):
    """Who may ever read an object: the entitled only, everybody, or everybody until it is erased.

    In the order in which objects move (an embargo ends, a release is erased): whoever looks through the classes in this
    order misses none that moves meanwhile.
    """

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"
    ERASABLE = "erasable"


class ObjectStore:
    """Objects in one folder. Safe for several processes: names are digests and every write is a rename."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._folder = str(folder)

    def put(self, kind: StoreClass, data: bytes, *, salt: bytes | None = None) -> bytes:
        """Store durably; the digest (32 bytes) is ``SHA-256(salt || data)``. Storing the same again changes nothing.

        Raises SaltInvalid, ObjectKindConflict if it is stored in another class, ObjectErased if it was erased, and
        ObjectAltered if what is stored under that name is something else: ``restore`` is for that.
        """
        return self.put_all([(kind, data, salt)])[0]

    def put_all(self, objects: Sequence[tuple[StoreClass, bytes, bytes | None]]) -> list[bytes]:
        """Store many objects (class, bytes, salt), each as ``put`` does, at a small part of what many calls cost.

        All are durable once it returns; a crash before leaves each of them whole or not there at all.
        """
        digests: list[bytes] = []
        entries: list[Path] = []
        files: list[tuple[Path, bytes]] = []
        for kind, data, salt in objects:
            content = (salt or b"") + data
            digest = plain_digest(content)
            digests.append(digest)
            if self._is_new(kind, digest, salt):
                entries.append(self._plain_entry(kind, plain_digest(data), digest))
                files.append((self._path(kind, digest, _UNSALTED if salt is None else _SALTED), content))
        touch_all(entries)
        write_all(files, self.folder / _WRITING)
        return digests

    def _is_new(self, kind: StoreClass, digest: bytes, salt: bytes | None) -> bool:
        if salt is not None and len(salt) != SALT_LENGTH:
            raise SaltInvalid(length=len(salt))
        found = self._find(digest)
        if found is not None:
            if found[0] is not kind:
                raise ObjectKindConflict(digest=digest, kind=found[0].value)
            self._read(digest)
            return False
        if (tombstone := self._tombstone(digest)) is not None:
            raise ObjectErased(digest=digest, **tombstone)
        return True

    def restore(self, digest: bytes, content: bytes) -> None:
        """Put the right bytes (salt and object, as in the stored file) back in place of altered ones.

        Raises ObjectMissing, ObjectErased, or ObjectAltered if these are not the right bytes either.
        """
        _, path = self._locate(digest)
        if plain_digest(content) != digest:
            raise ObjectAltered(digest=digest, actual=plain_digest(content))
        self._write(path, content)

    def get(self, digest: bytes) -> bytes:
        """The object's bytes without salt, verified. Raises ObjectMissing, ObjectErased or ObjectAltered."""
        return self._read(digest)[1]

    def salt(self, digest: bytes) -> bytes | None:
        """The object's salt, verified with it; None for an object without one. Raises as ``get`` does."""
        return self._read(digest)[0]

    def whole(self, digest: bytes) -> tuple[StoreClass, bytes | None, bytes]:
        """The object's class, its salt if it has one, and its bytes, verified, in one reading. Raises as ``get``."""
        while True:
            kind, path = self._locate(digest)
            with suppress(FileNotFoundError):  # it moved on between both looks, which it does twice at most
                return kind, *_content(path, digest)

    def get_unverified(self, digest: bytes) -> bytes:
        """Whatever the store holds under that name now, *not* compared with the digest.

        Only for showing what an altered object was altered to. Raises ObjectMissing or ObjectErased.
        """
        _, path = self._locate(digest)
        content = path.read_bytes()
        return content[SALT_LENGTH:] if path.suffix == _SALTED else content

    def exists(self, digest: bytes) -> bool:
        """Whether an object, altered or not, is stored under that name."""
        return self._find(digest) is not None

    def kind(self, digest: bytes) -> StoreClass:
        """The object's class. Raises ObjectMissing or ObjectErased."""
        return self._locate(digest)[0]

    def path(self, digest: bytes) -> Path:
        """The file that holds the object. Raises ObjectMissing or ObjectErased."""
        return self._locate(digest)[1]

    def changes(self) -> dict[int, tuple[int, ...]]:
        """When folders of objects were last changed (nanoseconds), by the first byte of the digests in them.

        An object that comes, goes or moves to another class changes the times of its first byte.
        """
        found: dict[int, tuple[int, ...]] = {}
        for kind in StoreClass:
            with suppress(FileNotFoundError), os.scandir(self.folder / kind.value) as folders:
                for folder in folders:
                    if len(folder.name) == 2:
                        first = int(folder.name, 16)
                        found[first] = (*found.get(first, ()), folder.stat().st_mtime_ns)
        return found

    def lookup(self, plain_sha256: bytes) -> list[bytes]:
        """Digests of the objects whose unsalted bytes have that SHA-256, in ascending order."""
        name = plain_sha256.hex()
        found = {
            bytes.fromhex(entry.name.partition("-")[2])
            for kind in StoreClass
            for entry in (self.folder / kind.value / _PLAIN_INDEX / name[:2]).glob(f"{name}-*")
        }
        return sorted(digest for digest in found if self.exists(digest))

    def erase(self, digest: bytes, ground: str) -> None:
        """Delete an erasable object, its salt and its plain entry for good, and leave a tombstone with the ground.

        The tombstone comes first: after a crash in between, erasing again finishes the work. Erasing what is erased
        changes nothing. Raises ObjectMissing or ObjectNotErasable.
        """
        found = self._find(digest)
        if found is None:
            if self._tombstone(digest) is None:
                raise ObjectMissing(digest=digest)
            return
        kind, path = found
        if kind is not StoreClass.ERASABLE:
            raise ObjectNotErasable(digest=digest, kind=kind.value)
        if self._tombstone(digest) is None:
            tombstone = {"erased_at": datetime.now(UTC).isoformat(timespec="seconds"), "ground": ground}
            self._write(self._path(kind, digest, _ERASED), json.dumps(tombstone).encode())
        self._drop_plain_entries(kind, digest)
        path.unlink()
        sync(path.parent)

    def discard(self, digest: bytes) -> None:
        """Take out an object that no act names, without a trace; one that is not there is no failure."""
        found = self._find(digest)
        if found is None:
            return
        kind, path = found
        self._drop_plain_entries(kind, digest)
        path.unlink()
        sync(path.parent)

    def reclassify(self, digest: bytes, kind: StoreClass) -> None:
        """Move an object to another class, as when an embargo ends. Raises as ``get`` does.

        What is left in the class before goes last, the object after what finds it: after a crash in between, moving
        again finishes the work. Several processes may move the same object.
        """
        was, salt, data = self.whole(digest)
        if was is kind:
            return
        suffix = _UNSALTED if salt is None else _SALTED
        touch_all([self._plain_entry(kind, plain_digest(data), digest)])
        self._write(self._path(kind, digest, suffix), (salt or b"") + data)
        self._drop_plain_entries(was, digest)
        before = self._path(was, digest, suffix)
        before.unlink(missing_ok=True)
        sync(before.parent)

    def digests(self, kind: StoreClass | None = None) -> Iterator[bytes]:
        """All stored digests in ascending order within each class; erased ones are left out."""
        for each in StoreClass if kind is None else (kind,):
            files = (self.folder / each.value).glob("[0-9a-f][0-9a-f]/*")
            names = {path.stem for path in files if path.suffix in (_SALTED, _UNSALTED)}
            yield from (bytes.fromhex(name) for name in sorted(names))

    def files(self) -> Iterator[Path]:
        """Every file, objects before what finds them and tombstones at the end.

        Whoever takes each file as it comes misses no object that moves meanwhile. A file that is gone when its turn
        comes has moved on, was erased (its tombstone follows), or was discarded.
        """
        for kind in StoreClass:
            objects = (self.folder / kind.value).glob("[0-9a-f][0-9a-f]/*")
            yield from (path for path in objects if path.suffix in (_SALTED, _UNSALTED))
            yield from (self.folder / kind.value / _PLAIN_INDEX).glob("*/*")
        yield from (self.folder / StoreClass.ERASABLE.value).glob(f"[0-9a-f][0-9a-f]/*{_ERASED}")

    def _read(self, digest: bytes) -> tuple[bytes | None, bytes]:
        return self.whole(digest)[1:]

    def _locate(self, digest: bytes) -> tuple[StoreClass, Path]:
        found = self._find(digest)
        if found is not None:
            return found
        tombstone = self._tombstone(digest)
        if tombstone is not None:
            raise ObjectErased(digest=digest, **tombstone)
        raise ObjectMissing(digest=digest)

    def _find(self, digest: bytes) -> tuple[StoreClass, Path] | None:
        name = digest.hex()
        for kind in StoreClass:
            for suffix in (_SALTED, _UNSALTED):
                if self._is_there(kind, name, suffix):
                    return kind, self._path(kind, digest, suffix)
        return None

    def _is_there(self, kind: StoreClass, name: str, suffix: str) -> bool:
        # Text instead of paths: an index looks for hundreds of thousands, most of which others keep.
        return os.access(f"{self._folder}/{kind.value}/{name[:2]}/{name}{suffix}", os.F_OK)

    def _tombstone(self, digest: bytes) -> dict[str, str] | None:
        if not self._is_there(StoreClass.ERASABLE, digest.hex(), _ERASED):
            return None
        stone = json.loads(self._path(StoreClass.ERASABLE, digest, _ERASED).read_bytes())
        return {"erased_at": str(stone["erased_at"]), "ground": str(stone["ground"])}

    def _path(self, kind: StoreClass, digest: bytes, suffix: str) -> Path:
        name = digest.hex()
        return self.folder / kind.value / name[:2] / f"{name}{suffix}"

    def _plain_entry(self, kind: StoreClass, plain_sha256: bytes, digest: bytes) -> Path:
        name = plain_sha256.hex()
        return self.folder / kind.value / _PLAIN_INDEX / name[:2] / f"{name}-{digest.hex()}"

    def _drop_plain_entries(self, kind: StoreClass, digest: bytes) -> None:
        """Searched by name, not computed from the content, so that altered objects can be erased, too."""
        for entry in list((self.folder / kind.value / _PLAIN_INDEX).glob(f"*/*-{digest.hex()}")):
            entry.unlink(missing_ok=True)
            sync(entry.parent)

    def _write(self, path: Path, content: bytes) -> None:
        write_all([(path, content)], self.folder / _WRITING)


def _content(path: Path, digest: bytes) -> tuple[bytes | None, bytes]:
    """Salt and bytes of a stored file. Raises ObjectAltered."""
    content = path.read_bytes()
    actual = plain_digest(content)
    if actual != digest:
        raise ObjectAltered(digest=digest, actual=actual)
    if path.suffix == _SALTED:
        return content[:SALT_LENGTH], content[SALT_LENGTH:]
    return None, content
