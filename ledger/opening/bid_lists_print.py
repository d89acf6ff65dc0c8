"""The lists of minutes, printed: bids that came late, were not opened or are on paper, and what happened besides."""

from __future__ import annotations

from typing import Any, Final

from ledger.bid_number import spoken_bid
from ledger.evaluation.on_paper import PAPER, SAMPLE
from ledger.opening.german_print import printed_moment, printed_text
from ledger.opening.minutes import MinutedAct, MinutedBid, Minutes
from ledger.opening.opened import EXTERNAL
from ledger.opening.printed_parts import (
    NUMBER,
    Lines,
    act_named,
    called,
    column,
    digest,
    lines,
    outcome_word,
    section,
    tenderer_lines,
)
from ledger.terms import Act

NOT_OPENED: Final = ("superseded", "withdrawn", "missing", "returned", "late")
_REFUSALS: Final = {
    "BidMalformed": "Der Inhalt hat nicht die vorgeschriebene Form.",
    "BidRootDiffers": "Der Inhalt ist nicht der, auf den sich der Bieter festgelegt hat.",
    "ContentAltered": "Der verschlüsselte Inhalt ist nicht der, den der Umschlag nennt.",
    "ContentUnreadable": "Der Inhalt lässt sich nicht entschlüsseln.",
    "DocumentAltered": "Ein Dokument ist nicht das, dessen Prüfwert im Inhalt steht.",
    "SealsDiffer": "Die versiegelten Schlüsselteile passen nicht zusammen.",
    "ShareUnopenable": "Ein versiegelter Schlüsselteil lässt sich nicht öffnen.",
    "SharesTooFew": "Es liegen zu wenige Schlüsselteile vor.",
}

_KINDS: Final = {PAPER: ("Angebot auf Papier",), SAMPLE: ("Muster oder Probe",)}


def late_bids(minutes: Minutes) -> dict[str, Any]:
    """Bids that one of both clocks calls late, with both (§ 14(4), (5) VOB/A)."""
    return section(
        f"{called(minutes)}, die bei Ablauf der Frist nicht vorlagen",
        columns=[
            NUMBER,
            column("Bieter", share=3),
            column("Eingang", share=4),
            column("Behandlung und Grund", share=4),
        ],
        rows=(
            [
                lines(spoken_bid(bid.bid)),
                tenderer_lines(bid.tenderers) if bid.tenderers else lines("nicht geöffnet, daher nicht bekannt"),
                _clocks(bid),
                _late_handling(minutes, bid),
            ]
            for bid in minutes.late
        ),
    )


def _clocks(bid: MinutedBid) -> Lines:
    """Both clocks where there are two: the receiver's or the mail room's, which counts, and the ledger's."""
    ledger = f"{printed_moment(bid.block_time)}, Uhr des Registers"
    if bid.outcome != EXTERNAL and not bid.promised:
        return lines(ledger)
    whose = "Eingangsvermerk" if bid.outcome == EXTERNAL else "bestätigt vom Empfangsdienst"
    return [*lines(f"{printed_moment(bid.arrival)}, {whose}"), *lines(ledger, kind="small")]


def _late_handling(minutes: Minutes, bid: MinutedBid) -> Lines:
    ground = next((act.ground for act in minutes.acts if _decided(act, bid)), None)
    if not bid.late:
        handled = "rechtzeitig: Der Empfangsdienst hat den Eingang vor Ablauf der Frist bestätigt"
    elif bid.admitted or bid.outcome == EXTERNAL:
        handled = "verspätet, zugelassen"
    else:
        handled = "verspätet, nicht zugelassen"
    shown = lines(handled)
    if bid.remark:
        shown += lines(printed_text(bid.remark), kind="small")
    if bid.late and ground and (bid.admitted or bid.outcome == EXTERNAL):
        shown += [*lines("Prüfwert der Begründung:", kind="small"), *digest(ground)]
    return shown


