"""The doctor's look at the page on which bids are handed in."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.chain.registry_acts import registry_of
from ledger.cli.doctor.finding import Finding, note, well, wrong
from ledger.cli.language import say, say_error
from ledger.cli.session import Session
from ledger.errors import SettingInvalid, SiegelError
from ledger.evidence.custodians import accepted_custodians
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter


def bid_page(session: Session) -> Iterator[Finding]:
    """Where bids are handed in, the page knows the custodians by itself: what names them else is this server."""
    from explorer.pinned_page import page_of

    if session.settings.bid_page is not None:
        try:
            page_of(session.settings)
        except SettingInvalid as error:
            yield wrong("bid page", say_error(error), "siegel page pin")
        else:
            yield well("bid page", say("The page on which bids are handed in knows whose custodians it seals to."))
        return
    try:
        # Without custodians on the ledger there is nobody whom a page could know.
        lacks_pins = _takes_bids(session) and bool(accepted_custodians(registry_of(session.chain)).custodians)
    except SiegelError:
        return  # the checks of chain and index say why
    if lacks_pins:
        yield note(
            "bid page",
            say("The page on which bids are handed in believes this server whose custodians it seals to."),
            say("Pin them: siegel page pin -o bid-page.html, then bid_page in {file}", file=session.settings.toml_path),
        )


def _takes_bids(session: Session) -> bool:
    is_receiver = bool(session.settings.receiver.uid)
    return is_receiver or bool(Queries(session.index).processes(ProcessFilter(mode="sealed"), limit=1).items)
