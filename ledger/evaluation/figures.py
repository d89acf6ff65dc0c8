"""Figures: decimal text into exact fractions, and fractions into what is shown."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

LONGEST: Final = 60
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_WHOLE: Final = 100


def read_decimal(text: object) -> Fraction | None:
    """The figure that decimal text is: digits without a leading zero, perhaps a point and digits, perhaps a minus
    before it, at most 60 characters. None for anything else."""
    if not isinstance(text, str) or len(text) > LONGEST or not _DECIMAL.fullmatch(text):
        return None
    return Fraction(text)


def read_percentage(text: object) -> Fraction | None:
    """Decimal text from 0 to 100. None for anything else."""
    figure = read_decimal(text)
    return figure if figure is not None and 0 <= figure <= _WHOLE else None


def exact(figure: Fraction) -> str:
    """A figure as it is computed with: ``7``, ``-7``, or numerator and denominator in lowest terms, ``22/7``."""
    return str(figure)


def shown(figure: Fraction, places: int) -> str:
    """Rounded for people to so many decimal places, halves away from zero (DIN 1333). Decides nothing."""
    units, rest = divmod(abs(figure.numerator) * 10**places, figure.denominator)
    if 2 * rest >= figure.denominator:
        units += 1
    digits = str(units).rjust(places + 1, "0")
    whole, behind = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if figure < 0 and units else "") + whole + (f".{behind}" if places else "")
