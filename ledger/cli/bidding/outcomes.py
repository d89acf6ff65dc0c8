"""The public outcome of a bid (``ITenderLedger.Outcome``, and ``pending`` before there is one) in words for people."""

from __future__ import annotations

from ledger.cli.language import say


def outcome_in_words(outcome: str) -> str:
    """``outcome`` as the API gives it; one that is unknown here stays as it is."""
    known = {
        "pending": say("not opened yet"),
        "opened": say("opened"),
        "unreadable": say("unreadable"),
        "cover": say("a cover entry, no bid"),
        "superseded": say("replaced by a later bid"),
        "withdrawn": say("withdrawn"),
        "missing": say("its envelope was missing at the close"),
        "late": say("late, stays sealed"),
        "returned": say("returned unopened"),
    }
    return known.get(outcome, outcome)
