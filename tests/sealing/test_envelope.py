"""The header of an envelope: one encoding, bound to one commitment."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import EnvelopeForeign, EnvelopeMalformed, KeySetDiffers
from ledger.sealing.envelope import Header, read_header
from tests.sealing.actors import CONTEXT, DEADLINE, KEY_SET, OFFICERS_ALONE, digest, sealed_bid

ENVELOPE = sealed_bid()
RAW = ENVELOPE.sealed.header.encoded()


def word(place: int, data: bytes = RAW) -> bytes:
    """One of the header's words."""
    return data[32 * place : 32 * place + 32]


def with_word(place: int, value: bytes) -> bytes:
    """The header with another word there."""
    return RAW[: 32 * place] + value + RAW[32 * place + 32 :]


def number(value: int) -> bytes:
    """A word."""
    return value.to_bytes(32, "big")


def read(data: bytes) -> Header:
    """As it is read."""
    return read_header(io.BytesIO(data))


def test_header_words_are_those_of_the_specification() -> None:
    """Each word, written here by hand."""
    header = ENVELOPE.header
    assert header == ENVELOPE.sealed.header
    assert [word(place) for place in range(14)] == [
        b"siegel/1 envelope" + bytes(15), number(1), number(31_337), bytes(12) + digest("ledger")[:20],
        digest("process"), number(1), bytes(12) + digest("bidder one")[:20], digest("key set"), number(DEADLINE),
        ENVELOPE.bid.root, number(len(ENVELOPE.data) - len(RAW)),
        hashlib.sha256(ENVELOPE.data[len(RAW) :]).digest(), number(0x203), number(0x203),
    ]  # fmt: skip
    assert len(RAW) == 32 * (14 + 6 * 4)
    assert all(word(place)[17:] == bytes(15) for place in range(17, 38, 4))
    assert header.rest_digest == hashlib.sha256(RAW[: 9 * 32] + RAW[10 * 32 :]).digest()


def test_rest_digest_leaves_the_bid_root_out_and_nothing_else() -> None:
    """Another root, the same rest; anything else altered, another rest."""
    header = ENVELOPE.header
    assert replace(header, bid_root=bytes(32)).rest_digest == header.rest_digest
    others = [
        replace(header, content_size=1), replace(header, content_digest=bytes(32)),
        replace(header, context=replace(CONTEXT, round=2)), replace(header, officers=header.custodians),
    ]  # fmt: skip
    assert len({header.rest_digest, *(other.rest_digest for other in others)}) == 5


def test_read_header_of_a_key_set_without_custodians() -> None:
    """Word 13 is zero, and no shares follow."""
    alone = sealed_bid(key_set=OFFICERS_ALONE)
    assert word(13, alone.data) == bytes(32)
    assert alone.header.custodians == ()
    alone.header.require_key_set(OFFICERS_ALONE)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (0, b"siegel/2 envelope" + bytes(15), "not an envelope"),
        (1, number(2), "suite"),
        (1, bytes(31) + b"\0", "suite"),
        (3, b"\1" + bytes(31), "account of more than 20 bytes"),
        (6, bytes(11) + b"\1" + bytes(20), "account of more than 20 bytes"),
        (5, number(2**32), "a number above"),
        (8, number(2**64), "a number above"),
        (10, number(2**40), "a number above"),
        (12, number(0), "0 of 0 shares"),
        (12, number(0x103), "1 of 3 shares"),
        (12, number(0x303), "3 of 3 shares"),
        (12, number(0x221), "2 of 33 shares"),
        (13, number(0x200), "2 of 0 shares"),
        (13, number(0x003), "0 of 3 shares"),
        (13, number(2**16), "a number above"),
        (17, word(17)[:31] + b"\1", "padding"),
        (37, word(37)[:17] + b"\1" + word(37)[18:], "padding"),
    ],
)
def test_read_header_of_another_form_refused(place: int, value: bytes, reason: str) -> None:
    """Where and why."""
    with pytest.raises(EnvelopeMalformed, match=reason) as refused:
        read(with_word(place, value))
    assert refused.value.values["position"] == 32 * (place if place < 14 else 14 + (place - 14) // 4 * 4)


@pytest.mark.parametrize("end", [0, 1, 31, 32, 14 * 32 - 1, 14 * 32, 14 * 32 + 1, len(RAW) - 1])
def test_read_header_cut_off_refused_at_its_end(end: int) -> None:
    """To the byte."""
    with pytest.raises(EnvelopeMalformed, match="cut off") as refused:
        read(RAW[:end])
    assert refused.value.values["position"] == end


def test_read_header_takes_the_header_alone() -> None:
    """What follows is left in the stream."""
    stream = io.BytesIO(ENVELOPE.data)
    read_header(stream)
    assert stream.tell() == len(RAW)


def test_every_flipped_bit_of_a_header_is_refused_or_another_commitment() -> None:
    """There is no second header for the same commitment."""
    committed = ENVELOPE.bid.root, ENVELOPE.header.rest_digest
    for at in range(len(RAW)):
        altered = RAW[:at] + bytes([RAW[at] ^ 1 << at % 8]) + RAW[at + 1 :]
        try:
            header = read(altered)
        except EnvelopeMalformed:
            continue
        assert header.encoded() == altered
        assert (header.bid_root, header.rest_digest) != committed


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [
        ("chain_id", "chainId", 1), ("ledger", "ledger", bytes(20)), ("process_id", "processId", bytes(32)),
        ("round", "round", 2), ("author", "author", bytes(20)), ("key_set", "keySet", bytes(32)),
    ],
)  # fmt: skip
def test_require_context_of_something_else_refused_by_name(field: str, name: str, value: Any) -> None:
    """Each field."""
    expected = replace(CONTEXT, **{field: value})
    with pytest.raises(EnvelopeForeign) as refused:
        ENVELOPE.header.context.require(expected, DEADLINE)
    assert (refused.value.values["field"], refused.value.values["expected"]) == (name, value)


def test_require_not_before_is_bounded_by_the_final_deadline() -> None:
    """A deadline that moved later is well; a bid that custodians could never release is not."""
    for latest in (DEADLINE, DEADLINE + 1):
        ENVELOPE.header.context.require(CONTEXT, latest)
    with pytest.raises(EnvelopeForeign, match="notBefore"):
        ENVELOPE.header.context.require(CONTEXT, DEADLINE - 1)


def test_require_key_set_of_other_numbers_refused() -> None:
    """Thresholds, officers, custodians."""
    header = ENVELOPE.header
    header.require_key_set(KEY_SET)
    others = [
        replace(KEY_SET, officer_threshold=3), replace(KEY_SET, custodian_threshold=3), OFFICERS_ALONE,
        replace(KEY_SET, officers=KEY_SET.officers[:2]), replace(KEY_SET, custodians=KEY_SET.custodians * 2),
    ]  # fmt: skip
    for other in others:
        with pytest.raises(KeySetDiffers):
            header.require_key_set(other)
