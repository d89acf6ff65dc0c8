"""JSON Lines are told from one JSON text by what stands in them, and read line by line."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any, BinaryIO, cast

import pytest

from ledger.errors import FileTooLarge
from ledger.ocds.importer import read_file
from ledger.ocds.json_lines import json_texts

ONE, TWO = b'{"ocid": "ocds-test00-1"}', b'{"ocid": "ocds-test00-2"}'


def read(data: bytes, **limits: Any) -> list[tuple[int | None, bytes | str]]:
    """Line and bytes, or the refusal's name."""
    texts = json_texts(io.BytesIO(data), **limits)
    return [(line, text if isinstance(text, bytes) else text.name) for line, text in texts]


@pytest.mark.parametrize(
    "data",
    [
        ONE + b"\n" + TWO,
        ONE + b"\n" + TWO + b"\n",
        ONE + b"\r\n" + TWO + b"\r\n",
        b"\xef\xbb\xbf" + ONE + b"\r\n" + TWO,
        ONE + b"  \n\t" + TWO,
    ],
)
def test_json_texts_of_lines_are_their_bytes_without_ends(data: bytes) -> None:
    """Byte order mark, line ends and blanks around do not belong to a text, so the same line is the same original."""
    assert read(data) == [(1, ONE), (2, TWO)]


def test_json_texts_blank_lines_count_and_are_passed() -> None:
    """Numbers are those an editor shows."""
    assert read(b"\n" + ONE + b"\n\n  \n" + TWO) == [(2, ONE), (5, TWO)]


@pytest.mark.parametrize(
    "whole",
    [
        ONE,
        ONE + b"\n",
        b"\n\n" + ONE,
        json.dumps({"releases": [{"ocid": "a"}]}, indent=2).encode(),
        b'{"releases": [\n{"ocid": "a"}\n]}',
        b'{"releases": [\n{"ocid": "a"},\n{"ocid": "b"}\n]}',
        b'{"releases": [{}\n,{"ocid": "a"}\n]}',
        b"{\n}",
        b"",
        b"no json at all\nnor here",
        b"<?xml version='1.0'?>\n<notice>\n</notice>",
        ONE.decode().encode("utf-16"),
    ],
)
def test_json_texts_of_one_text_or_none_is_the_whole(whole: bytes) -> None:
    """One text over many lines stays one, and what is no JSON stays whole for whoever knows it."""
    assert read(whole) == [(None, whole)]


def test_json_texts_bad_line_is_one_of_many() -> None:
    """A broken line, first or later, or in another encoding, is refused by its number; the others go on."""
    broken = b'{"ocid": "ocds-te'
    latin = '{"ocid": "ü"}'.encode("latin-1")
    for bad in (broken, latin, b"# a heading"):
        assert read(bad + b"\n" + ONE + b"\n" + TWO) == [(1, bad), (2, ONE), (3, TWO)]
        assert read(ONE + b"\n" + bad + b"\n" + TWO) == [(1, ONE), (2, bad), (3, TWO)]
        assert read_file(bad).report.refused


def test_json_texts_line_with_a_key_twice_is_a_line() -> None:
    """What is refused by another name than broken JSON is one text all the same."""
    twice = b'{"ocid": "a", "ocid": "b"}'
    assert read(twice + b"\n" + ONE) == [(1, twice), (2, ONE)]
    assert [each.error.name for each in read_file(twice).report.refused] == ["DuplicateKey"]


def test_json_texts_absurdly_long_line_is_refused_and_the_next_is_read() -> None:
    """Also as the first one, and where it never ends."""
    long = b'{"ocid": "' + b"x" * 500 + b'"}'
    assert read(ONE + b"\n" + long + b"\n" + TWO, max_bytes=100) == [(1, ONE), (2, "FileTooLarge"), (3, TWO)]
    assert read(long + b"\n" + ONE + b"\n" + TWO, max_bytes=100) == [(1, "FileTooLarge"), (2, ONE), (3, TWO)]
    assert read(long, max_bytes=100) == [(None, "FileTooLarge")]
    ((_, error),) = json_texts(io.BytesIO(long), max_bytes=100)
    assert isinstance(error, FileTooLarge)
    assert error.values == {"size": len(long), "limit": 100}


def test_json_texts_whole_that_is_too_long_tells_its_length() -> None:
    """One text of many lines beyond the limit is one refusal."""
    data = json.dumps([{"ocid": "a"}] * 40, indent=1).encode()
    ((line, error),) = json_texts(io.BytesIO(data), max_bytes=100)
    assert line is None
    assert isinstance(error, FileTooLarge)
    assert error.values["size"] == len(data)


class Endless(io.RawIOBase):
    """Lines without end, as from a file larger than any memory."""

    def __init__(self, length: int) -> None:
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._left)
        self._left -= size
        line = ONE + b"\n"
        buffer[:size] = (line * (size // len(line) + 1))[:size]
        return size


def test_json_texts_of_a_long_file_need_memory_for_a_line() -> None:
    """Eight megabytes of lines are read with less than one."""
    tracemalloc.start()
    count = sum(1 for _ in json_texts(cast(BinaryIO, io.BufferedReader(Endless(8_000_000), 26 * 1000))))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count > 250_000
    assert most < 1_000_000
