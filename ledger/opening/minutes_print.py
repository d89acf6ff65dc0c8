"""Minutes as they are printed: German, in the order in which a file of a procedure is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from ledger.opening.answers_print import answer_sections
from ledger.opening.bid_lists_print import (
    addendum,
    bids_not_opened,
    bids_on_paper,
    late_bids,
    reported_incidents,
    unreadable_bids,
)
from ledger.opening.german_print import printed_moment, printed_text
from ledger.opening.ledger_print import ledger_sections
from ledger.opening.minutes import Minutes, Officer
from ledger.opening.offers_print import beside_the_lots, lot_section
from ledger.opening.opened import EXTERNAL
from ledger.opening.printed_parts import Lines, act_word, called, digest, fact, lines, section
from ledger.terms import STATUTE, Act, Outcome

_GROUPS: Final = {"officers": "Vertreter", "custodians": "Verwahrer"}
_COUNTED: Final = {
    "opened": "geöffnet",
    EXTERNAL: "auf Papier",
    "superseded": "ersetzt",
    "withdrawn": "zurückgezogen",
    "late": "verspätet und nicht geöffnet",
    "missing": "ohne Umschlag",
    "unreadable": "nicht lesbar",
    "returned": "ungeöffnet zurückgegeben",
}


def printed_minutes(minutes: Minutes) -> dict[str, Any]:
    """What the template ``minutes.typ`` takes."""
    law = minutes.law
    return {
        "title": _title(minutes),
        "short": "Niederschrift über die Öffnung",
        "basis": f"{law.opening}; Niederschrift nach {law.minutes}",
        "confidential": f"Vertraulich, darf nicht veröffentlicht werden ({law.confidential})",
        "authority": printed_text(minutes.authority),
        "ocid": printed_text(minutes.ocid),
        "round": str(minutes.round),
        "facts": _facts(minutes),
        "sections": [
            section("Feststellungen", *_findings(minutes)),
            *(answer_sections(minutes) if minutes.is_supplement else _bid_sections(minutes)),
            late_bids(minutes),
            bids_not_opened(minutes),
            unreadable_bids(minutes),
            *_unless_empty(minutes, bids_on_paper(minutes)),
            reported_incidents(minutes),
            *_unless_empty(minutes, addendum(minutes)),
            *ledger_sections(minutes),
        ],
        "signatures": [_signature(officer) for officer in _signing(minutes)],
    }


def _title(minutes: Minutes) -> str:
    purpose = f" ({minutes.purpose.german})" if minutes.purpose is not None else ""
    return f"Niederschrift über die Öffnung der {called(minutes)}{purpose}"


def _bid_sections(minutes: Minutes) -> Iterator[dict[str, Any]]:
    yield section("Aufstellung der Angebote", *_how_to_read(minutes))
    yield from (lot_section(minutes, lot) for lot in minutes.lots)
    yield from beside_the_lots(minutes)


def _unless_empty(minutes: Minutes, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is rare among answers stands in their minutes only where there is some."""
    if given["table"] is not None or not minutes.is_supplement:
        yield given


def _facts(minutes: Minutes) -> list[dict[str, Any]]:
    found = [
        fact("Auftraggeber", lines(printed_text(minutes.authority))),
        fact("Gegenstand", lines(printed_text(minutes.title))),
        fact("Kennung (OCID)", lines(printed_text(minutes.ocid))),
        fact(
            f"Ablauf der {'Antwort' if minutes.is_supplement else 'Angebots'}frist",
            lines(printed_moment(minutes.deadline)),
        ),
        fact("Runde geschlossen", lines(printed_moment(minutes.closed_at))),
        fact(f"{called(minutes)} geöffnet", lines(printed_moment(minutes.opened_at))),
        fact("Vertreter des Auftraggebers", *(_officer(officer, minutes) for officer in minutes.officers)),
        fact(f"Eingegangene {called(minutes)}", lines(*_counts(minutes))),
    ]
    if minutes.place:
        found.insert(3, fact("Ort der Öffnung", lines(printed_text(minutes.place))))
    if minutes.contributions:
        found.insert(-1, fact("Schlüsselteile von", *_contributors(minutes)))
    return found


def _officer(officer: Officer, minutes: Minutes) -> Lines:
    done = ", ".join(act_word(act, minutes) for act in officer.acts)
    name = printed_text(officer.name) if officer.name else "Name: ______________________________"
    return [*lines(name), *lines(done, kind="small"), *digest(officer.account)]


def _contributors(minutes: Minutes) -> Iterator[Lines]:
    """One line for each person; which bids the shares were of stands with the server."""
    for (group, index, account), each in groupby(minutes.contributions, lambda c: (c.group, c.index, c.account)):
        given = list(each)
        times = printed_moment(min(one.at for one in given))
        whose = f"{_GROUPS.get(group, printed_text(group))} {index}"
        if organisation := given[0].organisation:
            whose += f" ({printed_text(organisation, 80)})"
        yield lines(f"{whose}: {len(given)}, der erste am {times}")
        yield digest(account)


def _counts(minutes: Minutes) -> list[str]:
    outcomes = Counter(bid.outcome for bid in minutes.bids)
    covers = outcomes.pop(Outcome.COVER.name.lower(), 0)
    told = [str(outcomes.total())]
    parts = [f"{outcomes[outcome]} {word}" for outcome, word in _COUNTED.items() if outcomes[outcome]]
    if parts:
        told.append("davon " + ", ".join(parts))
    if covers:
        told.append(f"daneben {covers} Deckeinträge, die keine Angebote sind")
    return told


def _findings(minutes: Minutes) -> Iterator[str]:
    if any(bid.outcome != EXTERNAL for bid in minutes.bids):
        yield (
            f"Die elektronischen {called(minutes)} lagen verschlüsselt vor. Zwei Vertreter des Auftraggebers haben die "
            f"Runde nach Ablauf der Frist geschlossen; danach wurden die {called(minutes)} geöffnet."
        )
    yield (
        "Wer welchen Schritt wann vorgenommen hat, steht im Register und wurde mit dieser Niederschrift verglichen. "
        f"Der Inhalt aller geöffneten elektronischen {called(minutes)} ist der, dessen Prüfwert dort steht."
    )


def _how_to_read(minutes: Minutes) -> Iterator[str]:
    yield (
        "Beträge ohne Umsatzsteuer, wie abgegeben, ungerundet und rechnerisch nicht geprüft. Die Angebote zählen "
        "ab 1, auf Papier ab P1; im Register und in seinen Daten zählen sie ab 0, auf Papier ab 2147483648."
    )
    if not minutes.bids:
        yield "Es ging kein Angebot ein."


def _signing(minutes: Minutes) -> tuple[Officer, ...]:
    """The two who opened; where no bid could be opened, the two who closed."""
    for act in (Act.BIDS_OPENED, Act.ROUND_CLOSED):
        found = tuple(officer for officer in minutes.officers if STATUTE[act].name in officer.acts)
        if found:
            return found[:2]
    return minutes.officers[:2]


def _signature(officer: Officer) -> Lines:
    return [*lines(printed_text(officer.name) if officer.name else "Name"), *lines("Ort, Datum:", kind="small")]
