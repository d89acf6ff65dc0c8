"""What the acts of a round say of what is handed in there.

That is bids, or answers to the buyer's letters, which are no bids and are numbered apart from them
(``docs/opening.md``, letters and answers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from explorer.act_words import PLAIN, TITLES
from explorer.words import N_, ngettext_noop


@dataclass(frozen=True, slots=True)
class SubmissionWords:
    """Message ids; ``titles`` and ``plain`` by the names of acts, the others those of composed sentences."""

    titles: Mapping[str, str]
    plain: Mapping[str, str]
    begun: str
    resumed: str
    arrived: str
    promised: str
    on_paper: str
    closed: str
    counted: tuple[str, str]
    none_opened: str
    opened: tuple[str, str]


BIDS: Final = SubmissionWords(
    titles=TITLES,
    plain=PLAIN,
    begun=N_("Round %(round)s begins: %(kind)s until %(deadline)s."),
    resumed=N_("The round goes on until %(deadline)s, as two officers agreed; bids that came before are in time."),
    arrived=N_("Bid no. %(bid)s arrived on %(arrival)s. Nobody can read it before the opening."),
    promised=N_(
        "Bid no. %(bid)s arrived on %(arrival)s, as a receiver promised, and stands here since %(time)s. "
        "Nobody can read it before the opening."
    ),
    on_paper=N_("Bid no. %(bid)s arrived on paper on %(arrival)s and was registered unopened."),
    closed=N_("From now on no bid can be added or exchanged."),
    counted=ngettext_noop("%(count)s sealed bid counts.", "%(count)s sealed bids count."),
    none_opened=N_("There were no sealed bids to open."),
    opened=ngettext_noop("The outcome of %(count)s bid was recorded.", "The outcomes of %(count)s bids were recorded."),
)

ANSWERS: Final = SubmissionWords(
    titles=TITLES
    | {
        "BidCommitted": N_("Sealed answer received"),
        "BidWithdrawn": N_("Answer withdrawn"),
        "ExternalBidRegistered": N_("Answer on paper registered"),
        "BidsOpened": N_("Answers opened"),
        "BidExcluded": N_("Answer excluded"),
        "BidReadmitted": N_("Answer readmitted"),
    },
    plain=PLAIN
    | {
        "BidWithdrawn": N_("Whoever submitted answer no. %(bid)s has withdrawn it in time."),
        "BidExcluded": N_("Answer no. %(bid)s was excluded and is not considered any more."),
        "BidReadmitted": N_("The exclusion of answer no. %(bid)s was undone; it is considered again."),
        "OutcomeRevised": N_("Answer no. %(bid)s, which had not been opened, was opened after all."),
    },
    begun=N_("Round %(round)s begins: tenderers to whom the buyer writes can answer, sealed, until %(deadline)s."),
    resumed=N_("The round goes on until %(deadline)s, as two officers agreed; answers that came before are in time."),
    arrived=N_("Answer no. %(bid)s of round %(round)s arrived on %(arrival)s. Nobody can read it before the opening."),
    promised=N_(
        "Answer no. %(bid)s of round %(round)s arrived on %(arrival)s, as a receiver promised, and stands here since "
        "%(time)s. Nobody can read it before the opening."
    ),
    on_paper=N_("Answer no. %(bid)s arrived on paper on %(arrival)s and was registered unopened."),
    closed=N_("From now on no answer can be added or exchanged."),
    counted=ngettext_noop("%(count)s sealed answer counts.", "%(count)s sealed answers count."),
    none_opened=N_("There were no sealed answers to open."),
    opened=ngettext_noop(
        "The outcome of %(count)s answer was recorded.", "The outcomes of %(count)s answers were recorded."
    ),
)
