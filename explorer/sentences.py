"""One plain sentence for each act: what happened, in words that need no knowledge of the ledger.

Keys are the names of the statute table; numbers of bids are counted from 1 for people, as in minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from gettext import NullTranslations
from typing import Any, Final

from markupsafe import Markup, escape

from explorer.formats import Formats
from explorer.words import N_
from ledger.index.names import NOTICE_KINDS, ROUND_KINDS, word
from ledger.index.rows import ActRow
from ledger.terms import STATUTE, Stage

FIRST_PAPER_BID: Final = 2**31

NOTICES: Final = {
    "planning": N_("An advance notice was published."),
    "call": N_("The contract notice was published: the buyer invites bids."),
    "clarification": N_("A clarification was published."),
    "answer": N_("A question was answered for everybody to read."),
    "correction": N_("An earlier notice was corrected."),
    "withdrawal": N_("A mistaken notice was withdrawn; it stays visible, marked as withdrawn."),
    "award": N_("The award was published."),
    "contract": N_("The conclusion of the contract was published."),
    "modification": N_("A modification of the contract was published."),
    "embargoed": N_("A notice was recorded when it was sent to the Official Journal; its text becomes public later."),
    "other": N_("A notice was published."),
}

ROUNDS: Final = {
    "participation": N_("requests to participate"),
    "bids": N_("bids"),
    "negotiation": N_("negotiated bids"),
    "supplement": N_("supplements"),
}

STAGES: Final = {
    "award": N_("before the award decision"),
    "evaluation": N_("before the evaluation"),
    "bids": N_("before the submission of bids"),
    "participation": N_("before the requests to participate"),
    "publication": N_("before the publication"),
}

TITLES: Final = {
    "NoticePublished": N_("Notice published"),
    "TenderPublished": N_("Tender published"),
    "TenderAmended": N_("Tender amended"),
    "RoundOpened": N_("Further round opened"),
    "RoundResumed": N_("Round resumed"),
    "BidCommitted": N_("Sealed bid received"),
    "BidWithdrawn": N_("Bid withdrawn"),
    "ExternalBidRegistered": N_("Bid on paper registered"),
    "RoundClosed": N_("Submission closed"),
    "BidsOpened": N_("Bids opened"),
    "OutcomeRevised": N_("Outcome of the opening revised"),
    "BidExcluded": N_("Bid excluded"),
    "BidReadmitted": N_("Bid readmitted"),
    "AwardAnnounced": N_("Award decision announced"),
    "AwardWithdrawn": N_("Award decision withdrawn"),
    "LotClosed": N_("Lot closed without award"),
    "ProcessSuspended": N_("Procedure suspended"),
    "LosersInformed": N_("Unsuccessful tenderers informed"),
    "SuspensionLifted": N_("Suspension lifted"),
    "Remanded": N_("Procedure set back"),
    "TenderCancelled": N_("Tender cancelled"),
    "Reinstated": N_("Procedure reinstated"),
    "ContractConcluded": N_("Contract concluded"),
    "ContractModified": N_("Contract modified"),
    "ContractTerminated": N_("Contract terminated"),
    "ContractCompleted": N_("Contract performed"),
    "FieldsErased": N_("Fields redacted"),
}

PLAIN: Final = {
    "BidWithdrawn": N_("Whoever submitted bid no. %(bid)s has withdrawn it in time."),
    "BidExcluded": N_("Bid no. %(bid)s was excluded and is not considered any more."),
    "BidReadmitted": N_("The exclusion of bid no. %(bid)s was undone; it is considered again."),
    "OutcomeRevised": N_("Bid no. %(bid)s, which had not been opened, was opened after all."),
    "AwardAnnounced": N_("The buyer has decided in favour of bid no. %(bid)s."),
    "AwardWithdrawn": N_("The award decision of act %(ref)s was taken back."),
    "LotClosed": N_("There will be no (further) award for this lot."),
    "ProcessSuspended": N_("As long as the suspension lasts, no contract may be concluded."),
    "SuspensionLifted": N_("The suspension of act %(ref)s has ended."),
    "TenderCancelled": N_("The buyer has called the procedure off; bids that were not opened stay unread."),
    "Reinstated": N_("The procedure goes on where it was called off."),
    "ContractConcluded": N_("The contract on the award decision of act %(ref)s was concluded."),
    "ContractModified": N_("The concluded contract was changed (§ 132 GWB)."),
    "ContractTerminated": N_("The contract was ended early."),
    "ContractCompleted": N_("The contract was performed and has ended."),
    "FieldsErased": N_("Fields of the release of act %(ref)s were erased; everything else in it can still be proven."),
}


DETAILED: Final = {
    "NoticePublished",
    "TenderPublished",
    "TenderAmended",
    "RoundOpened",
    "RoundResumed",
    "RoundClosed",
    "BidsOpened",
    "LosersInformed",
    "Remanded",
}
"""Acts whose sentence needs the act's own arguments."""


