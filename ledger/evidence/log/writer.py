"""Growing a log, so that a crash at any moment leaves it as it was or as it was to be.

Tiles and entries are on the disk before the checkpoint over them is signed; the checkpoint is on the disk before
anybody can be given it, since all who serve or feed it read it from there. What a crash leaves beyond the checkpoint
was never served (``LogFolder.served``) and is written again, be it with other leaves. So there are never two signed
trees of one size, nor a smaller one after a larger; only an old copy of the whole folder could sign those, and
witnesses refuse it (``docs/log.md``).
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import LogContradictory, LogEntryTooLarge
from ledger.evidence.log.folder import CHECKPOINT, LOCK, WRITING, LogFolder, SignedTree, signed_note
from ledger.evidence.log.tiles import ENTRIES, LARGEST_ENTRY, WIDTH, Tile, entry_bundle
from ledger.evidence.log.tree import perfect, root
from ledger.evidence.verify.merkle import leaf_hash
from ledger.store.durable_files import write_all


@contextmanager
def writing(log: LogFolder) -> Iterator[LogWriter]:
    """The one writer of a log, in whatever process; others wait. Raises LogKeyMissing, LogContradictory."""
    with locked(log):
        yield LogWriter(log)


@contextmanager
def locked(log: LogFolder) -> Iterator[None]:
    """Nobody writes meanwhile."""
    with os.fdopen(os.open(log.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        # The system releases the lock when a process dies, whatever it died of.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class LogWriter:
    """Use ``writing``. Holds the tree's right edge alone: at most 255 hashes a level and 255 entries."""

    def __init__(self, log: LogFolder) -> None:
        """Raises LogKeyMissing, LogContradictory."""
        self._log, self._key = log, log.private_key()
        self.tree = log.newest()
        self._hashes, self._entries = checked_edge(log, self.tree)
        self._drop_parts(self.tree.size)

    @property
    def room(self) -> int:
        """How many leaves the next ``append`` takes at most: those that the last tile lacks."""
        return WIDTH - self.tree.size % WIDTH

    def append(self, leaves: Sequence[bytes]) -> SignedTree:
        """Add leaves and sign the larger tree; durable on return. Raises LogEntryTooLarge, before anything is written.

        No more than ``room``, so that a crash leaves at most one whole tile a level beside its narrower forms.
        """
        assert 0 < len(leaves) <= self.room
        for leaf in leaves:
            if len(leaf) > LARGEST_ENTRY:
                raise LogEntryTooLarge(got=len(leaf), most=LARGEST_ENTRY)
        size = self.tree.size + len(leaves)
        entries = [*self._entries, *leaves]
        files = {Tile(ENTRIES, self.tree.size // WIDTH, len(entries)): entry_bundle(entries)}
        hashes = [list(level) for level in self._hashes]
        added, level = [leaf_hash(leaf) for leaf in leaves], 0
        while added:
            if level == len(hashes):
                hashes.append([])
            hashes[level] += added
            width = len(hashes[level])
            index = ((size >> 8 * level) - 1) // WIDTH
            files[Tile(level, index, width)] = b"".join(hashes[level])
            added = []
            if width == WIDTH:
                added, hashes[level] = [perfect(hashes[level])], []
            level += 1
        written = [(self._log.folder / "tile" / tile.path, content) for tile, content in files.items()]
        write_all(written, self._writing)
        top = root(size, _Edge(self._log, size, hashes).subtree)
        note = signed_note(self._key, self._log.verifier_key, size, top)
        write_all([(self._log.folder / CHECKPOINT, note)], self._writing)
        self.tree = SignedTree(size, top, note)
        self._hashes, self._entries = hashes, [] if len(entries) == WIDTH else entries
        self._drop_parts(size)
        return self.tree

    @property
    def _writing(self) -> Path:
        return self._log.folder / WRITING

    def _drop_parts(self, size: int) -> None:
        """Narrower forms of the last whole tiles: they begin with the same, and would be most of the log."""
        for level in (ENTRIES, *self._log.tiles(size).levels()):
            whole = (size >> 8 * max(level, 0)) // WIDTH
            if whole:
                shutil.rmtree(self._log.folder / "tile" / Tile(level, whole - 1).parts, ignore_errors=True)


class _Edge:
    """Subtrees on the right edge that are in memory already."""

    def __init__(self, log: LogFolder, size: int, hashes: Sequence[Sequence[bytes]]) -> None:
        self._size, self._hashes, self._tiles = size, hashes, log.tiles(size)

    def subtree(self, height: int, index: int) -> bytes:
        level, rest = divmod(height, 8)
        begin = (self._size >> 8 * level) // WIDTH * WIDTH
        at = (index << rest) - begin
        if level < len(self._hashes) and 0 <= at < len(self._hashes[level]):
            return perfect(self._hashes[level][at : at + (1 << rest)])
        return self._tiles.subtree(height, index)


def checked_edge(log: LogFolder, tree: SignedTree) -> tuple[list[list[bytes]], list[bytes]]:
    """The hashes of the last tile of each level, and the last entries, as far as these are not whole.

    For a signed tree, the newest or an earlier one. Raises LogContradictory unless entries, tiles and checkpoint agree
    there.
    """
    tiles = log.tiles(tree.size)
    if root(tree.size, tiles.subtree) != tree.root:
        raise LogContradictory(path=log.folder / CHECKPOINT, reason="its root is not that of the tiles")
    edge: list[list[bytes]] = []
    below: Tile | None = None
    for level in tiles.levels():
        last = tiles.last(level)
        assert last is not None
        hashes = tiles.hashes(last)
        if level:
            # The last whole tile below is the last hash here.
            assert below is not None
            whole = below if below.width == WIDTH else Tile(below.level, below.index - 1)
            if perfect(tiles.hashes(whole)) != hashes[-1]:
                raise LogContradictory(path=last.path, reason=f"it does not have the root of {whole.path}")
        edge.append([] if last.width == WIDTH else hashes)
        below = last
    bundle = tiles.last(ENTRIES)
    if bundle is None:
        return edge, []
    entries, hashes = tiles.entries(bundle), tiles.hashes(Tile(0, bundle.index, bundle.width))
    if list(map(leaf_hash, entries)) != hashes:
        raise LogContradictory(path=bundle.path, reason="its entries are not those of the tile")
    return edge, [] if bundle.width == WIDTH else entries
