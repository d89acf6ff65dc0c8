"""Reading foreign JSON strictly, and writing our own in one way."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import (
    DuplicateKey,
    EncodingInvalid,
    FileEmpty,
    FileTooLarge,
    JsonInvalid,
    JsonTooDeep,
    SiegelError,
)
from ledger.ocds.json_text import MAX_DEPTH, pointer, read_json, write_json

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", FileEmpty),
        (b" \n\t", FileEmpty),
        (b"\xef\xbb\xbf", FileEmpty),
        (b"{", JsonInvalid),
        (b'{"a":1,}', JsonInvalid),
        (b'{"a":NaN}', JsonInvalid),
        (b'{"a":-Infinity}', JsonInvalid),
        (b'{"a":1}{"a":1}', JsonInvalid),
        (b"[" + b"1" * 5000 + b"]", JsonInvalid),
        (b"[1e" + b"9" * 18 + b"]", JsonInvalid),
        (b"[-0.0E-" + b"0" * 18 + b"]", JsonInvalid),
        (b'{"a":1,"a":1}', DuplicateKey),
        (b'{"a":{"b":1,"\\u0062":2}}', DuplicateKey),
        ('{"a":"ü"}'.encode("latin-1"), EncodingInvalid),
        ('{"a":"ü"}'.encode("utf-16"), EncodingInvalid),
        (b'{"a":"\\ud800"}', EncodingInvalid),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), JsonTooDeep),
        (b'{"a":' * 100_000, JsonTooDeep),
    ],
)
def test_read_json_bad_bytes_are_refused_by_name(data: bytes, error: type[SiegelError]) -> None:
    """Each way in which bytes fail to be one JSON text has its own name."""
    with pytest.raises(error):
        read_json(data)


def test_read_json_too_large_file_is_refused_before_parsing() -> None:
    """The limit is checked on the bytes."""
    with pytest.raises(FileTooLarge) as caught:
        read_json(b"[1,2,3]", max_bytes=6)
    assert caught.value.values == {"size": 7, "limit": 6}


def test_read_json_brackets_in_texts_do_not_count_as_depth() -> None:
    """Only nesting counts, not what a text looks like; escaped quotes do not end a text."""
    content = {"a": '[{"' * 200, "b": "\\", "c": "[" * 200}
    assert read_json(write_json(content)) == content


def test_read_json_deepest_allowed_nesting_is_read() -> None:
    """The limit itself is allowed."""
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


def test_read_json_number_beyond_a_float_comes_exact() -> None:
    """A price is never rounded unseen: what a float cannot hold is a Decimal."""
    assert read_json(b"0.1") == 0.1
    assert read_json(b"1.10") == 1.1
    assert read_json(b"0.10000000000000000001") == Decimal("0.10000000000000000001")
    assert read_json(b"1e999") == Decimal("1e999")
    assert read_json(b"-1.5E+" + b"9" * 17) == Decimal("-1.5e" + "9" * 17)


@given(json_values)
def test_write_json_any_value_reads_back_and_writes_the_same(value: Any) -> None:
    """Writing is lossless and deterministic."""
    data = write_json(value)
    assert read_json(data) == value
    assert write_json(read_json(data)) == data


def test_write_json_key_order_does_not_matter() -> None:
    """The same content has one digest."""
    assert write_json({"b": 1, "a": "ü"}) == write_json({"a": "ü", "b": 1}) == '{"a":"ü","b":1}'.encode()


@given(st.binary(max_size=200))
def test_read_json_random_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    """Nothing but a named error ever comes out."""
    with contextlib.suppress(SiegelError):
        read_json(data)


def test_pointer_special_characters_are_escaped() -> None:
    """JSON Pointer escapes tilde and slash (RFC 6901 section 3)."""
    assert pointer(pointer("", "a/b~c"), 0) == "/a~1b~0c/0"
