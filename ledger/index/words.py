"""Words as people write them and as they are looked for: one text for searching, and what a search looks for in it.

Case, accents, umlauts and ß do not matter, nor does it whether an umlaut is transcribed (Schulhöfe, Schulhoefe). An
inflected word finds the others of its stem (Snowball's German stemmer) and compounds with them: Schulen finds
Grundschule and Schulhof. ADR 0036 says why it is done this way.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

LIMIT = 20_000
"""Letters of a process's texts that are searched; what stands behind is not found."""

SHORTEST = 3
"""Letters that a database can look up: an index over sequences of three finds nothing shorter."""

_TOKEN = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r'"([^"]*)"?|(\S+)')
_TRANSCRIBED = re.compile(r"([aou])e")
_AROUND = ".,;:!?()[]'‚‘’"
_QUOTES = str.maketrans(dict.fromkeys("„“”«»", '"'))
_SHORT_STEM = 3  # as a part of words it would be found everywhere, so it must be a word of its own
_STEMMED = range(4, 8)  # lengths of words of which a stem that short can be left


def fold(text: str) -> str:
    """Text without what does not matter: case, accents and umlauts, ß, breadth of white space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(text.casefold().split())


def search_text(texts: Iterable[str | None]) -> str:
    """The one text in which words are looked for. Each of ``texts`` stands in a line of its own, so that no phrase is
    found across two; behind them stand the words' other forms. Every word has a space on both sides."""
    lines = [f" {folded} " for text in texts if text and (folded := fold(text))]
    whole = "\n".join(lines)[:LIMIT]
    apart = set(whole.split())
    others = (
        form
        for word in dict.fromkeys(_TOKEN.findall(whole))
        for form in (word, _transcribed(word), _short_stem(word) or word)
        if form not in apart
    )
    return f"{whole}\n {' '.join(dict.fromkeys(others))} "


def parts(q: str) -> list[str]:
    """The different words and quoted phrases of a search, quotes kept."""
    found = (
        f'"{phrase}"' if phrase else word.strip(_AROUND) or word
        for phrase, word in _PHRASE.findall(fold(q.replace("\0", " ").translate(_QUOTES)))
    )
    return list(dict.fromkeys(part for part in found if part.strip('" ')))


def sought(q: str) -> list[tuple[str, ...]]:
    """What a process's search text must contain: one of the alternatives of every word.

    Each alternative has at least :data:`SHORTEST` letters: a single letter must be a word of its own, two letters begin
    a word, longer words may stand anywhere in one. A quoted phrase is looked for as it is written.
    """
    return [_of_phrase(part.strip('"')) if part.startswith('"') else _of_word(part) for part in parts(q)]


def _of_phrase(phrase: str) -> tuple[str, ...]:
    return (_long_enough(phrase.strip()),)


def _of_word(word: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for form in (word, _transcribed(word)):
        found[_long_enough(form)] = None
        if not form.isalpha():
            continue
        stem = _stem(form)
        if len(stem) <= _SHORT_STEM:
            found[f" {stem} "] = None
        elif form.removeprefix(stem) in ("er", "ern"):
            found[f" {stem}"] = None  # names end like that: of Schäfer no Gesellschaft may be found
        else:
            found[stem] = None
    return tuple(item for item in found if not any(other in item for other in found if other != item))


def _long_enough(text: str) -> str:
    return {1: f" {text} ", 2: f" {text}"}.get(len(text), text)


def _transcribed(word: str) -> str:
    """ae, oe and ue as the vowels alone, as ä, ö and ü are folded; where they are no transcription, the word is also
    looked for, and found, as it stands."""
    return _TRANSCRIBED.sub(r"\1", word)


def _short_stem(word: str) -> str | None:
    """A longer stem is found as a part of its word, wherever that stands."""
    stem = _stem(word) if len(word) in _STEMMED else word
    return stem if len(stem) <= _SHORT_STEM else None


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    with _stemming:
        return str(_stemmer.stemWord(word))


_stemmer = snowballstemmer.stemmer("german")
_stemming = threading.Lock()  # the stemmer keeps the word that it works on
