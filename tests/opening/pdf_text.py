"""The text of a PDF as a reader copies it: glyphs of each page's content through their fonts' ToUnicode maps."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\s(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_OPERAND = re.compile(
    rb"/(f\d+) [\d.]+ Tf|ActualText<([0-9A-F]*)>|(?<=[m\s\]\[\d.-])(\()|(?<=[m\s\]\[\d.-])<([0-9A-F]+)>"
    rb"|\b(EMC)\b|(T[jJ])(?=\s|E)"
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(pdf: bytes) -> list[str]:
    """The text of each page, a line for each run of glyphs."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(pdf)}
    kids = next(body for body in objects.values() if b"/Type/Pages" in body)
    order = [int(number) for number in re.findall(rb"(\d+) 0 R", re.search(rb"/Kids\[(.*?)\]", kids)[1])]  # type: ignore[index]
    return ["\n".join(_runs(objects, objects[number])) for number in order]


def _runs(objects: dict[int, bytes], page: bytes) -> Iterator[str]:
    fonts = {
        name: _to_unicode(objects, int(number))
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", objects[_reference(page, b"Resources")])
    }
    content, font, codes, is_hyphen, at = _content(objects[_reference(page, b"Contents")]), {}, b"", False, 0
    while found := _OPERAND.search(content, at):
        at = found.end()
        name, actual, string, hexadecimal, end, shown = found.groups()
        if name:
            font = fonts[name]
        elif string:
            literal, at = _literal(content, at)
            codes += literal
        elif hexadecimal:
            codes += bytes.fromhex(hexadecimal.decode())
        elif shown and not is_hyphen:
            yield "".join(font[int.from_bytes(codes[pos : pos + 2], "big")] for pos in range(0, len(codes), 2))
        # The hyphen at a line's end is no character of the text: the file itself calls it a soft one.
        is_hyphen = actual == b"FEFF00AD" or (is_hyphen and not end)
        codes = b"" if shown else codes


def _literal(content: bytes, at: int) -> tuple[bytes, int]:
    """A string from behind its parenthesis to its end; parentheses within it are in pairs or escaped."""
    depth, start = 1, at
    while depth:
        if content[at : at + 1] == b"\\":
            at += 1
        else:
            depth += {b"(": 1, b")": -1}.get(content[at : at + 1], 0)
        at += 1
    return _bytes(content[start : at - 1]), at


def _to_unicode(objects: dict[int, bytes], font: int) -> dict[int, str]:
    cmap = _content(objects[_reference(objects[font], b"ToUnicode")])
    pairs = re.findall(rb"^<([0-9A-F]{4})> <([0-9A-F]*)>$", cmap, re.MULTILINE)
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found is not None, body
    return int(found[1])


def _content(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1])


def _bytes(literal: bytes) -> bytes:
    return _ESCAPE.sub(
        lambda found: bytes([int(found[1], 8)]) if found[1][:1].isdigit() else _ESCAPED.get(found[1], found[1]), literal
    )
