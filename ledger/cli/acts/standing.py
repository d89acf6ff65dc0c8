"""A joint act that another officer proposed already: found on the ledger, with the very arguments that were sent.

Whether they are the own ones is compared here, field by field, but for the last second in which they count.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ledger.bid_number import spoken_bid, spoken_bids
from ledger.chain.acts import Call, LedgerAct, OpenBids
from ledger.chain.proposals import standing_proposals
from ledger.cli.acts.words import BIDS, BITMAPS, entry_of
from ledger.cli.values import marked
from ledger.errors import ProposalDiffers

if TYPE_CHECKING:
    from ledger.cli.session import Session


def as_proposed(session: Session, call: LedgerAct, account: bytes, *, despite: bool = False) -> LedgerAct | None:
    """The call as another officer proposed it, if its arguments are the same but for ``expires``; the own earlier one,
    if ``account`` proposed the same. None if there is none for this process and round.

    Raises ProposalDiffers where others proposed it with other arguments only, unless the caller proposes ``despite``
    that: else one officer could keep two others from agreeing.
    """
    entry = entry_of(call)
    where = call.call.process_id, call.round  # type: ignore[attr-defined]
    acts = {entry.act} if entry is not None else set()
    found = standing_proposals(session.chain, *where, acts, session.now())
    found = [each for each in found if isinstance(each.call, type(call))]
    others = sorted((each for each in found if each.account != account), key=lambda each: each.account)
    for each in (*others, *(each for each in found if each.account == account)):
        if not difference(call, each.call):
            return each.call
    for each in () if despite else others:
        raise ProposalDiffers(
            account=each.account, act=entry.name if entry else call.function, difference=difference(call, each.call)
        )
    return None


def difference(ours: Any, theirs: Any) -> str:
    """Where two calls differ first, and how, bids as people count; empty if they are the same but for ``expires``."""
    for field in dataclasses.fields(ours):
        one, other = getattr(ours, field.name), getattr(theirs, field.name)
        if one == other or field.name == "expires":
            continue
        if isinstance(one, Call):
            if inner := difference(one, other):
                return inner
        elif field.name in BITMAPS:
            return f"{field.name}: {spoken_bids(marked(one)) or '–'} / {spoken_bids(marked(other)) or '–'}"
        elif field.name in BIDS:
            return f"{field.name}: {spoken_bid(one)}, {spoken_bid(other)}"
        elif isinstance(one, tuple) and len(one) == len(other):
            number, pair = next((n, pair) for n, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1])
            inner = difference(*pair) if dataclasses.is_dataclass(pair[0]) else f"{pair[0]}, {pair[1]}"
            place = f"bid {spoken_bid(ours.start + number)}" if isinstance(ours, OpenBids) else str(number + 1)
            return f"{field.name} {place}: {inner}"
        else:
            return f"{field.name}: {_shown(one)}, {_shown(other)}"
    return ""


def _shown(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
