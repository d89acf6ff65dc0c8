"""The lots of minutes, printed: who tenders for how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.bid_number import spoken_bid
from ledger.opening.german_print import printed_amount, printed_percent, printed_text
from ledger.opening.minutes import MinutedBid, MinutedLot, MinutedOffer, Minutes
from ledger.opening.opened import EXTERNAL
from ledger.opening.printed_parts import NUMBER, Lines, column, lines, section, tenderer_lines


def lot_section(minutes: Minutes, lot: MinutedLot) -> dict[str, Any]:
    """The table of a lot: who tenders for how much."""
    whose = {bid.bid: bid for bid in minutes.bids}
    admitted = {True: "Nebenangebote sind zugelassen.", False: "Nebenangebote sind nicht zugelassen."}
    told = section(
        f"Los {printed_text(lot.id)}: {printed_text(lot.title)}",
        level=2,
        columns=[
            NUMBER,
            column("Bieter", share=1),
            column("Endbetrag netto", width=3.0, number=True),
            column("Nachlass ohne Bedingung", width=2.1, number=True),
            column("Neben\u00adangebote", width=1.9, number=True),
            column("Bemerkung", width=2.7),
        ],
        rows=(_offer_row(each, whose[each.bid]) for each in lot.offers),
    )
    if not lot.offers:
        told["paragraphs"] = ["Kein Angebot."]
    if lot.variants_admitted is not None:
        told["paragraphs"].insert(0, admitted[lot.variants_admitted])
    return told


def _offer_row(each: MinutedOffer, bid: MinutedBid) -> list[Lines]:
    offer = each.offer
    amount = printed_amount(offer.amount, offer.currency) if offer.amount and offer.currency else "nicht lesbar"
    remarks = []
    if offer.variant is not None:
        remarks.append(f"Nebenangebot {printed_text(offer.variant, 60)}")
    if each.main_bids > 1 and offer.variant is None:
        remarks.append(f"{each.main_bids} Hauptangebote dieses Bieters")
    if bid.late:
        remarks.append("verspätet, zugelassen" if bid.admitted or bid.outcome == EXTERNAL else "verspätet")
    if bid.outcome == EXTERNAL:
        remarks.append("auf Papier, von Hand erfasst")
    if offer.unread is not None:
        remarks.append(f"Wie abgegeben: {printed_text(offer.unread)}")
    return [
        lines(spoken_bid(each.bid)),
        tenderer_lines(bid.tenderers),
        lines(amount),
        lines(printed_percent(offer.discount) if offer.discount else "–"),
        lines("–" if offer.variant is not None else str(each.variants)),
        lines(*remarks, kind="small"),
    ]


def beside_the_lots(minutes: Minutes) -> Iterator[dict[str, Any]]:
    """Opened bids that no table of a lot shows whole, so that none is missing here."""
    rows = [
        [
            lines(spoken_bid(bid.bid)),
            tenderer_lines(bid.tenderers),
            lines(_beside(bid)),
        ]
        for bid in minutes.bids
        if bid.outcome in ("opened", EXTERNAL) and (bid.foreign or not bid.lots)
    ]
    if rows:
        columns = [NUMBER, column("Bieter", share=1), column("Angabe", share=1)]
        yield section("Angebote ohne Preis oder für andere Lose", level=2, columns=columns, rows=rows)


def _beside(bid: MinutedBid) -> str:
    if not bid.foreign:
        return "kein Preis zu einem Los"
    first = ", ".join(printed_text(offer.lot, 60) for offer in bid.foreign[:3])
    more = f" und {len(bid.foreign) - 3} weitere" if len(bid.foreign) > 3 else ""
    return f"Lose, die nicht ausgeschrieben sind: {first}{more}"
