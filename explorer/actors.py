"""Who performed an act, by role: names of people are on no chain and on no page."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Final

from explorer.words import N_
from ledger.index.rows import ActRow

PUBLISHED: Final = {
    "NoticePublished",
    "TenderAmended",
    "LosersInformed",
    "ContractModified",
    "ContractTerminated",
    "ContractCompleted",
}
"""Acts of one publisher; the statute table says so, and a test compares."""

BIDDERS: Final = {"BidCommitted", "BidWithdrawn"}


class Actors:
    """The actors in one language."""

    def __init__(self, messages: NullTranslations) -> None:
        self._ = messages.gettext

    def by(self, act: ActRow, mode: str) -> str:
        """Who acted, as the end of a line that begins with the time."""
        if act.act in BIDDERS:
            return self._(N_("by the tenderer, whose identity stays secret until the opening"))
        if act.act in PUBLISHED:
            if mode == "observed":
                return self._(N_("by the observer, not by the buyer itself"))
            return self._(N_("by a publisher of the buyer"))
        if act.act == "ProcessSuspended":
            if any(act.detail.get("body", b"")):
                return self._(N_("by a review body"))
            return self._(N_("by an officer of the buyer"))
        if mode == "observed":
            return self._(N_("jointly by two officers of the observer"))
        return self._(N_("jointly by two officers of the buyer"))

    def accounts(self, act: ActRow) -> list[tuple[str, bytes]]:
        """The accounts behind the roles, with what each of them did."""
        if act.second is None:
            return [(self._(N_("Account")), act.first)]
        if act.act in BIDDERS:
            return [(self._(N_("Account")), act.first), (self._(N_("Receiver's account")), act.second)]
        return [
            (self._(N_("First officer's account")), act.first),
            (self._(N_("Second officer's account")), act.second),
        ]
