"""What ``siegel round close`` says if it is not typed: computed from the ledger's bids and the server's envelopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledger.bid_number import spoken_bids
from ledger.cli import values
from ledger.cli.language import say
from ledger.opening.closing import Close, close

if TYPE_CHECKING:
    from ledger.cli.acts.making import Making


def computed_close(making: Making, number: int, url: str | None, name: str | None, admit: str | None) -> Close:
    """Asks the server once, as the officer who acts, and tells what will be frozen.

    Raises RoundForbids, EnvelopesDiffer, AdmissionInvalid, and what the server refuses with.
    """
    if making.close is None:
        making.close = _computed(making, number, url, name, values.sealed_bids(admit or "", "--admit"))
    return making.close


def _computed(making: Making, number: int, url: str | None, name: str | None, admit: Sequence[int]) -> Close:
    from ledger.cli.opening.loading import load_round
    from ledger.cli.opening.server import round_server

    session = making.session
    sealed = load_round(session, making.process_id, number)
    here = set[tuple[bytes, bytes]]()
    if sealed.facts.bids:
        signer = session.signer(name or "officer-one")
        with round_server(session, url, sealed, signer) as served:
            here = served.here(sealed.facts)
    made = close(sealed.facts, here, admit)
    session.tell(say("Envelopes here: {count}{which}", count=len(made.here), which=_which(made.here)))
    session.tell(say("Envelopes missing: {count}{which}", count=len(made.missing), which=_which(made.missing)))
    session.tell(say("Late and not admitted: {count}{which}", count=len(made.late), which=_which(made.late)))
    return made


def _which(numbers: Sequence[int]) -> str:
    return f" ({spoken_bids(numbers)})" if numbers else ""
