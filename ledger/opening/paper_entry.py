"""What officers enter of a bid on paper, or of a sample, into ``round.json`` (``docs/opening.md``).

Nothing on the ledger says what stood on the paper: when it is registered, it is closed. So two officers enter it, and
what they entered is equal byte for byte if they read the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.opening.opened import OpenedRound


def enter_paper(opened: OpenedRound, number: int, kind: str, values: Mapping[str, Any]) -> OpenedRound:
    """The round with what bid ``number`` on paper says, by the names of a bid's fields; a sample says nothing."""
    entered = json.loads(json.dumps(values, sort_keys=True, default=str))
    bids = (replace(bid, kind=kind, values=entered) if bid.bid == number else bid for bid in opened.bids)
    return replace(opened, bids=tuple(bids))


def is_other_entry(before: OpenedRound, after: OpenedRound, number: int) -> bool:
    """Whether something that was entered of the bid would be replaced."""
    old, new = (next(bid for bid in round_.bids if bid.bid == number) for round_ in (before, after))
    if old.kind is None and not old.values:
        return False
    return (old.kind or new.kind, old.values) != (new.kind, new.values)


def not_entered(opened: OpenedRound) -> list[int]:
    """Bids on paper of which nothing is entered yet."""
    return [bid.bid for bid in opened.bids if bid.is_external and bid.kind is None and not bid.values]
