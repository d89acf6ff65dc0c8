"""JSON Lines (jsonlines.org): one JSON text a line, told from one JSON text over many lines by content alone.

Read line by line, so a file of any length needs memory for its longest line only.
"""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ledger.errors import EncodingInvalid, FileTooLarge, JsonInvalid, SiegelError
from ledger.ocds.json_text import MAX_BYTES, read_json

Line = tuple[int, bytes | SiegelError]
"""Number from 1, and the line's bytes without its end and without a byte order mark, or why they are not read."""

_CHUNK = 1 << 20


def json_texts(file: BinaryIO, *, max_bytes: int = MAX_BYTES) -> Iterator[tuple[int | None, bytes | SiegelError]]:
    """The JSON texts of a file: of JSON Lines each line that is not blank, with its number, else the whole (None).

    A file is JSON Lines if it has several lines that are not blank and the first of them is an object by itself; or
    the second is, and all together are no JSON text (the first line is then the broken one). A text, or line, of more
    than ``max_bytes`` comes as ``FileTooLarge``. Raises what reading ``file`` raises.
    """
    lines = _lines(file, max_bytes)
    head: list[tuple[int, bytes, int]] = []
    told: list[bytes] = []
    for line in lines:
        head.append(line)
        if line[1].strip():
            told.append(line[1])
        if len(told) == 2:
            break
    if len(told) == 2 and _is_object(told[0]):
        yield from _each(itertools.chain(head, lines), max_bytes)
        return
    whole, size = _take(head, lines, max_bytes)
    if len(told) == 2 and _is_object(told[1]) and (size > max_bytes or not _is_json(whole)):
        yield from _each(itertools.chain(whole, lines), max_bytes)
    elif size > max_bytes:
        yield None, FileTooLarge(size=size + sum(length for _, _, length in lines), limit=max_bytes)
    else:
        yield None, b"".join(line for _, line, _ in whole)


def _lines(file: BinaryIO, max_bytes: int) -> Iterator[tuple[int, bytes, int]]:
    """Number, bytes with the line's end, and length; of an endless line at most ``max_bytes`` and one are kept."""
    for number in itertools.count(1):
        line = file.readline(max_bytes + 1)
        if not line:
            return
        length, end = len(line), line[-1:]
        while end != b"\n" and length > max_bytes:
            more = file.readline(_CHUNK)
            if not more:
                break
            length, end = length + len(more), more[-1:]
        yield number, line, length


def _take(
    head: list[tuple[int, bytes, int]], lines: Iterator[tuple[int, bytes, int]], max_bytes: int
) -> tuple[list[tuple[int, bytes, int]], int]:
    """As many lines as one JSON text may have, and their length; longer than ``max_bytes`` if there are more."""
    taken, size = list(head), sum(length for _, _, length in head)
    while size <= max_bytes and (line := next(lines, None)) is not None:
        taken.append(line)
        size += line[2]
    return taken, size


def _each(lines: Iterable[tuple[int, bytes, int]], max_bytes: int) -> Iterator[Line]:
    for number, line, length in lines:
        if length > max_bytes:
            yield number, FileTooLarge(size=length, limit=max_bytes)
        elif text := _without_mark(line).strip(b" \t\r\n"):
            yield number, text


def _without_mark(line: bytes) -> bytes:
    return line.removeprefix(codecs.BOM_UTF8)


def _is_object(line: bytes) -> bool:
    text = _without_mark(line).strip(b" \t\r\n")
    return text.startswith(b"{") and text.endswith(b"}") and _parses(text)


def _is_json(lines: list[tuple[int, bytes, int]]) -> bool:
    return _parses(b"".join(line for _, line, _ in lines))


def _parses(text: bytes) -> bool:
    try:
        read_json(text)
    except (JsonInvalid, EncodingInvalid):
        return False
    except SiegelError:
        # Too deep, or a key twice: one JSON text all the same, to be refused by that name.
        return True
    return True
