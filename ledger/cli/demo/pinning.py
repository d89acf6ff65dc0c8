"""The demo's copy of the bidder's page, which knows the town's custodians, as ``siegel page pin`` writes it."""

from __future__ import annotations

from typing import Final

from explorer.page_file import BID_PAGE
from explorer.pinned_page import pinned
from ledger.chain.client import Chain
from ledger.cli.acts.pinning import accepted
from ledger.cli.home import replace_file
from ledger.settings import Settings

PINNED_PAGE: Final = "bid.html"
"""Below the home; the setting ``bid_page`` names it."""


def pinned_page(chain: Chain, town: bytes) -> bytes:
    """Of this version's page, with the custodians of the town's accepted key sets."""
    return pinned(BID_PAGE.html, {each for one in accepted(chain, town) for each in one.custodians})


def keep_pinned_page(settings: Settings, chain: Chain, town: bytes) -> None:
    """Write the copy that a demo's own settings name, and no file elsewhere. Each time the demo starts: another version
    has another page, and serves no copy of an older one."""
    path = settings.home / PINNED_PAGE
    if settings.bid_page == path:
        replace_file(path, pinned_page(chain, town), 0o644)
