"""The strict reader of details against the codec of the chain, which another hand wrote with another library."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.codec import NOBODY, ZERO, ActRecord, decode_detail, encode_detail
from ledger.errors import LogMalformed, MalformedAbi
from ledger.terms import STATUTE, Act
from tests.chain.arbitrary import DETAILS
from tests.verifier.parts import read_detail


def plain(value: Any) -> Any:
    """What the codec names, by position only."""
    if isinstance(value, dict):
        return tuple(map(plain, value.values()))
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    return int(value) if isinstance(value, IntEnum) else value


def by_codec(act: Act, detail: bytes) -> Any:
    """The codec's word on a detail, None if it refuses it."""
    record = ActRecord._make(
        (ZERO, ZERO, int(act), 1, 0, 1, NOBODY, NOBODY, ZERO, 0, 0, 0, 0, ZERO, ZERO, ZERO, detail)
    )
    try:
        return plain(decode_detail(record))
    except LogMalformed:
        return None


def by_verifier(act: Act, detail: bytes) -> Any:
    """The verifier's word on a detail, None if it refuses it."""
    try:
        return read_detail(STATUTE[act].detail, detail)
    except MalformedAbi:
        return None


@settings(max_examples=400, deadline=None)
@given(DETAILS)
def test_read_any_detail_as_the_codec_does(acting: tuple[Act, dict[str, Any]]) -> None:
    """Equal values from what the chain's codec wrote."""
    act, values = acting
    detail = encode_detail(act, values)
    found = by_verifier(act, detail)
    assert found is not None
    assert found == by_codec(act, detail)


@settings(max_examples=1_000, deadline=None)
@given(DETAILS, st.data())
def test_read_altered_detail_refused_where_the_codec_refuses(
    acting: tuple[Act, dict[str, Any]], data: st.DataObject
) -> None:
    """Cut off, longer, or bytes altered: other offsets, paddings, counts, and terms out of range."""
    act, values = acting
    detail = bytearray(encode_detail(act, values))
    for _ in range(data.draw(st.integers(1, 2))):
        match data.draw(st.sampled_from(["byte", "low byte", "cut", "longer"])):
            case "byte" if detail:
                detail[data.draw(st.integers(0, len(detail) - 1))] ^= data.draw(st.integers(1, 255))
            case "low byte" if len(detail) >= 32:  # counts, offsets and lengths are small
                word = data.draw(st.integers(1, len(detail) // 32))
                detail[32 * word - 1] = data.draw(st.sampled_from([0, 1, 2, 31, 32, 33, 64, 96, 255]))
            case "cut":
                del detail[data.draw(st.integers(0, len(detail))) :]
            case _:
                detail += bytes(data.draw(st.sampled_from([1, 31, 32, 64])))
    if not detail and STATUTE[act].detail_may_be_empty:
        return  # the codec knows which acts say nothing; the reader of values need not
    assert by_verifier(act, bytes(detail)) == by_codec(act, bytes(detail))


@pytest.mark.parametrize(
    ("act", "detail", "offset", "reason"),
    [
        (Act.TENDER_AMENDED, bytes(31), 0, "cut off"),
        (Act.TENDER_AMENDED, bytes(33), 32, "bytes after the end"),
        (Act.TENDER_AMENDED, bytes(23) + b"\1" + bytes(8), 0, f"a number above {2**64 - 1}"),
        (Act.REMANDED, bytes(31) + b"\6", 0, "a number above 5"),
        (Act.SUCCESSOR_REGISTERED, bytes(31), 0, "cut off"),
        (Act.SUCCESSOR_REGISTERED, b"\1" + bytes(31), 0, "an account of more than 20 bytes"),
        (Act.ORGANISATION_SUSPENDED, bytes(31) + b"\x40" + bytes(32), 0, "an offset that leads elsewhere"),
        (Act.ORGANISATION_SUSPENDED, bytes(31) + b"\x20" + bytes(31) + b"\1", 32, "1 values in 0 bytes"),
        (Act.ORGANISATION_SUSPENDED, bytes(31) + b"\x20" + b"\xff" * 32, 32, "values in 0 bytes"),
        (Act.ARTIFACT_REGISTERED, bytes(63) + b"\x40" + bytes(31) + b"\1", 64, "1 bytes that are cut off"),
        (Act.ARTIFACT_REGISTERED, bytes(63) + b"\x40" + bytes(31) + b"\1" + b"a", 64, "1 bytes that are cut off"),
        (Act.ARTIFACT_REGISTERED, bytes(63) + b"\x40" + bytes(31) + b"\1" + b"ab" + bytes(30), 97, "filled up"),
        (Act.ARTIFACT_REGISTERED, bytes(63) + b"\x40" + bytes(31) + b"\1" + b"\xff" + bytes(31), 64, "not UTF-8"),
    ],
)  # fmt: skip
def test_read_other_than_canonical_says_where_and_why(act: Act, detail: bytes, offset: int, reason: str) -> None:
    """Each way in which another encoder could differ."""
    if act in (Act.TENDER_AMENDED, Act.REMANDED, Act.SUCCESSOR_REGISTERED):
        arguments = STATUTE[act].detail[:1]
    else:
        arguments = STATUTE[act].detail
    with pytest.raises(MalformedAbi) as refused:
        read_detail(arguments, detail)
    assert refused.value.values["offset"] == offset
    assert reason in refused.value.values["reason"]
