"""Shamir's scheme over GF(2^8), the field of AES (polynomial 0x11b), byte by byte; the abscissa is the index.

Not constant in time: it runs on the machine of whoever holds the secret anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_POLYNOMIAL: Final = 0x11B


def _tables() -> tuple[bytes, list[int]]:
    powers, logarithms, value = bytearray(), [0] * 256, 1
    for exponent in range(255):
        powers.append(value)
        logarithms[value] = exponent
        value ^= value << 1  # times the generator, 3
        if value > 255:
            value ^= _POLYNOMIAL
    return bytes(powers), logarithms


_POWERS, _LOGARITHMS = _tables()


def _times(left: int, right: int) -> int:
    return _POWERS[(_LOGARITHMS[left] + _LOGARITHMS[right]) % 255] if left and right else 0


def share(secret: bytes, coefficients: Sequence[bytes], index: int) -> bytes:
    """What the recipient with this index (1 to 255) gets: the value there of the polynomial with the secret as
    constant term and ``coefficients`` as the others, rising, each as long as the secret."""
    found = bytearray(len(secret))
    for term in (*reversed(coefficients), secret):
        for at, value in enumerate(term):
            found[at] = _times(found[at], index) ^ value
    return bytes(found)


def combine(shares: Mapping[int, bytes]) -> bytes:
    """The secret from exactly as many shares, by index, as the threshold says; of others it is another secret."""
    size = len(next(iter(shares.values())))
    found = bytearray(size)
    for index, value in shares.items():
        weight = 1
        for other in shares:
            if other != index:  # Lagrange's factor at zero; subtraction is the same as addition here
                weight = _times(weight, _divided(other, other ^ index))
        for at in range(size):
            found[at] ^= _times(weight, value[at])
    return bytes(found)


def _divided(left: int, right: int) -> int:
    return _POWERS[(_LOGARITHMS[left] - _LOGARITHMS[right]) % 255]
