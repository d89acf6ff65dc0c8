"""The answers of a supplement round, printed: to which bid, from whom, what is in them, and what of that is a claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from ledger.bid_number import spoken_bid
from ledger.opening.german_print import printed_amount, printed_moment, printed_text
from ledger.opening.main_bids import MainBid, NamedBid, is_commitment
from ledger.opening.minutes import AnsweredFile, MinutedAnswer, MinutedBid, Minutes
from ledger.opening.opened import EXTERNAL
from ledger.opening.printed_parts import (
    NUMBER,
    Lines,
    column,
    digest,
    lines,
    outcome_word,
    section,
    tenderer_lines,
)
from ledger.opening.stated_offers import Offer

MOST_SHOWN: Final = 50
"""Files and responses of an answer; the JSON beside the print has all."""


def answer_sections(minutes: Minutes) -> Iterator[dict[str, Any]]:
    """All that were opened or are on paper, and how far what they say of themselves goes."""
    whose = {bid.bid: bid for bid in minutes.bids}
    to = Counter(answer.main_bid.bids for answer in minutes.answers if answer.main_bid.bids)
    yield section(
        "Aufstellung der Antworten",
        *_how_to_read(minutes),
        columns=[
            NUMBER,
            column("Antwort zu, nach eigener Angabe", share=3),
            column("Von, nach eigener Angabe", share=3),
            column("Eingang", share=3),
        ],
        rows=([
            lines(spoken_bid(answer.bid)),
            _main_bid(answer.main_bid, to[answer.main_bid.bids]),
            tenderer_lines(whose[answer.bid].tenderers),
            _arrival(whose[answer.bid]),
        ] for answer in minutes.answers),
    )  # fmt: skip
    for answer in minutes.answers:
        yield _content(answer, whose[answer.bid])


def _how_to_read(minutes: Minutes) -> Iterator[str]:
    if not minutes.answers:
        yield "Es wurde keine Antwort geöffnet."
        return
    yield (
        "Zu welchem Angebot eine Antwort gehört und von wem sie ist, steht in ihr selbst. Damit ist nicht bewiesen, "
        "wer geantwortet hat: Die Bindung eines Angebots ist im Register für alle zu sehen, und jede Antwort hat ein "
        "eigenes Konto. Antworten und Angebote zählen ab 1, auf Papier ab P1."
    )


def _main_bid(named: NamedBid, count: int) -> Lines:
    if named.bids:
        shown = [line for each in named.bids for line in _named(each)]
        if len(named.bids) > 1:
            shown += lines("Dieselbe Bindung haben mehrere Angebote; keines davon wurde geöffnet.", kind="small")
        if count > 1:
            shown += lines(f"Zu diesem Angebot kamen {count} Antworten.", kind="small")
        return shown
    if named.stated is None:
        return lines("ohne Angabe")
    shown = [*lines("zu keinem Angebot dieses Verfahrens"), *lines("Genannt ist:", kind="small")]
    return shown + (digest(named.stated) if is_commitment(named.stated) else lines(printed_text(named.stated, 80)))


def _named(main_bid: MainBid) -> Lines:
    shown = lines(f"Angebot {spoken_bid(main_bid.bid)} der Runde {main_bid.round}", kind="strong")
    if main_bid.outcome == "none":
        return shown + lines("noch nicht geöffnet", kind="small")
    return shown if main_bid.outcome == "opened" else shown + lines(outcome_word(main_bid.outcome), kind="small")


def _arrival(bid: MinutedBid) -> Lines:
    shown = lines(printed_moment(bid.arrival))
    if bid.late:
        shown += lines(
            "verspätet, zugelassen" if bid.admitted or bid.outcome == EXTERNAL else "verspätet", kind="small"
        )
    if bid.outcome == EXTERNAL:
        shown += lines("auf Papier, von Hand erfasst", kind="small")
    if bid.remark:
        shown += lines(printed_text(bid.remark), kind="small")
    return shown


def _content(answer: MinutedAnswer, bid: MinutedBid) -> dict[str, Any]:
    rows = [
        *([lines(_what(file)), _file(file)] for file in answer.files[:MOST_SHOWN]),
        *(
            [lines(f"Angabe {printed_text(each.requirement, 60)}"), lines(printed_text(each.value))]
            for each in answer.responses[:MOST_SHOWN]
        ),
        *(
            [lines(f"Angebot zu Los {printed_text(offer.lot, 60)}"), _offer(offer)]
            for offer in bid.foreign[:MOST_SHOWN]
        ),
    ]
    beyond = sum(max(0, len(each) - MOST_SHOWN) for each in (answer.files, answer.responses, bid.foreign))
    if beyond:
        rows.append([lines("Weiteres"), lines(f"{beyond} weitere Angaben, in den Daten zu dieser Niederschrift")])
    return section(
        f"Antwort {spoken_bid(answer.bid)}",
        *(() if rows else ("Weder Dateien noch Angaben.",)),
        level=2,
        columns=[column("Was", width=4.0), column("Inhalt", share=1)] if rows else (),
        rows=rows,
    )


def _what(file: AnsweredFile) -> str:
    return f"Datei {file.field.rpartition('/')[2]}"


def _file(file: AnsweredFile) -> Lines:
    shown = lines(printed_text(file.title))
    if file.size is not None and file.digest is not None:
        size = f"{file.size:,}".replace(",", ".")
        shown += [*lines(f"{size} Bytes, Prüfwert (SHA-256):", kind="small"), *digest(file.digest)]
    return shown


def _offer(offer: Offer) -> Lines:
    """A price in an answer is not asked for: it must be seen, for a bid cannot be changed by it."""
    stated = printed_amount(offer.amount, offer.currency) if offer.amount and offer.currency else "kein lesbarer Preis"
    shown = [*lines(stated), *lines("Danach war nicht gefragt.", kind="small")]
    return shown + (lines(f"Wie abgegeben: {printed_text(offer.unread)}", kind="small") if offer.unread else [])
