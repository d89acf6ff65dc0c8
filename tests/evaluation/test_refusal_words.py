"""The browser's sentences of refusals are those of the command line."""

from __future__ import annotations

import json

from ledger import errors
from ledger.cli.language import messages
from tests.evaluation.peer import CLIENT


def test_refusal_words_are_those_of_the_errors() -> None:
    """In both languages, of each refusal that ranking knows."""
    words = json.loads((CLIENT / "ranking/refusal_words.json").read_text("utf-8"))
    german = messages("de")
    kinds = [getattr(errors, name) for name in words]
    assert words == {kind.__name__: {"de": german[kind.sentence], "en": kind.sentence} for kind in kinds}
