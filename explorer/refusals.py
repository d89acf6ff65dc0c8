"""Sentences of a verifier's refusals in the page's language, from the catalogue of the command line."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from babel.messages.pofile import read_po

from explorer.language import Language
from ledger.errors import SiegelError
from ledger.evidence.verify.words import named_value


def refusal_sentence(error: SiegelError, language: Language) -> str:
    """What was expected and got."""
    shown = {name: named_value(name, value, language) for name, value in error.values.items()}
    return type(error)(**shown).sentence_in(_sentences(language).get(error.sentence, error.sentence))


@cache
def _sentences(language: Language) -> dict[str, str]:
    """By English sentence; empty for English itself."""
    if language == "en":
        return {}
    # Found without importing the package: pages do without the command line.
    found = find_spec("ledger")
    assert found is not None and found.submodule_search_locations is not None
    path = Path(found.submodule_search_locations[0]) / "cli" / "locale" / f"{language}.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {m.id: m.string for m in catalogue if isinstance(m.id, str) and m.id and isinstance(m.string, str)}
