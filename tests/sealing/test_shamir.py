"""Shares of a secret against arithmetic written anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from ledger.sealing.shamir import combine, share

SECRETS = st.binary(min_size=32, max_size=32)


def times(left: int, right: int) -> int:
    """In GF(2^8), bit by bit (FIPS 197, 4.2)."""
    found = 0
    for bit in range(8):
        if right >> bit & 1:
            found ^= left << bit
    for bit in range(14, 7, -1):
        if found >> bit & 1:
            found ^= 0x11B << bit - 8
    return found


def at(coefficients: Sequence[int], index: int) -> int:
    """The polynomial's value there, term by term."""
    power, found = 1, 0
    for coefficient in coefficients:
        found ^= times(coefficient, power)
        power = times(power, index)
    return found


def test_times_of_the_standard_s_example() -> None:
    """FIPS 197, 4.2: {57} times {83} is {c1}; the tables and the arithmetic here agree on all."""
    assert times(0x57, 0x83) == 0xC1
    for index in range(1, 256):
        assert share(bytes(range(256)), [bytes([1]) * 256], index) == bytes(byte ^ index for byte in range(256))


@given(SECRETS, st.lists(SECRETS, min_size=1, max_size=4), st.integers(1, 255))
def test_share_is_the_value_of_the_polynomial(secret: bytes, coefficients: list[bytes], index: int) -> None:
    """Byte by byte."""
    found = share(secret, coefficients, index)
    assert list(found) == [at([row[place] for row in (secret, *coefficients)], index) for place in range(32)]


@given(SECRETS, st.data())
def test_combine_any_threshold_of_shares_gives_the_secret(secret: bytes, data: st.DataObject) -> None:
    """In any order; one fewer gives something else unless chance has it."""
    threshold = data.draw(st.integers(2, 5))
    coefficients = [data.draw(SECRETS) for _ in range(threshold - 1)]
    indices = data.draw(st.lists(st.integers(1, 255), min_size=threshold, max_size=threshold, unique=True))
    assert combine({index: share(secret, coefficients, index) for index in indices}) == secret


def test_combine_all_subsets_of_a_small_group() -> None:
    """Two of three and three of five; too few give another secret."""
    secret, coefficients = bytes(range(32)), [bytes(reversed(range(32))), bytes([7] * 32)]
    for threshold, count in ((2, 3), (3, 5)):
        shares = {index: share(secret, coefficients[: threshold - 1], index) for index in range(1, count + 1)}
        for chosen in combinations(shares, threshold):
            assert combine({index: shares[index] for index in chosen}) == secret
        for chosen in combinations(shares, threshold - 1):
            assert combine({index: shares[index] for index in chosen}) != secret


def test_too_few_shares_fit_every_secret() -> None:
    """Whoever holds one share of two knows nothing: for each secret there is a polynomial that gives this share."""
    found = share(b"\x2a", [b"\x07"], 3)
    every = product(range(256), repeat=2)
    fitting = [secret for secret, slope in every if share(bytes([secret]), [bytes([slope])], 3) == found]
    assert sorted(fitting) == list(range(256))


def test_combine_with_one_false_share_gives_another_secret() -> None:
    """Without any error: that is why a seed is believed only after the re-seal check."""
    shares = {index: share(bytes(32), [bytes([9]) * 32], index) for index in (1, 2)}
    false = bytes(byte ^ 1 for byte in shares[2])
    assert reduce(lambda found, byte: found | byte, combine({1: shares[1], 2: false})) != 0