class Sentences:
    """The acts in one language."""

    def __init__(self, messages: NullTranslations, formats: Formats) -> None:
        self._ = messages.gettext
        self._language = formats.language
        self.ngettext = messages.ngettext
        self._moment: Callable[[int | datetime], Markup] = formats.moment
        self._composed: dict[str, Callable[[ActRow], Markup]] = {
            "NoticePublished": self._notice,
            "TenderPublished": self._tender,
            "TenderAmended": self._amended,
            "RoundOpened": self._round,
            "RoundResumed": self._resumed,
            "BidCommitted": self._bid,
            "ExternalBidRegistered": self._paper_bid,
            "RoundClosed": self._closed,
            "BidsOpened": self._opened,
            "LosersInformed": self._letters,
            "Remanded": self._remanded,
        }

    def title(self, act: ActRow) -> str:
        """A few words that name the act."""
        return self.name(act.act)

    def name(self, act: str) -> str:
        """The same for the name of an act alone; of acts outside processes, the sentence of the statute table."""
        if act in TITLES:
            return self._(TITLES[act])
        entry = next((entry for entry in STATUTE.values() if entry.name == act), None)
        return entry.description[self._language] if entry else act

    def sentence(self, act: ActRow) -> Markup:
        """What happened. An act whose row was altered so that it cannot be read is still shown, as just that."""
        if act.act not in TITLES or (act.act in DETAILED and not act.detail):
            return self._fill(N_("What happened here cannot be read: the entry in the database was altered."))
        compose = self._composed.get(act.act)
        return compose(act) if compose else self._fill(PLAIN[act.act], bid=bid_number(act.bid), ref=act.ref)

    def round_kind(self, kind: str) -> str:
        """What is handed in during a round."""
        return self._(ROUNDS.get(kind, kind))

    def _fill(self, message: str, **values: Any) -> Markup:
        return escape(self._(message)) % {name: escape(value) for name, value in values.items()}

    def _notice(self, act: ActRow) -> Markup:
        return self._fill(NOTICES[NOTICE_KINDS[act.detail["kind"]]])

    def _tender(self, act: ActRow) -> Markup:
        terms = act.detail["terms"]["round"]
        return self._fill(
            N_("The invitation was published and its terms are fixed. First round: %(kind)s until %(deadline)s."),
            kind=self.round_kind(ROUND_KINDS[terms["kind"]]),
            deadline=self._moment(terms["deadline"]),
        )

    def _amended(self, act: ActRow) -> Markup:
        if not act.detail["deadline"]:
            return self._fill(N_("The invitation was amended; the deadline stays as it was."))
        return self._fill(
            N_("The invitation was amended; the deadline is now %(deadline)s."),
            deadline=self._moment(act.detail["deadline"]),
        )

    def _round(self, act: ActRow) -> Markup:
        terms = act.detail["terms"]
        return self._fill(
            N_("Round %(round)s begins: %(kind)s until %(deadline)s."),
            round=act.round,
            kind=self.round_kind(ROUND_KINDS[terms["kind"]]),
            deadline=self._moment(terms["deadline"]),
        )

    def _resumed(self, act: ActRow) -> Markup:
        return self._fill(
            N_("After its deadline the round goes on until %(deadline)s; all bids that came in between are in time."),
            deadline=self._moment(act.detail["deadline"]),
        )

    def _bid(self, act: ActRow) -> Markup:
        return self._fill(
            N_("Bid no. %(bid)s arrived on %(arrival)s. Nobody can read it before the opening."),
            bid=bid_number(act.bid),
            arrival=self._moment(act.arrival or act.time),
        )

    def _paper_bid(self, act: ActRow) -> Markup:
        return self._fill(
            N_("Bid no. %(bid)s arrived on paper on %(arrival)s and was registered unopened."),
            bid=bid_number(act.bid),
            arrival=self._moment(act.arrival or act.time),
        )

    def _closed(self, act: ActRow) -> Markup:
        counted = act.detail["counted"]
        return self._fill(N_("From now on no bid can be added or exchanged.")) + (
            " "
            + escape(self.ngettext("%(count)s sealed bid counts.", "%(count)s sealed bids count.", counted))
            % {"count": counted}
            if counted
            else ""
        )

    def _opened(self, act: ActRow) -> Markup:
        count = len(act.detail["outcomes"])
        if not count:
            return self._fill(N_("There were no sealed bids to open."))
        text = self.ngettext(
            "The outcome of %(count)s bid was recorded.", "The outcomes of %(count)s bids were recorded.", count
        )
        return escape(text) % {"count": count}

    def _letters(self, act: ActRow) -> Markup:
        return self._fill(
            N_(
                "The letters to the unsuccessful tenderers were sent on %(dispatched)s (§ 134 GWB). "
                "Until %(end)s no contract may be concluded."
            ),
            dispatched=self._moment(act.detail["dispatched"]),
            end=self._moment(act.detail["standstill_end"]),
        )

    def _remanded(self, act: ActRow) -> Markup:
        return self._fill(
            N_("The procedure was set back to the stage %(stage)s. Award decisions announced until then are void."),
            stage=self._(STAGES[word(Stage(act.detail["stage"]))]),
        )


def bid_number(bid: int | None) -> str:
    """The number of a bid as people count: from 1, bids on paper with a P in front."""
    if bid is None:
        return "?"
    return f"P{bid - FIRST_PAPER_BID + 1}" if bid >= FIRST_PAPER_BID else str(bid + 1)
