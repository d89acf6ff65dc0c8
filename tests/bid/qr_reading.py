"""Reads a square code (QR, ISO/IEC 18004) module by module, without the library that drew it.

Only what a flawless picture needs: nothing is corrected, so one wrong module of the content is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

Rows = Sequence[Sequence[bool]]
"""True is dark; without the light margin."""

_MASKS: Final[tuple[Callable[[int, int], bool], ...]] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, column: row % 2 == 0,
    lambda row, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)
_BLOCKS: Final = {
    1: [16], 2: [28], 3: [44], 4: [32] * 2, 5: [43] * 2, 6: [27] * 4, 7: [31] * 4, 8: [38] * 2 + [39] * 2,
    9: [36] * 3 + [37] * 2,
}  # fmt: skip
"""Data bytes of each block at the level M, by version (table 9)."""
_CENTRES: Final = {7: [6, 22, 38], 8: [6, 24, 42], 9: [6, 26, 46]}
"""Of the alignment patterns (annex E); up to version 6 there is one line of them besides the timing pattern."""


def read(rows: Rows) -> str:
    """The text of a code of versions 1 to 9, level M, in one segment of bytes."""
    size = len(rows)
    version, rest = divmod(size - 17, 4)
    assert rest == 0
    level, mask = _format(rows)
    assert level == 0b00, "not the level M"
    bits = [rows[row][column] ^ _MASKS[mask](row, column) for row, column in _way(version, size)]
    codewords = [_number(bits[at : at + 8]) for at in range(0, len(bits) - 7, 8)]
    data = [bit for byte in _data(codewords, _BLOCKS[version]) for bit in map(int, f"{byte:08b}")]
    assert _number(data[:4]) == 0b0100, "no segment of bytes"
    length = _number(data[4:12])
    end = 12 + 8 * length
    assert _number(data[end : end + 4]) == 0, "more than one segment"
    return bytes(_number(data[at : at + 8]) for at in range(12, end, 8)).decode("ascii")


def _number(bits: Sequence[int]) -> int:
    return int("".join("01"[bit] for bit in bits), 2)


def _format(rows: Rows) -> tuple[int, int]:
    """Level and mask (7.9), which stand beside the upper left finder pattern and, again, beside the other two."""
    first = [rows[8][column] for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [rows[row][8] for row in (7, 5, 4, 3, 2, 1, 0)]
    size = len(rows)
    second = [rows[size - 1 - row][8] for row in range(7)] + [rows[8][size - 8 + column] for column in range(8)]
    assert first == second
    found = _number(first) ^ 0b101010000010010
    return found >> 13, found >> 10 & 0b111


def _way(version: int, size: int) -> Iterator[tuple[int, int]]:
    """Where the bits stand: pairs of columns from the right, upwards and downwards in turn (7.7.3)."""
    taken = _patterns(version, size)
    columns = [column for column in range(size - 1, 0, -2) if column > 6] + [5, 3, 1]
    for number, right in enumerate(columns):
        for row in range(size) if number % 2 else reversed(range(size)):
            yield from ((row, column) for column in (right, right - 1) if (row, column) not in taken)


def _patterns(version: int, size: int) -> set[tuple[int, int]]:
    """Finder, timing and alignment patterns, format and version."""
    areas = [(0, 0, 9, 9), (0, size - 8, 9, 8), (size - 8, 0, 8, 9), (6, 0, 1, size), (0, 6, size, 1)]
    if version >= 7:
        areas += [(0, size - 11, 6, 3), (size - 11, 0, 3, 6)]
    centres = _CENTRES.get(version, [6, size - 7] if version > 1 else [])
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    areas += [(row - 2, column - 2, 5, 5) for row in centres for column in centres if (row, column) not in corners]
    return {
        (row + down, column + along)
        for row, column, height, width in areas
        for down in range(height)
        for along in range(width)
    }


def _data(codewords: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """Bytes of the blocks, one behind the other; they stand byte by byte in turn (7.6)."""
    given = iter(codewords)
    turns = zip_longest(*([number] * size for number, size in enumerate(sizes)))
    blocks: list[list[int]] = [[] for _ in sizes]
    for turn in turns:
        for number in turn:
            if number is not None:
                blocks[number].append(next(given))
    return [byte for block in blocks for byte in block]
