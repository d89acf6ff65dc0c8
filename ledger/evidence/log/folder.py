"""Logs in the home: ``log/1``, and its successors ``log/2`` ... Each has its verifier key, its private key, the newest
checkpoint, and tiles. Files that contradict each other are refused (``LogContradictory``): whatever happened to them,
a log that goes on from a wrong state is lost, one that stands still is not.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from ledger.durable import sync
from ledger.errors import EvidenceRefused, LogContradictory, LogExists, LogKeyMissing, LogMissing, LogOriginInvalid
from ledger.evidence.log.tiles import ENTRIES, Tiles, tile_at
from ledger.evidence.log.tree import consistency_proof, inclusion_proof, root
from ledger.evidence.verify.checkpoint import LogTrust, checkpoint_body, read_checkpoint, signature_line
from ledger.evidence.verify.logged import Inclusion
from ledger.evidence.verify.merkle import EMPTY_ROOT
from ledger.evidence.verify.verifier_key import LOG, VerifierKey, is_name, read_verifier_key

CHECKPOINT, KEY, VERIFIER_KEY, LOCK, WRITING = "checkpoint", "key", "vkey", "lock", "writing"


@dataclass(frozen=True)
class SignedTree:
    """The newest checkpoint: size, root (32 bytes), and the note with the log's signature."""

    size: int
    root: bytes
    note: bytes


class LogFolder:
    """One log, to read. What it answers is of checkpoints that were signed, never of what is being written."""

    def __init__(self, folder: Path) -> None:
        """Raises LogContradictory if the verifier key cannot be read."""
        self.folder = folder
        try:
            text = (folder / VERIFIER_KEY).read_text(encoding="ascii").removesuffix("\n")
            self.verifier_key = read_verifier_key(text, LOG)
        except (FileNotFoundError, UnicodeDecodeError, EvidenceRefused) as error:
            raise LogContradictory(path=folder / VERIFIER_KEY, reason=str(error)) from error

    @property
    def origin(self) -> str:
        """Its name."""
        return self.verifier_key.name

    @property
    def number(self) -> int:
        """1 for the first log of the home, 2 for its successor, and so on."""
        return int(self.folder.name)

    def newest(self) -> SignedTree:
        """The newest checkpoint. Raises LogContradictory if it is missing or not this log's."""
        path = self.folder / CHECKPOINT
        try:
            note = path.read_bytes()
            read = read_checkpoint(note, LogTrust((self.verifier_key,), ()))
        except (FileNotFoundError, EvidenceRefused) as error:
            raise LogContradictory(path=path, reason=str(error)) from error
        return SignedTree(read.size, read.root, note)

    def tiles(self, size: int) -> Tiles:
        """Its tiles, for a signed tree of this size."""
        return Tiles(self.folder / "tile", size)

    def root(self, size: int) -> bytes:
        """Root of the tree of its first ``size`` leaves."""
        return root(size, self.tiles(self.newest().size).subtree)

    def inclusion(self, index: int, size: int) -> Inclusion:
        """The bundle's entry: where leaf ``index`` stands in the tree of ``size``."""
        return Inclusion(size, index, tuple(inclusion_proof(index, size, self.tiles(self.newest().size).subtree)))

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Hashes that prove that the tree of ``size`` begins with that of ``old``."""
        return consistency_proof(old, size, self.tiles(self.newest().size).subtree)

    def leaf(self, index: int) -> bytes:
        """A leaf, which is a header."""
        size = self.newest().size
        tiles = self.tiles(size)
        bundle = tiles.last(ENTRIES)
        assert bundle is not None and index < size
        if index // 256 != bundle.index:
            bundle = type(bundle)(ENTRIES, index // 256)
        return tiles.entries(bundle)[index % 256]

    def served(self, path: str) -> bytes | None:
        """The bytes of a tile by its path below ``tile/``; None if no signed tree has it, or its whole tile stands for
        it now."""
        tile = tile_at(path)
        if tile is None or not tile.is_in(self.newest().size):
            return None
        try:
            return (self.folder / "tile" / path).read_bytes()
        except FileNotFoundError:
            return None

    def lasting_files(self) -> list[Path]:
        """What a copy of the log consists of: all but the private key, so that no copy can sign a second history."""
        passing = (KEY, LOCK)
        files = (path for path in self.folder.rglob("*") if path.is_file() and path.name not in passing)
        return sorted(path for path in files if WRITING not in path.relative_to(self.folder).parts)

    def private_key(self) -> Ed25519PrivateKey:
        """Raises LogKeyMissing; LogContradictory if it is another's."""
        path = self.folder / KEY
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError:
            raise LogKeyMissing(origin=self.origin) from None
        except ValueError as error:
            raise LogContradictory(path=path, reason=str(error)) from error
        if not isinstance(key, Ed25519PrivateKey) or key.public_key().public_bytes_raw() != self.verifier_key.key:
            raise LogContradictory(path=path, reason=f"it is not the key of {self.verifier_key}")
        return key


def signed_note(key: Ed25519PrivateKey, verifier_key: VerifierKey, size: int, root: bytes) -> bytes:
    """A checkpoint with the log's signature."""
    body = checkpoint_body(verifier_key.name, size, root)
    return body + b"\n" + signature_line(verifier_key.name, verifier_key.id + key.sign(body))


def logs_of(folder: Path) -> list[LogFolder]:
    """All logs below the home's ``log``, the living one last."""
    if not folder.is_dir():
        return []
    return [
        LogFolder(path)
        for path in sorted((p for p in folder.iterdir() if p.name.isdecimal()), key=lambda p: int(p.name))
    ]


def living_log(folder: Path) -> LogFolder:
    """The log that grows. Raises LogMissing."""
    logs = logs_of(folder)
    if not logs:
        raise LogMissing()
    return logs[-1]


def create_log(folder: Path, origin: str) -> LogFolder:
    """Make the home's first log, with a new key and a signed checkpoint of the empty tree.

    Raises LogExists, LogOriginInvalid.
    """
    logs = logs_of(folder)
    if logs:
        raise LogExists(origin=logs[-1].origin)
    return _create(folder, 1, origin)


def create_successor(folder: Path) -> LogFolder:
    """Make the successor of the living log: ``FIRST/2``, ``FIRST/3`` ... Raises LogMissing."""
    logs = logs_of(folder)
    if not logs:
        raise LogMissing()
    number = logs[-1].number + 1
    return _create(folder, number, f"{logs[0].origin}/{number}")


def _create(folder: Path, number: int, origin: str) -> LogFolder:
    if not is_name(origin) or origin.endswith("/"):
        raise LogOriginInvalid(origin=origin)
    key = Ed25519PrivateKey.generate()
    verifier_key = VerifierKey(origin, LOG, key.public_key().public_bytes_raw())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{number}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, content, mode in (
        (KEY, pem, 0o600),
        (VERIFIER_KEY, f"{verifier_key}\n".encode(), 0o644),
        (CHECKPOINT, signed_note(key, verifier_key, 0, EMPTY_ROOT), 0o644),
    ):
        with os.fdopen(os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    sync(draft)
    # Whole at once: a folder with its number is a log.
    draft.rename(folder / str(number))
    sync(folder)
    sync(folder.parent)
    return LogFolder(folder / str(number))
