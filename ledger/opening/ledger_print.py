"""Where on the ledger stands what minutes say, printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.bid_number import spoken_bid
from ledger.opening.german_print import printed_moment
from ledger.opening.minutes import Minutes
from ledger.opening.printed_parts import act_word, column, digest, lines, section


def ledger_sections(minutes: Minutes) -> Iterator[dict[str, Any]]:
    """Where all of this stands on the ledger."""
    yield section(
        "Angaben aus dem Register",
        "Mit dem Prüfpaket des Verfahrens und »siegel verify« kann jede und jeder nachprüfen, dass diese Vorgänge so "
        "und in dieser Reihenfolge aufgezeichnet sind.",
        columns=[column("Angabe", width=3.2), column("Wert", share=1)],
        rows=[
            [lines("Kette"), lines(str(minutes.chain_id))],
            [lines("Register"), digest(minutes.ledger)],
            [lines("Verfahren"), digest(minutes.process_id)],
        ],
    )
    yield section(
        "Vorgänge der Runde",
        level=2,
        columns=[
            column("Vorgang", width=1.6, number=True),
            column("Block", width=1.5, number=True),
            column("Zeit des Blocks", width=3.7),
            column("Was", share=1),
            column("Konten", width=6.0),
        ],
        rows=(
            [
                lines(str(act.sequence)),
                lines(str(act.block)),
                lines(printed_moment(act.time)),
                lines(act_word(act.act, minutes) + ("" if act.bid is None else f", Nr.\u00a0{spoken_bid(act.bid)}")),
                [line for account in act.accounts for line in digest(account)],
            ]
            for act in minutes.acts
        ),
    )
