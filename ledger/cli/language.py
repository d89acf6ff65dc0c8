"""What the command line says, in the language of whoever sits before it.

Message ids are the English sentences; ``locale/de.po`` holds the German ones and is read as it is, so nothing has to
be compiled before the words are right.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from enum import IntEnum, IntFlag
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from babel.messages.pofile import read_po

from ledger.cli.moments import written_moment
from ledger.errors import MOMENTS, EvidenceRefused, SettingInvalid, SiegelError
from ledger.settings import default_home, read_toml

LANGUAGES: Final = ("de", "en")
_TIMES: Final = MOMENTS | {"now", "second"}
_EARLIEST_TIME: Final = 1_000_000_000
"""Smaller numbers under these names are counts or "none"."""
_LATEST_TIME: Final = 253_402_214_400
"""31 December 9999, from where no calendar goes on in every zone; larger numbers are told as they are."""

_REASONS: Final = {"why", "reason"}
"""Values that are words of their own."""

LOCALE_DIR: Final = Path(__file__).parent / "locale"


@cache
def messages(language: str) -> dict[str, str]:
    """Sentence by English sentence; empty for English itself.

    What pages and command line both say (failures, findings of a check) stands once, in the pages' catalogue.
    """
    if language == "en":
        return {}
    found: dict[str, str] = {}
    for path in (_pages_catalogue(language), LOCALE_DIR / f"{language}.po"):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        found |= {m.id: m.string for m in catalogue if isinstance(m.id, str) and m.id and m.string and not m.fuzzy}  # type: ignore[misc]
    return found


def _pages_catalogue(language: str) -> Path:
    # Found without importing the package, which would load a web framework to print a help text.
    found = find_spec("explorer")
    assert found is not None and found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "locale" / language / "LC_MESSAGES" / "messages.po"


def language_at_start(arguments: Sequence[str]) -> str:
    """The language before any command is parsed, for the help texts: flag, environment, home, else German."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("--language")
    parser.add_argument("--home", type=Path)
    try:
        known, _ = parser.parse_known_args(list(arguments))
    except argparse.ArgumentError:
        known = argparse.Namespace(language=None, home=None)
    if chosen := known.language or os.environ.get("SIEGEL_LANGUAGE"):
        return chosen if chosen in LANGUAGES else "de"
    home = known.home or Path(os.environ.get("SIEGEL_HOME") or default_home())
    try:
        written = read_toml(home.expanduser() / "siegel.toml").get("language")
    except (SettingInvalid, OSError):
        written = None
    return written if written in LANGUAGES else "de"


speaking: ContextVar[str | None] = ContextVar("speaking", default=None)
"""The language of the running command; before one runs, that of the start."""


@cache
def _at_start() -> str:
    return language_at_start(sys.argv[1:])


def current_language() -> str:
    """``de`` or ``en``."""
    return speaking.get() or _at_start()


def say(message: str, **values: Any) -> str:
    """``message`` in the current language with its ``{values}`` filled in."""
    spoken = messages(current_language()).get(message, message)
    return spoken.format(**values) if values else spoken


def say_count(count: int, one: str, more: str, **values: Any) -> str:
    """As ``say``: the message ``one`` for one of what is counted, else ``more``; both may hold ``{count}``."""
    return say(one if count == 1 else more, count=count, **values)


def say_error(error: SiegelError) -> str:
    """The error's sentence in the current language, with its own values as people read them."""
    values = error.values
    if isinstance(error, EvidenceRefused):
        # Here, not above: a help text has no need of it.
        from ledger.evidence.verify.words import named_value

        values = {name: named_value(name, value, current_language()) for name, value in values.items()}
    shown = {name: _for_people(error.name, name, value) for name, value in values.items()}
    return type(error)(**shown).sentence_in(messages(current_language()).get(error.sentence, error.sentence))


def _for_people(error: str, name: str, value: Any) -> Any:
    """Reasons in the current language, as far as the catalogue has them; the smart contracts' numbers as what they
    count: acts and states by name, seconds since 1970 as local time; whose shares a group's are."""
    if name in _REASONS and isinstance(value, str):
        return messages(current_language()).get(value, value)
    if name == "group" and value in ("officers", "custodians"):
        return say(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if name in _TIMES and _EARLIEST_TIME < value < _LATEST_TIME:
        return written_moment(value, current_language())
    # Only the failures of the smart contracts have numbers of this kind, and only they need the glossary.
    from ledger import terms

    if name == "act":
        return terms.STATUTE[terms.Act(value)].name if value in set(terms.Act) else value
    kinds: dict[str, type[IntEnum] | type[IntFlag]] = {
        "ProcessForbids.state": terms.ProcessState,
        "RoundForbids.state": terms.RoundState,
        "LotForbids.state": terms.LotState,
        "AwardForbids.state": terms.AwardState,
        "BidForbids.outcome": terms.Outcome,
        "RoleMissing.roles": terms.Role,
        "KindMissing.kinds": terms.OrganisationKind,
    }
    kind = kinds.get(f"{error}.{name}")
    try:
        return value if kind is None else terms.label(kind(value), current_language())
    except (KeyError, ValueError):
        return value
