"""What the framework says of a call that it refuses, in the language of the command line.

It knows English only and gives its sentences filled in. Each is found again by its form, the more special one first;
one that a later framework says differently stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.cli.language import say

SENTENCES: Final = (
    "Missing option {name}.",
    "Missing argument {name}.",
    "Missing command.",
    "No such option: {name} (Possible options: {names})",
    "No such option: {name}",
    "No such command {name}.",
    "No such command {name}. Did you mean {names}?",
    "Got unexpected extra argument(s) ({names})",
    "Option {name} requires an argument.",
    "Option {name} requires {count} arguments.",
    "Option {name} does not take a value.",
    "Argument {name} takes {count} values.",
    "Invalid value for {name}: {why}",
    "Invalid value: {why}",
)
REASONS: Final = (
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be less than or equal to {limit}",
    "Input should be greater than or equal to {limit}",
)
"""Why a value is none; part of a sentence above."""


def spoken(message: str) -> str:
    """The framework's sentence in the current language."""
    for sentence in SENTENCES:
        if (found := _read(sentence, message)) is not None:
            return say(sentence, **{name: _reason(value) if name == "why" else value for name, value in found.items()})
    return message


def _reason(message: str) -> str:
    for sentence in REASONS:
        if (found := _read(sentence, message)) is not None:
            return say(sentence, **found)
    return message


def _read(sentence: str, message: str) -> dict[str, str] | None:
    found = re.fullmatch("".join(_pattern(sentence)), message, re.DOTALL)
    return None if found is None else found.groupdict()


def _pattern(sentence: str) -> Iterator[str]:
    for text, name in re.findall(r"([^{]*)(?:\{(\w+)\})?", sentence):
        yield re.escape(text)
        if name:
            yield f"(?P<{name}>.+)"
