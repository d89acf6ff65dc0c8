"""The parts that a printed document is made of, as the template ``minutes.typ`` takes them: all of it text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ledger.opening.german_print import printed_digest, printed_text
from ledger.opening.minutes import Minutes
from ledger.opening.opened import EXTERNAL
from ledger.opening.stated_offers import Tenderer
from ledger.terms import STATUTE, Act, Outcome, label

Lines = list[dict[str, str]]
MOST_MEMBERS: Final = 20
NUMBER: Final = {"title": "Nr.", "width": 1.0, "share": None, "number": False}
"""The column of the bids' numbers."""
_ACTS: Final = {entry.name: act for act, entry in STATUTE.items()}


def lines(*texts: str, kind: str = "plain") -> Lines:
    """Lines of text of one kind: ``plain``, ``strong``, ``small`` or ``digest``."""
    return [{"kind": kind, "text": text} for text in texts]


def digest(hexadecimal: str) -> Lines:
    """A digest or an account, which a line may break."""
    return lines(printed_digest(hexadecimal), kind="digest")


def fact(label: str, *content: Lines) -> dict[str, Any]:
    """A line of the heading: what it is, and what it is here."""
    return {"label": label, "lines": [line for each in content for line in each]}


def column(title: str, *, width: float | None = None, share: int | None = None, number: bool = False) -> dict[str, Any]:
    """A column of so many centimetres, or with a share of what is left; numbers stand at its right."""
    return {"title": title, "width": width, "share": share, "number": number}


def section(
    heading: str,
    *paragraphs: str,
    level: int = 1,
    columns: Sequence[dict[str, Any]] = (),
    rows: Iterable[list[Lines]] = (),
) -> dict[str, Any]:
    """A heading with what stands below; a table without rows is the word that there is nothing."""
    found = list(rows)
    table = {"columns": list(columns), "rows": found} if found else None
    said = paragraphs if found or not columns else ("Keine.",)
    return {"heading": heading, "paragraphs": list(said), "level": level, "table": table}


def tenderer_lines(whose: Sequence[Tenderer]) -> Lines:
    """Who tenders: the one that leads first, then the others of the consortium."""
    shown: Lines = []
    if len(whose) > 1:
        shown += lines(f"Bietergemeinschaft, {len(whose)} Mitglieder", kind="small")
    for one in whose[:MOST_MEMBERS]:
        shown += lines(printed_text(one.name), kind="strong")
        if one.address:
            shown += lines(printed_text(one.address), kind="small")
    if len(whose) > MOST_MEMBERS:
        shown += lines(f"und {len(whose) - MOST_MEMBERS} weitere", kind="small")
    return shown or lines("ohne Angabe")


def called(minutes: Minutes) -> str:
    """What is handed in in the round, more than one."""
    return "Antworten" if minutes.is_supplement else "Angebote"


def outcome_word(outcome: str) -> str:
    """How a bid ended, in German."""
    return "auf Papier" if outcome == EXTERNAL else label(Outcome[outcome.upper()], "de")


def act_named(name: str) -> Act:
    """The act of that name."""
    return _ACTS[name]


def act_word(name: str, minutes: Minutes) -> str:
    """What was done, in German; in a round of answers, to these."""
    word = label(_ACTS[name], "de")
    return word.replace("Angebote", "Antworten").replace("Angebot", "Antwort") if minutes.is_supplement else word
