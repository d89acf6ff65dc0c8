"""One German word for one thing: what the glossary says is never said."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.house.test_repository import ROOT, committed_files

NEVER: Final = {
    "Passwort": r"Kennw(o|ö)rt",
    "Prüfwert": r"Prüfsumme",
    "Register": r"Kassenb(u|ü)ch",
    "Vertreter": r"Beauftragte",
}
"""By the binding word of ``docs/glossary.md``: another one for the same, as a pattern."""
WRITTEN_IN: Final = {".html", ".json", ".po", ".py", ".ts", ".typ"}


@pytest.mark.parametrize("word", NEVER)
def test_read_german_texts_each_thing_has_its_one_word(word: str) -> None:
    """A reader who finds two words looks for two things."""
    parts = [ROOT / name for name in ("api", "explorer", "ledger")]
    files = [path for path in committed_files() if path.suffix in WRITTEN_IN and any(map(path.is_relative_to, parts))]
    assert any(word in path.read_text("utf-8") for path in files)
    assert [path for path in files if re.search(NEVER[word], path.read_text("utf-8"))] == []


def test_read_glossary_every_binding_word_stands_with_the_other() -> None:
    """The table and the test say the same."""
    rows = (ROOT / "docs/glossary.md").read_text("utf-8").splitlines()
    for word, other in NEVER.items():
        assert any(word in row and re.search(other, row.rpartition("| ")[2]) for row in rows), word
