"""The strict ABI reader against eth_abi, for arbitrary types, values and bytes."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.abi_values import decode_values
from ledger.errors import CallMalformed
from tests.chain.arbitrary import WORDS

Typed = tuple[str, st.SearchStrategy[Any]]

LEAVES = st.sampled_from([*WORDS.items(), ("bool", st.booleans()), ("string", st.text(max_size=40))])


def compose(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    """Arrays and structs of what is given."""
    arrays = inner.map(lambda one: (one[0] + "[]", st.lists(one[1], max_size=3).map(tuple)))
    structs = st.lists(inner, min_size=1, max_size=4).map(
        lambda parts: (f"({','.join(name for name, _ in parts)})", st.tuples(*(values for _, values in parts)))
    )
    return arrays | structs


TYPES = st.lists(st.recursive(LEAVES, compose, max_leaves=6), max_size=4)
ENCODED = TYPES.flatmap(
    lambda parts: st.tuples(st.just([name for name, _ in parts]), st.tuples(*(values for _, values in parts)))
)


@settings(max_examples=300)
@given(ENCODED)
def test_decode_what_eth_abi_encodes_gives_the_values(encoded: tuple[list[str], tuple[Any, ...]]) -> None:
    """Any nesting of structs and arrays."""
    types, values = encoded
    assert decode_values(types, encode(types, values)) == values


@settings(max_examples=400)
@given(ENCODED, st.data())
def test_decode_altered_bytes_gives_other_values_that_encode_to_them_or_is_refused(
    encoded: tuple[list[str], tuple[Any, ...]], choice: st.DataObject
) -> None:
    """What is accepted is canonical: eth_abi encodes it to the very bytes."""
    types, values = encoded
    data = bytearray(encode(types, values))
    for _ in range(choice.draw(st.integers(1, 3))):
        if data:
            data[choice.draw(st.integers(0, len(data) - 1))] = choice.draw(st.sampled_from((0, 1, 0x20, 0x40, 0xFF)))
    if choice.draw(st.booleans()):
        data = data[: choice.draw(st.integers(0, len(data)))] + bytes(choice.draw(st.sampled_from((0, 1, 32))))
    try:
        found = decode_values(types, bytes(data))
    except CallMalformed:
        return
    assert encode(types, found) == bytes(data)


@pytest.mark.parametrize(
    ("types", "data", "reason"),
    [
        (["uint8"], (256).to_bytes(32, "big"), "more than 8 bits"),
        (["bool"], (2).to_bytes(32, "big"), "more than 1 bits"),
        (["address"], b"\x01" + bytes(31), "more than 20 bytes"),
        (["uint8"], bytes(31), "cut off"),
        (["uint8"], bytes(33), "the values end at 32"),
        (["bytes"], (64).to_bytes(32, "big") + bytes(64), "leads elsewhere"),
        (["bytes"], (32).to_bytes(32, "big") + (1).to_bytes(32, "big") + b"ab" + bytes(30), "other than zeros"),
        (["bytes"], (32).to_bytes(32, "big") + b"\xff" * 32, "cut off"),
        (["string"], (32).to_bytes(32, "big") + (1).to_bytes(32, "big") + b"\xff" + bytes(31), "not UTF-8"),
        (["uint8[]"], (32).to_bytes(32, "big") + b"\xff" * 32, "an array of"),
        (["bytes[]"], (32).to_bytes(32, "big") + (2**40).to_bytes(32, "big"), "an array of"),
        ([], bytes(32), "the values end at 0"),
    ],
)
def test_decode_another_encoding_is_refused(types: list[str], data: bytes, reason: str) -> None:
    """Each in the words that say what is wrong; a huge count costs nothing."""
    with pytest.raises(CallMalformed, match=reason):
        decode_values(types, data)
