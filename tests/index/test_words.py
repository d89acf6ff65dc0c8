"""What a word finds and what it does not, before any database is asked."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.index.words import LIMIT, SHORTEST, fold, parts, search_text, sought


def finds(q: str, *texts: str) -> bool:
    """The meaning of a search, without any index: each word in one of its forms."""
    searched = search_text(texts)
    return all(any(form in searched for form in forms) for forms in sought(q))


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("Schule", "Neubau einer Grundschule"),
        ("Schulen", "Neubau einer Grundschule"),
        ("schul", "Neubau einer GRUNDSCHULE"),
        ("Schulhof", "Umgestaltung der Schulhöfe"),
        ("Schulhöfe", "Umgestaltung des Schulhofs"),
        ("Schulhoefe", "Umgestaltung der Schulhöfe"),
        ("Schulhöfe", "UMGESTALTUNG DER SCHULHOEFE"),
        ("Schulhof", "Umgestaltung der Schulhoefe"),
        ("Straße", "Ausbau der Hauptstrasse"),
        ("STRASSEN", "Ausbau der Hauptstraße"),
        ("Häuser", "Abbruch eines Hauses"),
        ("Häuser", "Abbruch zweier Haeuser"),
        ("Türen", "Eine Tür, zwei Fenster"),
        ("Tür", "Brandschutztüren"),
        ("Bäume", "Baumpflege"),
        ("Lieferungen", "Lieferung von Streusalz"),
        ("Sanierung", "Sanieren der Turnhalle"),
        ("Errichtung", "Neuerrichtung eines Spielplatzes"),
        ("Erneuerung", "Bauerneuerung"),
        ("Feuerwehr", "Löschfahrzeug für die Feuerwehr"),
        ("Quelle", "Fassung einer Quelle"),
        ("Müller", "Zuschlag: Müller GmbH"),
        ("Muller", "Zuschlag: Müller GmbH"),
        ("Mueller", "Zuschlag: Müller GmbH"),
        ("EU", "Vergabe (EU-weit)"),
        ("3", "Los 3: Rohbau"),
        ("50 %", "50 % mehr_Licht"),
        ('"Los 3"', "Los 3: Rohbau"),
        ("„Los 3“", "Los 3: Rohbau"),
        ("Café", "Pacht des Cafe am Markt"),
        ("Schule, (Halle)", "Halle der Schule"),
    ],
)
def test_sought_word_in_another_form_found(q: str, text: str) -> None:
    """Inflected, as a part of a compound, with an umlaut or transcribed."""
    assert finds(q, text)


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("Schäfer", "Wohnungsbaugesellschaft"),
        ("Bauer", "Neubau der Feuerwache"),
        ("Lager", "Klimaanlage"),
        ("Meier", "Gemeinde Musterlingen"),
        ("3", "Los 13: Rohbau"),
        ("eu", "Neubau der Feuerwache"),
        ("e_i", "Brücke"),
        ('"Bauer GmbH"', "Bauer und Sohn GmbH"),
        ('"Markt Los"', "Brücke am Markt"),
        ("Schule Brücke", "Neubau einer Schule"),
    ],
)
def test_sought_what_only_looks_alike_not_found(q: str, text: str) -> None:
    """A stem of three letters, or a name that ends in -er, is not looked for inside words; a phrase is one."""
    assert not finds(q, text, "Los 12")


def test_sought_umlaut_before_an_e_found_either_way() -> None:
    """Alone in its word it is found as it is written by either way."""
    assert finds("Müesli", "MUEESLI")
    assert finds("Mueesli", "Müesli")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
GERMAN = st.text("aeiouäöüßsnrtlhc -.", min_size=3, max_size=40)


@given(st.one_of(TEXT, GERMAN), st.data())
def test_sought_any_piece_of_a_word_found(text: str, data: st.DataObject) -> None:
    """Whatever three letters or more somebody copies out of a word find it: nothing gets lost by stemming."""
    words = [word for word in fold(text).split() if len(word) >= SHORTEST and '"' not in word]
    for word in words:
        start = data.draw(st.integers(0, len(word) - SHORTEST))
        piece = word[start : data.draw(st.integers(start + SHORTEST, len(word)))]
        if parts(piece) != [piece]:  # what stands around words is left out of a search
            continue
        assert finds(piece, text), (piece, sought(piece), search_text([text]))


@given(GERMAN)
def test_sought_transcribed_and_folded_alike(text: str) -> None:
    """With umlauts, transcribed or in capitals: each finds the others. An umlaut before an e looks like a transcription
    itself: a word that has that beside another one is not found by its own."""
    assume(not re.search("[äöü]e", text))
    transcribed = text.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
    for word in text.split():
        if len(fold(word)) >= SHORTEST and fold(word).isalpha():
            assert finds(word, transcribed.upper())
    for word in transcribed.split():
        if len(fold(word)) > SHORTEST and fold(word).isalpha():
            assert finds(word, text)


@given(TEXT)
def test_sought_every_form_can_be_looked_up(q: str) -> None:
    """An index over sequences of three letters finds nothing shorter, and nothing empty is looked for."""
    assert all(forms and all(len(form) >= SHORTEST for form in forms) for forms in sought(q))
    assert len(sought(q)) == len(parts(q))
    assert fold(fold(q)) == fold(q)


def test_search_text_of_endless_texts_ends() -> None:
    """A description of megabytes costs the index no more than a long one."""
    assert len(search_text(["wort-" * 1_000_000])) < 3 * LIMIT
