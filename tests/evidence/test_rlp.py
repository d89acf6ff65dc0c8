"""The strict RLP reader against the ``rlp`` package, and against everything that is not canonical."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import rlp as other
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedRlp
from ledger.evidence.verify import rlp
from tests.verifier.parts import decode

ITEMS: st.SearchStrategy[Any] = st.recursive(
    st.binary(max_size=70), lambda inner: st.lists(inner, max_size=20), max_leaves=40
)


@given(ITEMS)
def test_decode_any_item_equals_what_was_encoded(item: Any) -> None:
    """What the other implementation encodes is read back, and encoded to the same bytes."""
    encoded = other.encode(item)
    assert rlp.encode(item) == encoded
    assert decode(encoded) == item


@given(st.binary(max_size=300))
def test_decode_arbitrary_bytes_has_one_encoding_or_is_refused(data: bytes) -> None:
    """Whatever is accepted encodes to exactly the bytes it was read from."""
    try:
        item = decode(data)
    except MalformedRlp:
        return
    assert rlp.encode(item) == data


@given(ITEMS, st.data())
def test_decode_altered_encoding_never_gives_the_same_item(item: Any, data: st.DataObject) -> None:
    """No flipped bit of an encoding means the same as before."""
    encoded = bytearray(other.encode(item))
    position = data.draw(st.integers(0, len(encoded) * 8 - 1))
    encoded[position // 8] ^= 1 << position % 8
    with suppress(MalformedRlp):
        assert decode(bytes(encoded)) != item


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "cut off before an item"),
        ("8100", "a single byte below 0x80 with a prefix"),
        ("817f", "a single byte below 0x80 with a prefix"),
        ("c28100", "a single byte below 0x80 with a prefix"),
        ("c58080817f80", "a single byte below 0x80 with a prefix"),
        ("83aabb", "an item longer than what holds it"),
        ("c483aabbcc00", "bytes after the end"),
        ("c5c283010203", "an item longer than what holds it"),
        ("c383aabb", "an item longer than what holds it"),
        ("c8c183aabbcc010101", "an item longer than what holds it"),
        ("c283aabb", "an item longer than what holds it"),
        ("b837" + "aa" * 55, "a length written longer than needed"),
        ("b90040" + "aa" * 64, "a length written longer than needed"),
        ("f800", "a length written longer than needed"),
        ("b9", "cut off in a length"),
        ("bfffffffffffffffff", "an item longer than what holds it"),
        ("0001", "bytes after the end"),
    ],
)
def test_decode_non_canonical_encoding_is_refused(data: str, reason: str) -> None:
    """Each of these other readers forgive or misread."""
    with pytest.raises(MalformedRlp) as refused:
        decode(bytes.fromhex(data))
    assert refused.value.values["reason"] == reason


def test_decode_deep_nesting_is_refused_instead_of_exhausting_the_stack() -> None:
    """A hundred thousand nested lists end in a named refusal."""
    data = b""
    for _ in range(2_000):
        data = rlp._prefix(len(data), 0xC0) + data
    with pytest.raises(MalformedRlp, match="nested too deep"):
        decode(data)


@pytest.mark.parametrize(
    ("item", "reason"),
    [(b"\x00", "leading zero"), (b"\x00\x01", "leading zero"), (b"\x01" * 33, "at most 32"), ([], "not a list")],
)
def test_integer_of_another_form_is_refused(item: Any, reason: str) -> None:
    """Zero is the empty string, and no integer begins with a zero byte."""
    with pytest.raises(MalformedRlp, match=reason):
        rlp.integer(item)


def test_integer_of_every_size_is_read() -> None:
    """Zero, one byte, and 32 bytes."""
    assert rlp.integer(b"") == 0
    assert rlp.integer(b"\x7f") == 127
    assert rlp.integer(b"\xff" * 32) == 2**256 - 1


@pytest.mark.parametrize("item", [b"", b"\x00" * 31, b"\x00" * 33, []])
def test_fixed_of_another_size_is_refused(item: Any) -> None:
    """A digest has 32 bytes, not about 32 bytes."""
    with pytest.raises(MalformedRlp):
        rlp.fixed(item, 32)


def test_decode_list_of_a_string_is_refused() -> None:
    """Where a list is expected, bytes are none."""
    with pytest.raises(MalformedRlp, match="a list was expected"):
        rlp.decode_list(b"\x80")
