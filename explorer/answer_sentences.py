"""Acts of a round of answers to the buyer's letters, in plain words: what comes in there is no bid, and is numbered
apart from them (``docs/opening.md``, letters and answers)."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from explorer.act_words import PLAIN
from explorer.sentences import Sentences, bid_number
from explorer.words import N_
from ledger.index.rows import ActRow

TITLES: Final = {
    "BidCommitted": N_("Sealed answer received"),
    "BidWithdrawn": N_("Answer withdrawn"),
    "ExternalBidRegistered": N_("Answer on paper registered"),
    "BidsOpened": N_("Answers opened"),
    "BidExcluded": N_("Answer excluded"),
    "BidReadmitted": N_("Answer readmitted"),
}


class AnswerSentences(Sentences):
    """The acts of such a round in one language."""

    plain = PLAIN | {
        "BidWithdrawn": N_("Whoever submitted answer no. %(bid)s has withdrawn it in time."),
        "BidExcluded": N_("Answer no. %(bid)s was excluded and is not considered any more."),
        "BidReadmitted": N_("The exclusion of answer no. %(bid)s was undone; it is considered again."),
        "OutcomeRevised": N_("Answer no. %(bid)s, which had not been opened, was opened after all."),
    }

    def name(self, act: str) -> str:
        """A few words that name the act."""
        return self._(TITLES[act]) if act in TITLES else super().name(act)

    def _round(self, act: ActRow) -> Markup:
        return self._fill(
            N_("Round %(round)s begins: tenderers to whom the buyer writes can answer, sealed, until %(deadline)s."),
            round=act.round,
            deadline=self._moment(act.detail["terms"]["deadline"]),
        )

    def _resumed(self, act: ActRow) -> Markup:
        return self._fill(
            N_("The round goes on until %(deadline)s, as two officers agreed; answers that came before are in time."),
            deadline=self._moment(act.detail["deadline"]),
        )

    def _bid(self, act: ActRow) -> Markup:
        if act.arrival and act.arrival != act.time:
            return self._fill(
                N_(
                    "Answer no. %(bid)s of round %(round)s arrived on %(arrival)s, as a receiver promised, and stands "
                    "here since %(time)s. Nobody can read it before the opening."
                ),
                bid=bid_number(act.bid),
                round=act.round,
                arrival=self._moment(act.arrival),
                time=self._moment(act.time),
            )
        return self._fill(
            N_("Answer no. %(bid)s of round %(round)s arrived on %(arrival)s. Nobody can read it before the opening."),
            bid=bid_number(act.bid),
            round=act.round,
            arrival=self._moment(act.arrival or act.time),
        )

    def _paper_bid(self, act: ActRow) -> Markup:
        return self._fill(
            N_("Answer no. %(bid)s arrived on paper on %(arrival)s and was registered unopened."),
            bid=bid_number(act.bid),
            arrival=self._moment(act.arrival or act.time),
        )

    def _closed(self, act: ActRow) -> Markup:
        counted = act.detail["counted"]
        text = self.ngettext("%(count)s sealed answer counts.", "%(count)s sealed answers count.", counted)
        closed = self._fill(N_("From now on no answer can be added or exchanged."))
        return closed + " " + escape(text) % {"count": counted} if counted else closed

    def _opened(self, act: ActRow) -> Markup:
        count = len(act.detail["outcomes"])
        if not count:
            return self._fill(N_("There were no sealed answers to open."))
        text = self.ngettext(
            "The outcome of %(count)s answer was recorded.", "The outcomes of %(count)s answers were recorded.", count
        )
        return escape(text) % {"count": count}
