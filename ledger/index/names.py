"""The words of the statute as index, API and pages spell them: act names as in the table, terms in camelCase."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, IntFlag

from ledger.terms import STATUTE, NoticeKind, OrganisationKind, Outcome, RoundKind

_ACT_NAMES = {int(act): entry.name for act, entry in STATUTE.items()}


def act_name(number: int) -> str:
    """The act's name in the statute table, for example ``NoticePublished``; ``Act99`` for one it does not know."""
    return _ACT_NAMES.get(number, f"Act{number}")


def word(term: IntEnum | IntFlag) -> str:
    """``OrganisationKind.REVIEW_BODY`` -> ``reviewBody``."""
    first, *rest = str(term.name).lower().split("_")
    return first + "".join(part.capitalize() for part in rest)


def _words(terms: Iterable[IntEnum]) -> dict[int, str]:
    return {int(term): word(term) for term in terms}


NOTICE_KINDS = _words(NoticeKind)
ROUND_KINDS = _words(RoundKind)
OUTCOMES = _words(Outcome)


def organisation_kinds(bits: int) -> tuple[str, ...]:
    """The names of the kind bits that are set, in the registry's order."""
    return tuple(word(kind) for kind in OrganisationKind if bits & kind)