def _decided(act: MinutedAct, bid: MinutedBid) -> bool:
    """Whether this act admitted the bid: its own registration on paper, or the close of the round."""
    if bid.outcome == EXTERNAL:
        return act.bid == bid.bid
    return act_named(act.act) is Act.ROUND_CLOSED


def bids_not_opened(minutes: Minutes) -> dict[str, Any]:
    """Bids whose content nobody read, and why."""
    return section(
        f"Nicht geöffnete {called(minutes)}",
        columns=[
            NUMBER,
            column("Ergebnis", width=3.2),
            column("Eingang", share=3),
            column("Bindung im Register", share=4),
        ],
        rows=(
            [
                lines(spoken_bid(bid.bid)),
                [*lines(outcome_word(bid.outcome)), *lines(*_remarks(bid), kind="small")],
                lines(printed_moment(bid.arrival)),
                digest(bid.commitment or ""),
            ]
            for bid in minutes.bids
            if bid.outcome in NOT_OPENED
        ),
    )


def unreadable_bids(minutes: Minutes) -> dict[str, Any]:
    """Bids that could not be read, with the evidence's digest."""
    return section(
        f"Unlesbare {called(minutes)}",
        columns=[NUMBER, column("Grund", share=3), column("Prüfwert des Nachweises (SHA-256)", share=4)],
        rows=(
            [
                lines(spoken_bid(bid.bid)),
                [*_refusal(bid), *lines(*_remarks(bid), kind="small")],
                digest(bid.evidence or ""),
            ]
            for bid in minutes.bids
            if bid.outcome == "unreadable"
        ),
    )


def _refusal(bid: MinutedBid) -> Lines:
    """Why, in German, and the name that the failure has everywhere."""
    name = printed_text(bid.refusal or "ohne Angabe", 80)
    return [*lines(_REFUSALS[name]), *lines(name, kind="small")] if name in _REFUSALS else lines(name)


def bids_on_paper(minutes: Minutes) -> dict[str, Any]:
    """Bids on paper and with samples."""
    return section(
        f"{called(minutes)} auf Papier, Muster und Proben",
        columns=[NUMBER, column("Bieter", share=3), column("Eingang", share=4), column("Bemerkung", share=3)],
        rows=(
            [
                lines(spoken_bid(bid.bid)),
                tenderer_lines(bid.tenderers),
                _clocks(bid),
                [*lines(*_KINDS.get(bid.kind or "", ())), *lines(*_remarks(bid), kind="small")],
            ]
            for bid in minutes.bids
            if bid.outcome == EXTERNAL
        ),
    )


def reported_incidents(minutes: Minutes) -> dict[str, Any]:
    """What tenderers reported as failed."""
    return section(
        "Gemeldete Störungen",
        columns=[column("Zeit", share=3), column("Störung", share=3), column("Konto", share=3)],
        rows=(
            [
                [
                    *lines(f"{printed_moment(each.at)}, Uhr des Bieters"),
                    *(
                        lines(f"{printed_moment(each.received_at)}, Uhr des Empfangsdienstes", kind="small")
                        if each.received_at is not None
                        else []
                    ),
                ],
                [*lines(printed_text(each.failure)), *lines(printed_text(each.detail), kind="small")],
                digest(each.author),
            ]
            for each in minutes.incidents
        ),
    )


def addendum(minutes: Minutes) -> dict[str, Any]:
    """Outcomes that were revised after the opening (Nachtrag)."""
    return section(
        "Nachtrag",
        columns=[
            NUMBER,
            column("Zeit", share=3),
            column("Geändertes Ergebnis", share=2),
            column("Prüfwert der Begründung", share=4),
        ],
        rows=(
            [
                lines(spoken_bid(each.bid)),
                [*lines(printed_moment(each.time)), *lines(f"Vorgang {each.sequence}", kind="small")],
                lines(outcome_word(each.outcome)),
                digest(each.ground),
            ]
            for each in minutes.revisions
        ),
    )


def _remarks(bid: MinutedBid) -> list[str]:
    return [printed_text(bid.remark)] if bid.remark else []
