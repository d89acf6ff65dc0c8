"""One plain sentence for each act: what happened, in words that need no knowledge of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from gettext import NullTranslations
from typing import Any

from markupsafe import Markup, escape

from explorer.act_words import DETAILED, NOTICE_TITLES, NOTICES, ROUNDS, STAGES, TITLES_OF_LOT
from explorer.formats import Formats
from explorer.submission_words import BIDS, SubmissionWords
from explorer.words import N_
from ledger.bid_number import spoken_bid
from ledger.index.names import NOTICE_KINDS, ROUND_KINDS, word
from ledger.index.rows import ActRow
from ledger.terms import STATUTE, Stage


class Sentences:
    """The acts in one language."""

    def __init__(self, messages: NullTranslations, formats: Formats, submissions: SubmissionWords = BIDS) -> None:
        """``submissions``: what is said of what is handed in."""
        self._ = messages.gettext
        self._submissions = submissions
        self._language = formats.language
        self._ngettext = messages.ngettext
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
            "ProcessSuspended": self._suspended,
            "Reinstated": self._reinstated,
        }

    def title(self, act: ActRow) -> str:
        """A few words that name the act; of a notice, its kind; of one lot alone, that it is one."""
        if act.act == "NoticePublished" and act.detail:
            kind = NOTICE_KINDS[act.detail["kind"]]
            return self._(NOTICE_TITLES[kind])
        if act.lot and act.act in TITLES_OF_LOT:
            return self._(TITLES_OF_LOT[act.act])
        return self.name(act.act)

    def name(self, act: str) -> str:
        """The same for the name of an act alone; of acts outside processes, the sentence of the statute table."""
        if act in self._submissions.titles:
            return self._(self._submissions.titles[act])
        entry = next((entry for entry in STATUTE.values() if entry.name == act), None)
        return entry.description[self._language] if entry else act

    def sentence(self, act: ActRow) -> Markup:
        """What happened. An act whose row was altered so that it cannot be read is still shown, as just that."""
        if act.act not in self._submissions.titles or (act.act in DETAILED and not act.detail):
            return self._fill(N_("What happened here cannot be read: the entry in the database was altered."))
        compose = self._composed.get(act.act)
        if compose:
            return compose(act)
        return self._fill(self._submissions.plain[act.act], bid=bid_number(act.bid), ref=act.ref)

    def round_kind(self, kind: str) -> str:
        """What is handed in during a round."""
        return self._(ROUNDS.get(kind, kind))

    def _fill(self, message: str, **values: Any) -> Markup:
        return escape(self._(message)) % {name: escape(value) for name, value in values.items()}

    def _count(self, message: tuple[str, str], count: int) -> Markup:
        return escape(self._ngettext(*message, count)) % {"count": count}

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
            self._submissions.begun,
            round=act.round,
            kind=self.round_kind(ROUND_KINDS[terms["kind"]]),
            deadline=self._moment(terms["deadline"]),
        )

    def _resumed(self, act: ActRow) -> Markup:
        return self._fill(self._submissions.resumed, deadline=self._moment(act.detail["deadline"]))

    def _bid(self, act: ActRow) -> Markup:
        promised = act.arrival and act.arrival != act.time
        return self._fill(
            self._submissions.promised if promised else self._submissions.arrived,
            bid=bid_number(act.bid),
            round=act.round,
            arrival=self._moment(act.arrival or act.time),
            time=self._moment(act.time),
        )

    def _paper_bid(self, act: ActRow) -> Markup:
        return self._fill(
            self._submissions.on_paper,
            bid=bid_number(act.bid),
            arrival=self._moment(act.arrival or act.time),
        )

    def _closed(self, act: ActRow) -> Markup:
        closed, counted = self._fill(self._submissions.closed), act.detail["counted"]
        return closed + " " + self._count(self._submissions.counted, counted) if counted else closed

    def _opened(self, act: ActRow) -> Markup:
        count = len(act.detail["outcomes"])
        return self._count(self._submissions.opened, count) if count else self._fill(self._submissions.none_opened)

    def _letters(self, act: ActRow) -> Markup:
        return self._fill(
            N_(
                "The letters to the unsuccessful tenderers were sent on %(dispatched)s (§ 134 GWB). "
                "They name %(end)s as the end of the standstill."
            ),
            dispatched=self._moment(act.detail["dispatched"]),
            end=self._moment(act.detail["standstill_end"]),
        )

    def _remanded(self, act: ActRow) -> Markup:
        stage = self._(STAGES[word(Stage(act.detail["stage"]))])
        if act.lot:
            return self._fill(
                N_("This lot was set back to the stage %(stage)s. Its award decisions announced until then are void."),
                stage=stage,
            )
        return self._fill(
            N_("The procedure was set back to the stage %(stage)s. Award decisions announced until then are void."),
            stage=stage,
        )

    def _suspended(self, act: ActRow) -> Markup:
        if act.lot:
            return self._fill(N_("As long as the suspension lasts, no contract on this lot may be concluded."))
        return self._fill(N_("As long as the suspension lasts, no contract may be concluded."))

    def _reinstated(self, act: ActRow) -> Markup:
        if act.lot:
            return self._fill(N_("The lot is open again."))
        return self._fill(N_("The procedure goes on where it was called off."))


def bid_number(bid: int | None) -> str:
    """The number of a bid as people count."""
    return "?" if bid is None else spoken_bid(bid)
