"""Files of a log in the layout of C2SP tlog-tiles: tiles of 256 hashes, and bundles of the entries themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import LogContradictory
from ledger.evidence.log.tree import perfect

WIDTH: Final = 256
ENTRIES: Final = -1
"""The level of entry bundles."""
LARGEST_ENTRY: Final = 65_535

_PATH: Final = re.compile(
    r"(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Tile:
    """The ``index``-th tile of a level with its first ``width`` hashes (or entries) of 256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies and is served, below ``tile/``."""
        digits = f"{self.index:03}"
        digits = digits.zfill((len(digits) + 2) // 3 * 3)
        *before, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
        whole = "/".join(
            ("entries" if self.level == ENTRIES else str(self.level), *(f"x{part}" for part in before), last)
        )
        return whole if self.width == WIDTH else f"{whole}.p/{self.width}"

    @property
    def parts(self) -> str:
        """Folder of this tile's narrower forms."""
        return f"{Tile(self.level, self.index).path}.p"

    def is_in(self, size: int) -> bool:
        """Whether a tree of this size has it."""
        return self.index * WIDTH + self.width <= size >> 8 * max(self.level, 0)


def tile_at(path: str) -> Tile | None:
    """The tile of this path below ``tile/``; None if it is no tile's."""
    found = _PATH.fullmatch(path)
    if found is None or len(found[2]) > 15:
        return None
    level = ENTRIES if found[1] == "entries" else int(found[1])
    tile = Tile(level, int(found[2].replace("x", "").replace("/", "") + found[3]), int(found[4] or WIDTH))
    return tile if tile.path == path else None


class Tiles:
    """The tiles below a folder, for a tree of ``size`` leaves."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder, self._size = folder, size

    def hashes(self, tile: Tile) -> list[bytes]:
        """Its hashes (32 bytes each). Raises LogContradictory."""
        content = self._read(tile, tile.width * 32)
        return [content[at : at + 32] for at in range(0, tile.width * 32, 32)]

    def entries(self, tile: Tile) -> list[bytes]:
        """The entries of a bundle. Raises LogContradictory."""
        content, at, found = self._read(tile, 0), 0, list[bytes]()
        while len(found) < tile.width:
            length = int.from_bytes(content[at : at + 2], "big")
            entry = content[at + 2 : at + 2 + length]
            if len(entry) != length or at + 2 > len(content):
                raise LogContradictory(path=tile.path, reason=f"it ends within entry {len(found)}")
            found.append(entry)
            at += 2 + length
        return found

    def last(self, level: int) -> Tile | None:
        """The rightmost tile of a level, None if it has none."""
        count = self._size >> 8 * max(level, 0)
        return Tile(level, (count - 1) // WIDTH, (count - 1) % WIDTH + 1) if count else None

    def levels(self) -> Iterator[int]:
        """All levels that have tiles, from below."""
        level = 0
        while self._size >> 8 * level:
            yield level
            level += 1

    def subtree(self, height: int, index: int) -> bytes:
        """Hash of a whole subtree, as proofs want it. Raises LogContradictory."""
        level, rest = divmod(height, 8)
        first = index << rest
        place, at = divmod(first, WIDTH)
        last = self.last(level)
        width = last.width if last is not None and last.index == place else WIDTH
        return perfect(self.hashes(Tile(level, place, width))[at : at + (1 << rest)])

    def _read(self, tile: Tile, length: int) -> bytes:
        # A narrower form goes when the whole tile is there, which begins with the same.
        for path in (tile.path, Tile(tile.level, tile.index).path):
            try:
                content = (self._folder / path).read_bytes()
            except FileNotFoundError:
                continue
            if length and path == tile.path and len(content) != length:
                raise LogContradictory(path=path, reason=f"it has {len(content)} bytes, expected were {length}")
            return content
        raise LogContradictory(path=tile.path, reason="it is missing")


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries, each after its length in two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
