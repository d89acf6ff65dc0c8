"""How people count the bids of a round, and how the ledger does.

The ledger numbers bids from 0 and those on paper from 2^31 (``ITenderLedger.sol``). Acts, JSON and names of files have
these numbers. People read and type others: 1, 2, 3, and on paper P1, P2 (``docs/adr/0132-…``). Only here one becomes
the other; ``explorer/client/sealing/bid_number.ts`` is the same for browsers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

FIRST_EXTERNAL_BID: Final = 2**31
"""The first bid on paper."""

_TYPED: Final = re.compile(r"(P?)([1-9][0-9]{0,9})", re.ASCII | re.IGNORECASE)


def spoken_bid(number: int) -> str:
    """``1`` is the ledger's 0, ``P1`` its 2^31."""
    return str(number + 1) if number < FIRST_EXTERNAL_BID else f"P{number - FIRST_EXTERNAL_BID + 1}"


def spoken_bids(numbers: Iterable[int]) -> str:
    """``1, 2, P1``."""
    return ", ".join(map(spoken_bid, numbers))


def typed_bid(typed: str) -> int:
    """The ledger's number of ``1`` or ``P1``. Raises ValueError, also for 0: it comes from where the ledger counts."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        raise ValueError(typed)
    number = int(found[2]) - 1
    if number >= FIRST_EXTERNAL_BID:
        raise ValueError(typed)
    return number + (FIRST_EXTERNAL_BID if found[1] else 0)
